import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { actors, notifications, posts } from "../../src/persistence/schema/index.ts";
import { addMember } from "../../src/services/members.ts";
import { clientOf, type Client } from "../support/client.ts";
import { createWorld, PUBLIC, type World } from "../support/inbound-world.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { act, makePartners, SOON, type PartnershipJson } from "../support/partners.ts";
import { publishFor } from "../support/publish.ts";

interface Told {
  readonly id: string;
  readonly type: string;
  readonly account: { readonly acct: string };
  readonly status?: { readonly id: string; readonly uri: string; readonly content: string };
}

async function told(client: Client): Promise<Told[]> {
  const { status, json } = await client("GET", "/v1/notifications");
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

describe("between instances", () => {
  let network: Network;
  let alpha: NetworkInstance;
  let bravo: NetworkInstance;
  let charlie: NetworkInstance;
  let partnership: PartnershipJson;
  let members: Map<NetworkInstance, Client>;
  let organizations: Map<NetworkInstance, Client>;

  beforeAll(async () => {
    network = createNetwork();
    [alpha, bravo, charlie] = await Promise.all([
      network.add("alpha"),
      network.add("bravo"),
      network.add("charlie"),
    ]);
    partnership = await makePartners(alpha, bravo);
    members = await signIn("member");
    organizations = await signIn("organization");
  }, 120_000);

  afterAll(() => network.close());

  beforeEach(async () => {
    for (const { context } of [alpha, bravo, charlie]) await context.db.delete(notifications);
  });

  async function signIn(as: "member" | "organization") {
    const clients = new Map<NetworkInstance, Client>();
    for (const instance of [alpha, bravo, charlie]) {
      clients.set(instance, await clientOf(instance, instance.admin, as));
    }
    return clients;
  }

  function clientAt(
    clients: ReadonlyMap<NetworkInstance, Client>,
    instance: NetworkInstance,
  ): Client {
    const client = clients.get(instance);
    if (client === undefined) throw new Error("nobody is signed in there");
    return client;
  }

  const member = (instance: NetworkInstance) => clientAt(members, instance);
  const organization = (instance: NetworkInstance) => clientAt(organizations, instance);

  /** What the client is told, as soon as it is that much. */
  function tells(client: Client, expected: readonly object[]): Promise<Told[]> {
    return vi.waitFor(async () => {
      const found = await told(client);
      expect(found).toMatchObject(expected);
      return found;
    }, SOON);
  }

  /** What nobody but those named there is told. */
  async function nobodyBut(...informed: Client[]): Promise<void> {
    for (const clients of [members, organizations]) {
      for (const [instance, client] of clients) {
        if (informed.includes(client)) continue;
        expect(await told(client), instance.origin).toEqual([]);
      }
    }
  }

  async function publish(audience: string[]): Promise<{ id: string; uri: string }> {
    const { status, json } = await alpha.api("POST", "/practices", {
      title: "Borescope intervals",
      content: "Every 4,000 hours.",
      label: audience.includes("public") ? "TLP:CLEAR" : "TLP:AMBER",
      audience,
    });
    expect(status, JSON.stringify(json)).toBe(201);
    return json;
  }

  /** The id of a post at an instance, as soon as it is there. */
  function idAt(instance: NetworkInstance, uri: string): Promise<string> {
    return vi.waitFor(async () => {
      const [row] = await instance.context.db.select().from(posts).where(eq(posts.iri, uri));
      if (row === undefined) throw new Error(`${uri} has not arrived`);
      return row.id.toString();
    }, SOON);
  }

  async function accountAt(instance: NetworkInstance, iri: string): Promise<string> {
    const [row] = await instance.context.db.select().from(actors).where(eq(actors.iri, iri));
    if (row === undefined) throw new Error(`${iri} is not known`);
    return row.id.toString();
  }

  test("a follow, a favourite, a boost and a reply are told to whose it is, and to nobody else", async () => {
    const [theirs, ours] = [member(bravo), organization(alpha)];
    const account = await accountAt(bravo, alpha.context.iris.organization);
    await theirs("POST", `/v1/accounts/${account}/follow`, { notify: true });
    const acct = "ana@bravo.test";
    await tells(ours, [{ type: "follow", account: { acct } }]);
    await nobodyBut(ours);

    const practice = await publish(["public"]);
    const id = await idAt(bravo, practice.uri);
    await tells(theirs, [{ type: "status", account: { acct: "alpha@alpha.test" } }]);
    await theirs("POST", `/v1/statuses/${id}/favourite`);
    await theirs("POST", `/v1/statuses/${id}/reblog`);
    const { json: reply } = await theirs("POST", "/v1/statuses", {
      status: "We do it every 3,000.",
      in_reply_to_id: id,
      visibility: "public",
    });
    const all = await vi.waitFor(async () => {
      const found = await told(ours);
      expect(found.map(({ type }) => type).toSorted()).toEqual([
        "favourite",
        "follow",
        "mention",
        "reblog",
      ]);
      return found;
    }, SOON);
    const mention = all.find(({ type }) => type === "mention");
    expect(mention?.status?.uri).toBe(reply.uri);
    expect(mention?.status?.content).toContain("3,000");
    await nobodyBut(ours, theirs);

    await theirs("POST", `/v1/statuses/${id}/unfavourite`);
    await theirs("POST", `/v1/statuses/${id}/unreblog`);
    await theirs("DELETE", `/v1/statuses/${reply.id}`);
    await theirs("POST", `/v1/accounts/${account}/unfollow`);
    await vi.waitFor(async () => expect(await told(ours)).toEqual([]), SOON);
  });

  test("a member who is mentioned from elsewhere is told, and answers are told back", async () => {
    const [theirs, ours] = [member(bravo), member(alpha)];
    const { status, json } = await theirs("POST", "/v1/statuses", {
      status: "@ana@alpha.test how often do you check?",
      visibility: "direct",
    });
    expect(status, JSON.stringify(json)).toBe(200);
    const [mention] = await tells(ours, [
      { type: "mention", account: { acct: "ana@bravo.test" }, status: { uri: json.uri } },
    ]);
    await nobodyBut(ours);
    await ours("POST", "/v1/statuses", {
      status: "@ana@bravo.test once a year",
      in_reply_to_id: mention?.status?.id,
      visibility: "direct",
    });
    await tells(theirs, [{ type: "mention", account: { acct: "ana@alpha.test" } }]);
    await nobodyBut(ours, theirs);
  });

  test("what is shared with a partner is told to the partner alone, until it is recalled", async () => {
    const practice = await publish([`partner:${bravo.handle}`]);
    const theirs = organization(bravo);
    const [shared] = await tells(theirs, [
      { type: "mention", account: { acct: "alpha@alpha.test" }, status: { uri: practice.uri } },
    ]);
    expect(shared?.status?.content).toContain("Every 4,000 hours.");
    await nobodyBut(theirs);

    const { status } = await alpha.api("DELETE", `/practices/${practice.id}`);
    expect(status).toBeLessThan(300);
    await vi.waitFor(async () => expect(await told(theirs)).toEqual([]), SOON);
    const missing = await theirs("GET", "/v1/notifications/987654321");
    const recalled = await theirs("GET", `/v1/notifications/${shared?.id}`);
    expect([recalled.status, recalled.json]).toEqual([missing.status, missing.json]);
    const grouped = await theirs("GET", "/v2/notifications");
    expect(JSON.stringify(grouped.json)).not.toContain("Borescope");
    expect((await theirs("GET", "/v1/notifications/unread_count")).json).toEqual({ count: 0 });
  });

  test("a partner's answer in a closed discussion is told to its owner; at the end nothing is left", async () => {
    const practice = await publish([`partner:${bravo.handle}`]);
    const id = await idAt(bravo, practice.uri);
    const theirs = organization(bravo);
    await tells(theirs, [{ type: "mention" }]);
    const { status, json } = await member(bravo)("POST", "/v1/statuses", {
      status: "Ours crack earlier.",
      in_reply_to_id: id,
    });
    expect(status, JSON.stringify(json)).toBe(200);
    const ours = organization(alpha);
    const [answer] = await tells(ours, [
      { type: "mention", account: { acct: "ana@bravo.test" }, status: { uri: json.uri } },
    ]);
    expect(answer?.status?.content).toContain("crack earlier");
    await nobodyBut(ours, theirs);

    await act(alpha, partnership, "end");
    await vi.waitFor(async () => {
      expect(await told(theirs)).toEqual([]);
    }, SOON);
  });
});

describe("what a stranger's server sends", () => {
  let world: World;
  let ana: Client;
  let organization: Client;

  beforeAll(async () => {
    world = await createWorld();
    ana = await clientOf(world, world.admin);
    organization = await clientOf(world, world.admin, "organization");
    await world.followFromHere(world.mallory);
  });

  afterAll(() => world.close());

  beforeEach(async () => {
    await world.context.db.delete(notifications);
  });

  const tag = (href: string) => ({ type: "Mention", href, name: "@ana" });
  const stored = () => world.context.db.select().from(notifications);
  let number = 0;

  async function send(note: object, by = world.mallory) {
    number += 1;
    const peer = by === world.mallory ? world.evil : world.bravo;
    const create = world.activity(by, "Create", peer.note(by, `note-${number}`, { ...note }));
    await world.deliver(by, create);
    return { outcome: await world.outcome(create) };
  }

  test("a mention in a public post is told to whom it names", async () => {
    expect(await send({ tag: [tag(world.admin.actor.iri)] })).toEqual({ outcome: "stored" });
    expect(await told(ana)).toMatchObject([
      { type: "mention", account: { acct: "mallory@evil.example" } },
    ]);
    expect(await told(organization)).toEqual([]);
  });

  test("a mention in a post for followers is told to nobody who does not follow", async () => {
    const note = { to: [world.mallory.followers], cc: [], tag: [tag(world.admin.actor.iri)] };
    // It is here, because the organization follows.
    expect(await send(note)).toEqual({ outcome: "stored" });
    expect(await stored()).toEqual([]);
    expect(await told(ana)).toEqual([]);
  });

  test("a letter to the organization is told to no member who may not read it, whom it names or not", async () => {
    const otto = { handle: "otto", email: "otto@alpha.example", role: "author", password: null };
    const { member } = await addMember(world.context, { ...otto, role: "author" });
    await world.context.db.delete(notifications);
    const { organization: address } = world.context.iris;
    const note = { to: [address], cc: [], tag: [tag(member.actor.iri), tag(address)] };
    expect(await send(note, world.bea)).toEqual({ outcome: "stored" });
    expect(await told(organization)).toMatchObject([{ type: "mention" }]);
    expect(await stored()).toHaveLength(1);
    expect(await told(await clientOf(world, member))).toEqual([]);
  });

  test("an answer to what the stranger may not see is told to nobody", async () => {
    const closed = await publishFor(world, [{ kind: "members" }]);
    const note = {
      inReplyTo: closed.iri,
      to: [world.admin.actor.iri, world.context.iris.organization],
      cc: [],
      tag: [tag(world.admin.actor.iri)],
    };
    const { outcome } = await send(note);
    expect(outcome).toMatch(/^ignored:/);
    expect(await stored()).toEqual([]);
  });

  test("a favourite of what the stranger may not see is told to nobody", async () => {
    const closed = await publishFor(world, [{ kind: "members" }]);
    const like = world.activity(world.mallory, "Like", closed.iri);
    await world.deliver(world.mallory, like);
    expect(await stored()).toEqual([]);
  });

  test("a post in another's name is told to nobody", async () => {
    const forged = world.evil.note(world.mallory, "forged", {
      attributedTo: world.bea.iri,
      tag: [tag(world.admin.actor.iri)],
    });
    await world.deliver(world.mallory, world.activity(world.mallory, "Create", forged));
    expect(await stored()).toEqual([]);
  });

  test("an edit tells whom it names now, once", async () => {
    const note = world.evil.note(world.mallory, "edited");
    await world.send(world.mallory, world.activity(world.mallory, "Create", note));
    expect(await stored()).toEqual([]);
    for (const minutes of [1, 2]) {
      const updated = new Date(Date.now() + minutes).toISOString();
      const edited = { ...note, updated, tag: [tag(world.admin.actor.iri)] };
      await world.send(world.mallory, world.activity(world.mallory, "Update", edited));
    }
    expect(await told(ana)).toMatchObject([{ type: "mention" }]);
  });

  test("what is read because something refers to it is no news", async () => {
    const old = world.evil.note(world.mallory, "old", { tag: [tag(world.admin.actor.iri)] });
    const answer = world.evil.note(world.mallory, "newer", { inReplyTo: old["id"], to: [PUBLIC] });
    await world.send(world.mallory, world.activity(world.mallory, "Create", answer));
    await world.readRemote();
    expect(await world.stored(old["id"])).not.toBeNull();
    expect(await stored()).toEqual([]);
  });
});
