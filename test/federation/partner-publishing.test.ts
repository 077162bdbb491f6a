import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listHome } from "../../src/services/home-timeline.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { act, makePartners, waitFor, SOON, type PartnershipJson } from "../support/partners.ts";

const AS_JSON = { headers: { Accept: "application/activity+json" } };

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let charlie: NetworkInstance;
let withBravo: PartnershipJson;

beforeAll(async () => {
  network = createNetwork();
  [alpha, bravo, charlie] = await Promise.all([
    network.add("alpha"),
    network.add("bravo"),
    network.add("charlie"),
  ]);
  withBravo = await makePartners(alpha, bravo, { label_ceiling: "TLP:AMBER+STRICT" });
  await makePartners(alpha, charlie, { label_ceiling: "TLP:AMBER" });
});

afterAll(() => network.close());

interface PracticeJson {
  readonly id: string;
  readonly uri: string;
  readonly url: string;
  readonly title: string;
  readonly audience: string[];
  readonly label: string;
  readonly revision: number;
  readonly content_html: string;
  readonly warnings: string[];
}

async function publish(fields: object): Promise<PracticeJson> {
  const given = { content: "We talk, then sign.", ...fields };
  const { status, json } = await alpha.api("POST", "/practices", given);
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

async function revise({ id }: PracticeJson, fields: object): Promise<PracticeJson> {
  const { status, json } = await alpha.api("PATCH", `/practices/${id}`, fields);
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

/** The copy of a practice that an instance shows to its members; undefined when it shows none. */
async function copyAt(
  instance: NetworkInstance,
  { uri }: PracticeJson,
): Promise<PracticeJson | undefined> {
  const { json } = await instance.api("GET", `/practices?organization=${alpha.handle}`);
  return (json as PracticeJson[]).find((practice) => practice.uri === uri);
}

function arrivesAt(instance: NetworkInstance, practice: PracticeJson): Promise<PracticeJson> {
  return vi.waitFor(async () => {
    const copy = await copyAt(instance, practice);
    expect(copy).toMatchObject({ revision: practice.revision });
    if (copy === undefined) throw new Error("it has not arrived");
    return copy;
  }, SOON);
}

function goesFrom(instance: NetworkInstance, practice: PracticeJson): Promise<void> {
  return vi.waitFor(async () => {
    expect(await copyAt(instance, practice)).toBeUndefined();
  }, SOON);
}

/** What one instance has sent about a practice: type and inbox of each delivery, and the bodies. */
async function sent({ uri }: PracticeJson) {
  const { sql } = alpha.running.instance.database;
  const rows = await sql`
    select a.type, i.url as inbox, a.body from activities a join posts p on p.id = a.post_id
    join deliveries d on d.activity_id = a.id join inboxes i on i.id = d.inbox_id
    where p.iri = ${uri} order by d.id`;
  return rows.map((row) => ({
    type: String(row["type"]),
    inbox: String(row["inbox"]),
    body: JSON.parse(String(row["body"])),
  }));
}

interface EventJson {
  readonly event: string;
}

async function eventsOf(practice: PracticeJson, organization: NetworkInstance) {
  const path = `/disclosures?practice=${practice.id}&organization=${organization.handle}`;
  const { json } = await alpha.api("GET", path);
  return (json as { events: EventJson[] }[]).map(({ events }) => events.map(({ event }) => event));
}

describe("publishing to a partner", () => {
  it("reaches every member of the partner, whole, and nobody else", async () => {
    const practice = await publish({
      title: "Breaker maintenance",
      audience: [`partner:${bravo.handle}`],
    });
    expect(practice).toMatchObject({ audience: [`partner:${bravo.handle}`], label: "TLP:AMBER" });
    expect(practice.url).not.toContain("breaker");
    const copy = await arrivesAt(bravo, practice);
    expect(copy).toMatchObject({
      title: "Breaker maintenance",
      content_html: "<p>We talk, then sign.</p>",
      label: "TLP:AMBER",
      audience: [`partner:${bravo.handle}`],
    });
    expect(await copyAt(charlie, practice)).toBeUndefined();
    const { pathname } = new URL(practice.uri);
    expect((await alpha.fetch(pathname, AS_JSON)).status).toBe(404);
    const titlesAtHome = async ({ context, admin }: NetworkInstance) =>
      (await listHome(context, admin, { limit: 20 })).posts.map((post) => post.title);
    expect(await titlesAtHome(bravo)).toContain("Breaker maintenance");
    expect(await titlesAtHome(charlie)).toEqual([]);
  });

  it("addresses, mentions and names that partner alone, in an activity to its own inbox", async () => {
    const practice = await publish({
      title: "Two partners",
      audience: [`partner:${bravo.handle}`, `partner:${charlie.handle}`],
    });
    await Promise.all([arrivesAt(bravo, practice), arrivesAt(charlie, practice)]);
    const activities = await sent(practice);
    expect(activities.map(({ type, inbox }) => `${type} ${inbox}`).toSorted()).toEqual([
      `Create ${bravo.origin}/ap/org/inbox`,
      `Create ${charlie.origin}/ap/org/inbox`,
    ]);
    const toBravo = activities.find(({ inbox }) => inbox.startsWith(bravo.origin))?.body;
    const us = `${alpha.origin}/ap/org`;
    const them = `${bravo.origin}/ap/org`;
    expect(toBravo).toMatchObject({ type: "Create", actor: us, to: [them], cc: [] });
    expect(toBravo.object).toMatchObject({
      type: "Article",
      to: [them],
      cc: [],
      tag: [{ type: "Mention", href: them, name: bravo.handle }],
      label: "TLP:AMBER",
      terms: `${withBravo.terms.url}#sha256-${withBravo.terms.sha256}`,
      interactionPolicy: {
        canReply: { automaticApproval: [us, them] },
        canAnnounce: { automaticApproval: [us] },
        canQuote: { automaticApproval: [us] },
      },
    });
    expect(JSON.stringify(toBravo)).not.toContain(charlie.origin);
    expect(JSON.stringify(toBravo)).not.toMatch(/signature|proof|#Public|followers/);
  });

  it("serves a partner who asks with a signature that partner's copy, also from the outbox", async () => {
    const practice = await publish({
      title: "Asked for",
      audience: [`partner:${bravo.handle}`, `partner:${charlie.handle}`],
    });
    await arrivesAt(bravo, practice);
    const read = await bravo.context.remote.readObject(practice.uri);
    expect(read).toMatchObject({ kind: "post", post: { to: [`${bravo.origin}/ap/org`], cc: [] } });
    const create = (await sent(practice)).find(({ inbox }) => inbox.startsWith(bravo.origin));
    expect(create?.body.object.to).toEqual([`${bravo.origin}/ap/org`]);
  });

  it("keeps what is for members at home", async () => {
    const practice = await publish({ title: "House rules", audience: ["members"] });
    expect(practice).toMatchObject({ label: "TLP:AMBER+STRICT" });
    expect(await sent(practice)).toEqual([]);
  });
});

describe("what the boundary refuses", () => {
  const count = async () => {
    const { sql } = alpha.running.instance.database;
    const [row] = await sql`select count(*)::int as posts from posts`;
    return row?.["posts"];
  };

  it.each([
    ["an organization that nobody knows", { audience: ["partner:@nobody@delta.test"] }],
    ["a label above the ceiling of the terms", { label: "TLP:AMBER+STRICT" }],
    ["a circle that does not exist", { audience: ["circle:nordic"] }],
    ["an atom that means nothing", { audience: ["friends"] }],
    ["red for followers", { audience: ["followers"], label: "TLP:RED" }],
  ])("%s, and changes nothing", async (_, fields) => {
    const before = await count();
    const wanted: { audience: string[]; label?: string } = {
      audience: [`partner:${charlie.handle}`],
      ...fields,
    };
    const { status, json } = await alpha.api("POST", "/practices", {
      title: "x",
      content: "y",
      ...wanted,
    });
    expect([status, json.code]).toEqual([422, "audience_refused"]);
    expect(await count()).toBe(before);
    const preview = { audience: wanted.audience, label: wanted.label };
    const answer = await alpha.api("POST", "/audience/preview", preview);
    expect(answer.json.refused).toHaveLength(1);
  });

  it("somebody who is no partner, or not in force", async () => {
    const answer = await bravo.api("POST", "/practices", {
      title: "x",
      content: "y",
      audience: [`partner:${charlie.handle}`],
    });
    expect(answer.json.code).toBe("audience_refused");
  });

  it("previews exactly who would get it, and warns of mentions of outsiders", async () => {
    const { json } = await alpha.api("POST", "/audience/preview", {
      audience: [`partner:${bravo.handle}`],
      content: `Ask @bo@bravo.test or ${charlie.handle}.`,
    });
    expect(json).toMatchObject({
      public: false,
      followers: 0,
      organizations: [{ handle: bravo.handle }],
      people: [],
      members: 1,
      refused: [],
      warnings: [expect.stringContaining(charlie.handle)],
    });
    const practice = await publish({
      title: "Mention",
      content: `Ask ${charlie.handle}.`,
      audience: [`partner:${bravo.handle}`],
    });
    expect(practice.warnings).toHaveLength(1);
    await arrivesAt(bravo, practice);
    expect(await copyAt(charlie, practice)).toBeUndefined();
  });
});

describe("edits, widening and narrowing", () => {
  it("sends an edit to those who have it, a Create to newcomers, a Delete to those who are out", async () => {
    const practice = await publish({ title: "Rota", audience: [`partner:${bravo.handle}`] });
    await arrivesAt(bravo, practice);
    const edited = await revise(practice, { content: "We sign, then talk." });
    await arrivesAt(bravo, edited);

    const wider = await revise(practice, {
      audience: [`partner:${bravo.handle}`, `partner:${charlie.handle}`],
    });
    await Promise.all([arrivesAt(bravo, wider), arrivesAt(charlie, wider)]);

    const narrower = await revise(practice, { audience: [`partner:${charlie.handle}`] });
    await goesFrom(bravo, practice);
    await arrivesAt(charlie, narrower);
    const told = async (instance: NetworkInstance) =>
      (await sent(practice))
        .filter(({ inbox }) => inbox.startsWith(instance.origin))
        .map(({ type }) => type);
    expect(await told(bravo)).toEqual(["Create", "Update", "Update", "Delete"]);
    expect(await told(charlie)).toEqual(["Create", "Update"]);
    await vi.waitFor(async () => {
      const [last] = await eventsOf(practice, bravo);
      // The answer may come before the sender has written down that it delivered.
      expect(last?.toSorted()).toEqual([
        "delivered",
        "recall_acknowledged",
        "recall_delivered",
        "recall_sent",
      ]);
    }, SOON);

    const after = await revise(practice, { content: "Third version." });
    await arrivesAt(charlie, after);
    expect(await told(bravo)).toEqual(["Create", "Update", "Update", "Delete"]);

    const again = await revise(practice, {
      audience: [`partner:${bravo.handle}`, `partner:${charlie.handle}`],
    });
    const copy = await arrivesAt(bravo, again);
    expect(copy.content_html).toBe("<p>Third version.</p>");
  });

  it("empties the copy of what was recalled, and says so to the partner's members alone", async () => {
    const practice = await publish({ title: "Short-lived", audience: [`partner:${bravo.handle}`] });
    await arrivesAt(bravo, practice);
    expect((await alpha.api("DELETE", `/practices/${practice.id}`)).status).toBe(204);
    await goesFrom(bravo, practice);
    const { sql } = bravo.running.instance.database;
    const [row] =
      await sql`select title, summary, content_html, tags from posts where iri = ${practice.uri}`;
    expect(row).toEqual({ title: "", summary: "", content_html: "", tags: [] });
    const { json } = await alpha.api("GET", `/disclosures?practice=${practice.id}`);
    expect(json[0].practice.title).toBe("Short-lived");
  });

  it("takes back from former followers what is for partners alone now", async () => {
    await charlie.api("POST", "/follows", { handle: alpha.handle });
    await vi.waitFor(async () => {
      const { json } = await charlie.api("GET", "/follows");
      expect(json).toMatchObject([{ state: "accepted" }]);
    }, SOON);
    const practice = await publish({ title: "Open once", audience: ["public"] });
    expect(practice.url).toContain("open-once");
    await arrivesAt(charlie, practice);
    const closed = await revise(practice, {
      audience: [`partner:${bravo.handle}`],
      label: "TLP:AMBER",
    });
    expect(closed.url).not.toContain("open-once");
    await arrivesAt(bravo, closed);
    await goesFrom(charlie, practice);
    const { pathname } = new URL(practice.uri);
    expect((await alpha.fetch(pathname, AS_JSON)).status).toBe(404);
  });
});

describe("circles", () => {
  it("reaches who is in it, not who joins later, and takes back from who leaves", async () => {
    const made = await alpha.api("POST", "/circles", {
      slug: "nordic",
      name: "Nordic",
      members: [bravo.handle],
    });
    expect(made.status, JSON.stringify(made.json)).toBe(201);
    const practice = await publish({ title: "To the circle", audience: ["circle:nordic"] });
    expect(practice.audience).toEqual(["circle:nordic"]);
    const copy = await arrivesAt(bravo, practice);
    expect(copy.audience).toEqual([`partner:${bravo.handle}`]);

    const both = await alpha.api("PATCH", "/circles/nordic", {
      members: [bravo.handle, charlie.handle],
    });
    expect(both.json.epoch).toBe(2);
    const second = await publish({ title: "To both", audience: ["circle:nordic"] });
    await Promise.all([arrivesAt(bravo, second), arrivesAt(charlie, second)]);
    const edited = await revise(practice, { content: "Edited.", audience: ["circle:nordic"] });
    await arrivesAt(bravo, edited);
    expect(await copyAt(charlie, practice)).toBeUndefined();

    await alpha.api("PATCH", "/circles/nordic", { members: [charlie.handle] });
    await Promise.all([goesFrom(bravo, practice), goesFrom(bravo, second)]);
    await arrivesAt(charlie, second);

    const rejoined = await alpha.api("PATCH", "/circles/nordic", {
      members: [bravo.handle, charlie.handle],
      share_earlier: true,
    });
    expect(rejoined.status).toBe(200);
    await vi.waitFor(async () => {
      const { sql } = alpha.running.instance.database;
      const [row] =
        await sql`select count(*)::int as waiting from deliveries where state = 'queued'`;
      expect(row?.["waiting"]).toBe(0);
    }, SOON);
  });

  it("sends nothing to an empty circle, and says so before", async () => {
    await alpha.api("POST", "/circles", { slug: "empty", name: "Empty" });
    const { json } = await alpha.api("POST", "/audience/preview", { audience: ["circle:empty"] });
    expect(json).toMatchObject({ organizations: [], refused: [], warnings: [expect.any(String)] });
    const practice = await publish({ title: "To nobody", audience: ["circle:empty"] });
    expect(await sent(practice)).toEqual([]);
  });
});

describe("when a partnership pauses or ends", () => {
  it("hides while suspended, and catches up when it goes on", async () => {
    const practice = await publish({ title: "Paused", audience: [`partner:${bravo.handle}`] });
    await arrivesAt(bravo, practice);
    await act(alpha, withBravo, "suspend");
    await goesFrom(bravo, practice);
    const edited = await revise(practice, { content: "Meanwhile." });
    await act(alpha, withBravo, "resume");
    const copy = await arrivesAt(bravo, edited);
    expect(copy.content_html).toBe("<p>Meanwhile.</p>");
  });

  it("recalls everything when it ends, and a new one starts with nothing", async () => {
    const practice = await publish({ title: "Last", audience: [`partner:${bravo.handle}`] });
    await arrivesAt(bravo, practice);
    await act(alpha, withBravo, "end");
    await goesFrom(bravo, practice);
    await vi.waitFor(async () => {
      const [events] = await eventsOf(practice, bravo);
      expect(events).toContain("recall_acknowledged");
    }, SOON);
    const { sql } = bravo.running.instance.database;
    await vi.waitFor(async () => {
      const [row] =
        await sql`select count(*)::int as kept from posts p join actors a on a.id = p.author_id
      where a.iri = ${`${alpha.origin}/ap/org`} and p.content_html <> '' and not p.audience @> '{public}'`;
      expect(row).toEqual({ kept: 0 });
    }, SOON);
    const fresh = await makePartners(alpha, bravo);
    await waitFor(bravo, fresh, { state: "active" });
    const mine = await alpha.api("GET", `/practices/${practice.id}`);
    expect(mine.json.audience).toEqual(["members"]);
    expect(await copyAt(bravo, practice)).toBeUndefined();
  });
});

describe("the disclosure record", () => {
  it("answers what an organization ever received, as JSON and as CSV, to editors alone", async () => {
    const { json } = await alpha.api("GET", `/disclosures?organization=${bravo.handle}`);
    expect(json.length).toBeGreaterThan(5);
    const first = json.at(-1);
    expect(first).toMatchObject({
      practice: { title: "Breaker maintenance", revision: 1 },
      actor: { handle: bravo.handle },
      lane: "kin",
      label: "TLP:AMBER",
      terms_sha256: withBravo.terms.sha256,
    });
    expect(new Set(json.map((line: { actor: { handle: string } }) => line.actor.handle))).toEqual(
      new Set([bravo.handle]),
    );
    expect((await alpha.fetch("/api/praxis/v1/disclosures")).status).toBe(401);
  });

  it("cannot be changed, by nobody", async () => {
    const { sql } = alpha.running.instance.database;
    await expect(sql`delete from disclosures`).rejects.toThrow("append-only");
    await expect(sql`update disclosure_events set event = 'delivered'`).rejects.toThrow(
      "append-only",
    );
  });
});
