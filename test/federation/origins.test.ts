import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { signRequest } from "../../src/federation/signatures/sign.ts";
import { signingKey } from "../../src/services/keys.ts";
import { requireOrganization } from "../../src/services/organization.ts";
import {
  allowOrigin,
  blockOrigin,
  disallowOrigin,
  previewChange,
  setAllowListOnly,
  unblockOrigin,
} from "../../src/services/origins.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import {
  act,
  deliverNow,
  makePartners,
  SOON,
  waitFor,
  type PartnershipJson,
} from "../support/partners.ts";

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
  withBravo = await makePartners(alpha, bravo);
  await follow(bravo, alpha);
  await follow(charlie, alpha);
  await follow(alpha, bravo);
});

afterAll(() => network.close());

interface PracticeJson {
  readonly id: string;
  readonly uri: string;
  readonly title: string;
}

async function follow(follower: NetworkInstance, followee: NetworkInstance): Promise<void> {
  const asked = await follower.api("POST", "/follows", { handle: followee.handle });
  expect(asked.status, JSON.stringify(asked.json)).toBeLessThan(300);
  await vi.waitFor(async () => {
    const { json } = await follower.api("GET", "/follows");
    expect(json).toContainEqual(
      expect.objectContaining({
        state: "accepted",
        actor: expect.objectContaining({ handle: followee.handle }),
      }),
    );
  }, SOON);
}

async function publish(
  instance: NetworkInstance,
  title: string,
  audience: string[] = ["public"],
): Promise<PracticeJson> {
  const { status, json } = await instance.api("POST", "/practices", {
    title,
    content: "x",
    audience,
  });
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

/** Titles of what an instance shows its members of another organization. */
async function shown(at: NetworkInstance, of: NetworkInstance): Promise<string[]> {
  const { json } = await at.api("GET", `/practices?organization=${of.handle}`);
  return (json as PracticeJson[]).map((practice) => practice.title);
}

function arrives(at: NetworkInstance, of: NetworkInstance, title: string): Promise<void> {
  return vi.waitFor(async () => expect(await shown(at, of)).toContain(title), SOON);
}

/** What an instance has for the inboxes of another, oldest first. */
async function deliveriesTo(from: NetworkInstance, to: NetworkInstance) {
  const { sql } = from.running.instance.database;
  const rows = await sql`
    select a.type, d.state, d.last_result as result, a.body
    from deliveries d join activities a on a.id = d.activity_id join inboxes i on i.id = d.inbox_id
    where i.url like ${`${to.origin}/%`} order by d.id`;
  return rows.map((row) => ({
    type: String(row["type"]),
    state: String(row["state"]),
    result: String(row["result"]),
    body: String(row["body"]),
  }));
}

/** A GET that the instance actor of `by` signs, as another server reads us. */
async function signedGet(
  by: NetworkInstance,
  from: NetworkInstance,
  url: string,
): Promise<Response> {
  const { instanceActor } = await requireOrganization(by.context);
  const { keyIri, privateKey } = await signingKey(by.context, instanceActor.id);
  const signature = signRequest({
    method: "GET",
    url,
    keyId: keyIri,
    privateKey,
    spec: "draft-cavage",
  });
  const headers = { ...signature, Accept: "application/activity+json" };
  return from.fetch(new URL(url).pathname, { headers });
}

async function asBytes(response: Response): Promise<unknown> {
  return [response.status, [...response.headers], await response.text()];
}

describe("a host that an administrator has blocked", () => {
  let open: PracticeJson;
  let closed: PracticeJson;

  beforeAll(async () => {
    open = await publish(alpha, "Open before the block");
    closed = await publish(alpha, "For Bravo before the block", [`partner:${bravo.handle}`]);
    await publish(bravo, "Bravo's own");
    await arrives(bravo, alpha, open.title);
    await arrives(bravo, alpha, closed.title);
    await arrives(alpha, bravo, "Bravo's own");
    network.setDown(bravo, true);
    await publish(alpha, "Still on its way to Bravo");
    await arrives(charlie, alpha, "Still on its way to Bravo");
    await vi.waitFor(async () => {
      const waiting = (await deliveriesTo(alpha, bravo)).filter(({ state }) => state === "queued");
      expect(waiting).toHaveLength(1);
    }, SOON);
  });

  it("is told to the administrator beforehand in numbers", async () => {
    const intent = { kind: "block", host: "bravo.test" } as const;
    expect(await previewChange(alpha.context, alpha.admin, intent)).toEqual({
      hosts: 1,
      followers: 1,
      followed: 1,
      partnerships: 1,
      offers: 0,
    });
  });

  it("gets nothing that waited for it, and nothing new", async () => {
    const before = await deliveriesTo(alpha, bravo);
    await blockOrigin(alpha.context, alpha.admin, "BRAVO.test", "spam");
    network.setDown(bravo, false);
    await publish(alpha, "After the block");
    await publish(alpha, "For followers after the block", ["followers"]);
    await arrives(charlie, alpha, "After the block");
    await arrives(charlie, alpha, "For followers after the block");
    await deliverNow(alpha);
    await vi.waitFor(async () => {
      const now = await deliveriesTo(alpha, bravo);
      const dropped = now.filter(({ result }) => result === "origin_refused");
      expect(dropped).toMatchObject([{ type: "Create", state: "dropped" }]);
      expect(dropped[0]?.body).toContain("Still on its way to Bravo");
      // The partnership's suspension takes back what Bravo's members read; nothing else goes there.
      const added = now.slice(before.length);
      expect(added).toMatchObject([{ type: "Suspend", state: "delivered" }]);
    }, SOON);
    expect(await shown(bravo, alpha)).not.toContain("After the block");
  });

  it("sees by its signature what a missing page shows, in the same bytes", async () => {
    const absent = await asBytes(
      await signedGet(
        charlie,
        alpha,
        `${alpha.origin}/ap/practices/01a2047c-0000-7000-8000-000000000000`,
      ),
    );
    for (const { uri } of [open, closed]) {
      expect(await asBytes(await signedGet(bravo, alpha, uri))).toEqual(absent);
    }
    expect((await signedGet(charlie, alpha, open.uri)).status).toBe(200);
    const outbox = await signedGet(bravo, alpha, `${alpha.origin}/ap/org/outbox`);
    expect(await outbox.json()).toMatchObject({ totalItems: 0 });
  });

  it("can still read without a signature what is public, as everybody can", async () => {
    const { pathname } = new URL(open.uri);
    expect((await alpha.document(pathname)).status).toBe(200);
    expect((await alpha.document(new URL(closed.uri).pathname)).status).toBe(404);
  });

  it("is gone from what the members read", async () => {
    expect(await shown(alpha, bravo)).toEqual([]);
  });

  it("has its partnership suspended, and is told so: its members read what we shared", async () => {
    const suspended = { state: "active", in_force: false };
    await waitFor(alpha, withBravo, { ...suspended, suspension_reason: "blocked" });
    await waitFor(bravo, withBravo, suspended);
  });

  it("follows nobody any more and is followed by nobody, without a word about it", async () => {
    const followers = await alpha.document("/ap/org/followers");
    expect(followers.json.totalItems).toBe(1);
    const { json } = await alpha.api("GET", "/follows");
    expect(json).toEqual([]);
    const types = (await deliveriesTo(alpha, bravo)).map(({ type }) => type);
    expect(types).not.toContain("Reject");
    expect(types).not.toContain("Undo");
  });

  it("cannot be followed, found or asked for a partnership, and is not asked itself", async () => {
    for (const [path, fields] of [
      ["/follows", { handle: bravo.handle }],
      ["/partnerships", { handle: bravo.handle, terms: "x" }],
    ] as const) {
      const { status, json } = await alpha.api("POST", path, fields);
      expect([status, json.code], path).toEqual([403, "origin_refused"]);
    }
    const reading = alpha.context.remote.readActor(`${bravo.origin}/ap/org`);
    await expect(reading).rejects.toMatchObject({ code: "origin_refused" });
  });

  it("still gets the deletion of what it has", async () => {
    expect((await alpha.api("DELETE", `/practices/${open.id}`)).status).toBe(204);
    await vi.waitFor(async () => {
      expect((await deliveriesTo(alpha, bravo)).at(-1)).toMatchObject({
        type: "Delete",
        state: "delivered",
      });
    }, SOON);
    await vi.waitFor(async () => expect(await shown(bravo, alpha)).not.toContain(open.title), SOON);
  });

  it("comes back when the block ends, and its partnership when a manager resumes it", async () => {
    await unblockOrigin(alpha.context, alpha.admin, "bravo.test");
    expect(await shown(alpha, bravo)).toEqual(["Bravo's own"]);
    await waitFor(alpha, withBravo, { in_force: false });
    await act(alpha, withBravo, "resume");
    await waitFor(bravo, withBravo, { in_force: true });
    // Bravo was told nothing, so for Bravo its follow goes on: it has to ask anew.
    await bravo.api("DELETE", "/follows", { handle: alpha.handle });
    await follow(bravo, alpha);
    await follow(alpha, bravo);
  });
});

describe("where only listed hosts may federate", () => {
  beforeAll(async () => {
    await allowOrigin(alpha.context, alpha.admin, "delta.test");
  });

  it("says beforehand who would be cut off: partners are listed by being partners", async () => {
    expect(
      await previewChange(alpha.context, alpha.admin, { kind: "allow-list", on: true }),
    ).toEqual({
      hosts: 1,
      followers: 1,
      followed: 0,
      partnerships: 0,
      offers: 0,
    });
  });

  it("refuses a stranger both ways", async () => {
    await setAllowListOnly(alpha.context, alpha.admin, true);
    const echo = await network.add("echo");
    const asked = await echo.api("POST", "/follows", { handle: alpha.handle });
    expect(asked.json.state).toBe("pending");
    await vi.waitFor(async () => {
      expect((await deliveriesTo(echo, alpha)).at(-1)).toMatchObject({
        type: "Follow",
        result: "403",
      });
    }, SOON);
    const { status } = await alpha.api("POST", "/follows", { handle: echo.handle });
    expect(status).toBe(403);
    // Nobody here has ever read Echo's key: the host that it claims to be on is enough.
    const { uri } = await publish(alpha, "Not for strangers who sign");
    expect((await signedGet(echo, alpha, uri)).status).toBe(404);
    expect((await alpha.document(new URL(uri).pathname)).status).toBe(200);
    expect((await alpha.document("/ap/org/followers")).json.totalItems).toBe(1);
  });

  it("works as before with a listed host and with a partner", async () => {
    const delta = await network.add("delta");
    await follow(delta, alpha);
    const practice = await publish(alpha, "For those on the list");
    await arrives(delta, alpha, practice.title);
    await arrives(bravo, alpha, practice.title);
    expect(await shown(charlie, alpha)).not.toContain(practice.title);
    expect((await signedGet(delta, alpha, practice.uri)).status).toBe(200);
    expect((await signedGet(charlie, alpha, practice.uri)).status).toBe(404);

    await disallowOrigin(alpha.context, alpha.admin, "delta.test");
    expect((await signedGet(delta, alpha, practice.uri)).status).toBe(404);
  });
});
