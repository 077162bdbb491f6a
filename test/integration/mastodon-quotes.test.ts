import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import {
  activities,
  follows,
  notifications,
  posts,
  quotes,
} from "../../src/persistence/schema/index.ts";
import { actingAs } from "../../src/services/acting.ts";
import { addMember, type Member } from "../../src/services/members.ts";
import { setQuotePolicy } from "../../src/services/quote-control.ts";
import { requestQuote } from "../../src/services/quotes.ts";
import { findStamp } from "../../src/services/quote-control.ts";
import { handleVerifyQuote } from "../../src/services/received-quotes.ts";
import type { PostRecord } from "../../src/services/records.ts";
import { clientOf, visitorOf, type Client } from "../support/client.ts";
import { createWorld, PUBLIC, type World } from "../support/inbound-world.ts";
import { storeNote } from "../support/written-notes.ts";

const ALL: Audience = [{ kind: "public" }];

let world: World;
let bob: Member;
let ana: Client;
let asBob: Client;
let mine: PostRecord;

beforeAll(async () => {
  world = await createWorld();
  const made = await addMember(world.context, {
    handle: "bob",
    email: "bob@alpha.example",
    role: "author",
    password: "another long password",
  });
  bob = made.member;
  ana = await clientOf(world, world.admin);
  asBob = await clientOf(world, bob);
  await world.followFromHere(world.bea);
  await world.followFromHere(world.mallory);
});

afterAll(() => world.close());

beforeEach(async () => {
  mine = await note(ALL);
});

const note = (audience: Audience, member = world.admin) =>
  storeNote(world.context, member, audience);

async function quote(by: Member, quoted: PostRecord, audience = ALL): Promise<PostRecord> {
  const post = await storeNote(world.context, by, audience);
  await world.context.db.transaction((tx) =>
    requestQuote(world.context, tx, actingAs(by), post, quoted.id),
  );
  return post;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
async function sent(type: string): Promise<Record<string, any>[]> {
  const rows = await world.database.db
    .select({ body: activities.body })
    .from(activities)
    .where(eq(activities.type, type))
    .orderBy(activities.id);
  return rows.map(({ body }) => JSON.parse(body));
}

async function rowOf(iri: unknown) {
  const stored = await world.stored(iri);
  const [row] = await world.database.db
    .select()
    .from(quotes)
    .where(eq(quotes.postId, stored?.id ?? 0n));
  return row;
}

const shown = async (client: Client, { id }: { id: bigint }) =>
  (await client("GET", `/v1/statuses/${id}`)).json;

const verify = () =>
  world.runJobs({ "verify-quote": (payload) => handleVerifyQuote(world.context, payload) });

describe("quotes among our own people", () => {
  test("one's own public post, and nothing else of one's own", async () => {
    const quoting = await quote(world.admin, mine);
    const json = await shown(asBob, quoting);
    expect(json.quote).toMatchObject({
      state: "accepted",
      quoted_status: { id: mine.id.toString(), quotes_count: 1 },
    });
    const closed = await note([{ kind: "followers" }]);
    await expect(quote(world.admin, closed)).rejects.toMatchObject({ code: "not_allowed" });
    await expect(quote(bob, closed)).rejects.toMatchObject({ code: "not_found" });
  });

  test("as the author's policy says", async () => {
    const acting = actingAs(world.admin);
    await quote(bob, mine);
    await setQuotePolicy(world.context, acting, mine.id, "nobody");
    await expect(quote(bob, mine)).rejects.toMatchObject({ code: "not_allowed" });
    expect((await shown(asBob, mine)).quote_approval).toEqual({
      automatic: [],
      manual: [],
      current_user: "denied",
    });
    const put = await ana("PUT", `/v1/statuses/${mine.id}/interaction_policy`, {
      quote_approval_policy: "followers",
    });
    expect(put.json.quote_approval).toMatchObject({
      automatic: ["followers"],
      current_user: "automatic",
    });
    await expect(quote(bob, mine)).rejects.toMatchObject({ code: "not_allowed" });
    await world.database.db.insert(follows).values({
      followerId: bob.actorId,
      followeeId: world.admin.actorId,
      iri: `https://alpha.example/follow/${mine.id}`,
      state: "accepted",
    });
    await quote(bob, mine);
    expect((await shown(asBob, mine)).quote_approval.current_user).toBe("automatic");
    await world.database.db.delete(follows).where(eq(follows.followerId, bob.actorId));
    const others = await asBob("PUT", `/v1/statuses/${mine.id}/interaction_policy`, {
      quote_approval_policy: "public",
    });
    expect(others.status).toBe(403);
    const wrong = await ana("PUT", `/v1/statuses/${mine.id}/interaction_policy`, {
      quote_approval_policy: "everybody",
    });
    expect(wrong.status).toBe(422);
  });

  test("a quote in a quote is only named", async () => {
    const middle = await quote(bob, mine);
    const outer = await quote(world.admin, middle);
    const { quote: first } = await shown(asBob, outer);
    expect(first.quoted_status.id).toBe(middle.id.toString());
    expect(first.quoted_status.quote).toEqual({
      state: "accepted",
      quoted_status_id: mine.id.toString(),
    });
  });

  test("who may not see the quoted post any more sees that there was one", async () => {
    const quoting = await quote(bob, mine);
    const narrow = (set: object) =>
      world.database.db.update(posts).set(set).where(eq(posts.id, mine.id));
    await narrow({ audience: [] });
    expect((await shown(asBob, quoting)).quote).toEqual({
      state: "unauthorized",
      quoted_status: null,
    });
    expect((await shown(ana, quoting)).quote.quoted_status.id).toBe(mine.id.toString());
    await narrow({ audience: ["public"], withdrawnAt: new Date() });
    expect((await shown(ana, quoting)).quote).toEqual({ state: "deleted", quoted_status: null });
  });

  test("are listed for those who may see them, until they are revoked", async () => {
    const open = await quote(bob, mine);
    const hidden = await quote(bob, mine, [{ kind: "person", actor: world.admin.actor.iri }]);
    const list = `/v1/statuses/${mine.id}/quotes`;
    const ids = async (client: Client) =>
      (await client("GET", list)).json.map(({ id }: { id: string }) => id);
    expect(await ids(ana)).toEqual([hidden, open].map(({ id }) => id.toString()));
    expect(await ids(visitorOf(world))).toEqual([open.id.toString()]);
    expect((await shown(asBob, mine)).quotes_count).toBe(1);
    expect((await asBob("POST", `${list}/${open.id}/revoke`)).status).toBe(403);
    const revoked = await ana("POST", `${list}/${open.id}/revoke`);
    expect(revoked.json).toMatchObject({
      id: open.id.toString(),
      quote: { state: "revoked", quoted_status: null },
    });
    expect(await ids(visitorOf(world))).toEqual([]);
    expect((await shown(asBob, mine)).quotes_count).toBe(0);
  });
});

describe("somebody elsewhere asks to quote a post of ours", () => {
  let number = 0;
  function ask(by = world.bea, changes: object = {}) {
    number += 1;
    const quoting = `${new URL(by.iri).origin}/notes/quoting-${number}`;
    const request = world.activity(by, "QuoteRequest", mine.iri, {
      instrument: quoting,
      ...changes,
    });
    return { request, quoting };
  }

  test("and gets a stamp that everybody can check", async () => {
    const { request, quoting } = ask();
    await world.send(world.bea, request);
    const accept = (await sent("Accept")).find(({ object }) => object.id === request["id"]);
    expect(accept).toMatchObject({
      actor: world.admin.actor.iri,
      to: [world.bea.iri],
      object: { type: "QuoteRequest", object: mine.iri, instrument: quoting },
      result: expect.stringMatching(/^https:\/\/alpha\.example\/ap\/quote-approvals\//),
    });
    const key = String(accept?.["result"]).split("/").at(-1) ?? "";
    const stamp = await findStamp(world.context, { kind: "anonymous" }, key);
    expect(stamp).toEqual({
      iri: accept?.["result"],
      author: world.admin.actor.iri,
      quoting,
      quoted: mine.iri,
    });
    const quotingPost = world.bravo.note(world.bea, `quoting-${number}`, { quote: mine.iri });
    await world.send(world.bea, world.activity(world.bea, "Create", quotingPost));
    expect(await rowOf(quoting)).toMatchObject({ state: "accepted", approvalIri: stamp?.iri });
    expect((await shown(ana, mine)).quotes_count).toBe(1);
    const [told] = await world.database.db
      .select()
      .from(notifications)
      .where(eq(notifications.type, "quote"))
      .orderBy(sql`id desc`);
    expect(told).toMatchObject({ recipientId: world.admin.actorId });
    const id = (await world.stored(quoting))?.id;
    await ana("POST", `/v1/statuses/${mine.id}/quotes/${id}/revoke`);
    expect(await findStamp(world.context, { kind: "anonymous" }, key)).toBeNull();
    expect((await sent("Delete")).at(-1)).toMatchObject({
      actor: world.admin.actor.iri,
      object: stamp?.iri,
      cc: expect.arrayContaining([world.bea.iri]),
    });
    const again = world.activity(world.bea, "QuoteRequest", mine.iri, { instrument: quoting });
    await world.send(world.bea, again);
    expect(await world.outcome(again)).toBe("ignored:refused");
  });

  test("and is refused where the policy says so", async () => {
    await setQuotePolicy(world.context, actingAs(world.admin), mine.id, "nobody");
    const { request } = ask();
    await world.send(world.bea, request);
    expect((await sent("Reject")).at(-1)?.["object"].id).toBe(request["id"]);
  });

  test("and gets no answer about what is hidden, as about what is missing", async () => {
    const answers = (await sent("Accept")).length + (await sent("Reject")).length;
    const hidden = await note([{ kind: "members" }]);
    for (const object of [hidden.iri, `${hidden.iri}0`]) {
      const { request } = ask(world.bea, { object });
      await world.send(world.bea, request);
      expect(await world.outcome(request)).toBe("ignored:unknown-object");
    }
    expect((await sent("Accept")).length + (await sent("Reject")).length).toBe(answers);
  });

  test("in a post of another server: refused", async () => {
    const { request } = ask(world.mallory, { instrument: `${world.bravo.origin}/notes/hers` });
    expect((await world.deliver(world.mallory, request)).status).toBe(403);
  });

  test("a stamp that somebody else asked for is no use to the author", async () => {
    const quoting = `${world.bravo.origin}/notes/asked-by-ben`;
    const request = world.activity(world.ben, "QuoteRequest", mine.iri, { instrument: quoting });
    await world.send(world.ben, request);
    const post = world.bravo.note(world.bea, "asked-by-ben", { quote: mine.iri });
    await world.send(world.bea, world.activity(world.bea, "Create", post));
    expect((await rowOf(quoting))?.state).toBe("pending");
  });

  test("a stamp is no use for another post or another author", async () => {
    const { request } = ask();
    await world.send(world.bea, request);
    const stamp = (await sent("Accept")).at(-1)?.["result"];
    const stolen = world.evil.note(world.mallory, `stolen-${number}`, {
      quote: mine.iri,
      quoteAuthorization: stamp,
    });
    await world.send(world.mallory, world.activity(world.mallory, "Create", stolen));
    expect((await rowOf(stolen["id"]))?.state).toBe("pending");
    const other = world.bravo.note(world.bea, `other-${number}`, {
      quote: mine.iri,
      quoteAuthorization: stamp,
    });
    await world.send(world.bea, world.activity(world.bea, "Create", other));
    expect((await rowOf(other["id"]))?.state).toBe("pending");
    const id = (await world.stored(other["id"]))?.id ?? 0n;
    expect((await shown(ana, { id })).quote).toEqual({ state: "pending", quoted_status: null });
  });
});

describe("posts from elsewhere that quote posts from elsewhere", () => {
  let number = 0;

  /** Mallory quotes Bea; `stamp` is what Bea's server has at the address that Mallory names. */
  async function arrive(stamp: object | null, where = world.bravo) {
    number += 1;
    const quoted = world.bravo.note(world.bea, `quoted-${number}`);
    await world.send(world.bea, world.activity(world.bea, "Create", quoted));
    const iri = `${where.origin}/stamps/${number}`;
    const quoting = world.evil.note(world.mallory, `quotes-${number}`, {
      quote: quoted["id"],
      quoteAuthorization: iri,
    });
    if (stamp !== null) {
      where.documents.set(`/stamps/${number}`, {
        "@context": "https://www.w3.org/ns/activitystreams",
        id: iri,
        type: "QuoteAuthorization",
        attributedTo: world.bea.iri,
        interactingObject: quoting["id"],
        interactionTarget: quoted["id"],
        ...stamp,
      });
    }
    await world.send(world.mallory, world.activity(world.mallory, "Create", quoting));
    await verify();
    return { row: await rowOf(quoting["id"]), quoting, quoted, iri };
  }

  test("are shown with a stamp that the quoted author's server has", async () => {
    const { row, quoting, quoted, iri } = await arrive({});
    expect(row).toMatchObject({ state: "accepted", approvalIri: iri });
    const id = (await world.stored(quoting["id"]))?.id ?? 0n;
    expect((await shown(ana, { id })).quote.quoted_status.uri).toBe(quoted["id"]);
    for (const by of [world.mallory, world.ben]) {
      const forged = await world.deliver(by, world.activity(by, "Delete", iri));
      expect(forged.status).toBeLessThan(500);
      expect((await rowOf(quoting["id"]))?.state).toBe("accepted");
    }
    await world.send(world.bea, world.activity(world.bea, "Delete", iri));
    expect((await rowOf(quoting["id"]))?.state).toBe("revoked");
    expect((await shown(ana, { id })).quote).toEqual({ state: "revoked", quoted_status: null });
  });

  test.each<[string, object | null]>([
    ["there is none", null],
    ["it is by somebody else", { attributedTo: "https://bravo.example/users/ben" }],
    ["it is for another post", { interactingObject: "https://evil.example/notes/another" }],
    ["it is of another post", { interactionTarget: "https://bravo.example/notes/another" }],
    ["it is something else", { type: "Note" }],
  ])("stay pending when %s", async (_, stamp) => {
    expect((await arrive(stamp)).row?.state).toBe("pending");
  });

  test("stay pending when the stamp is on another server than the quoted author", async () => {
    expect((await arrive({}, world.evil)).row?.state).toBe("pending");
  });

  test.each(["quoteUrl", "quoteUri", "_misskey_quote"])(
    "by %s alone stay pending",
    async (name) => {
      number += 1;
      const quoted = world.bravo.note(world.bea, `legacy-${number}`);
      await world.send(world.bea, world.activity(world.bea, "Create", quoted));
      const quoting = world.evil.note(world.mallory, `legacy-quote-${number}`, {
        [name]: quoted["id"],
        content: '<p class="quote-inline">RE: <a href="https://x.example/">x</a></p><p>Look.</p>',
      });
      await world.send(world.mallory, world.activity(world.mallory, "Create", quoting));
      await verify();
      expect((await rowOf(quoting["id"]))?.state).toBe("pending");
      expect((await world.stored(quoting["id"]))?.contentHtml).toBe("<p>Look.</p>");
    },
  );

  test("consent may come later, by an Update that is no edit", async () => {
    const { row, quoting, iri, quoted } = await arrive(null);
    expect(row?.state).toBe("pending");
    world.bravo.documents.set(new URL(iri).pathname, {
      id: iri,
      type: "QuoteAuthorization",
      attributedTo: world.bea.iri,
      interactingObject: quoting["id"],
      interactionTarget: quoted["id"],
    });
    await world.send(world.mallory, world.activity(world.mallory, "Update", quoting));
    await verify();
    expect((await rowOf(quoting["id"]))?.state).toBe("accepted");
  });
});

describe("we ask somebody elsewhere", () => {
  let number = 0;
  async function ask() {
    number += 1;
    const theirs = world.bravo.note(world.bea, `theirs-${number}`);
    await world.send(world.bea, world.activity(world.bea, "Create", theirs));
    const quoted = await world.stored(theirs["id"]);
    const record = { ...mine, id: quoted?.id ?? 0n };
    const quoting = await quote(world.admin, record);
    const request = (await sent("QuoteRequest")).at(-1);
    return { quoting, request, theirs };
  }
  const stamp = (name: string) => `https://bravo.example/stamps/${name}-${number}`;

  test("and tell all who have the post of the yes", async () => {
    const { quoting, request, theirs } = await ask();
    expect(request).toMatchObject({
      type: "QuoteRequest",
      actor: world.admin.actor.iri,
      to: [world.bea.iri],
      object: theirs["id"],
      instrument: quoting.iri,
    });
    expect((await shown(ana, quoting)).quote).toEqual({ state: "pending", quoted_status: null });
    const yes = { result: stamp("a") };
    for (const stranger of [world.ben, world.mallory]) {
      const forged = world.activity(stranger, "Accept", request?.["id"], yes);
      await world.send(stranger, forged);
      expect(await world.outcome(forged)).toBe("ignored:not-theirs");
    }
    const elsewhere = { result: "https://evil.example/stamps/1" };
    await world.send(world.bea, world.activity(world.bea, "Accept", request?.["id"], elsewhere));
    await world.send(world.bea, world.activity(world.bea, "Accept", request?.["id"]));
    expect((await rowOf(quoting.iri))?.state).toBe("pending");
    await world.send(world.bea, world.activity(world.bea, "Accept", request, yes));
    expect((await shown(ana, quoting)).quote.quoted_status.uri).toBe(theirs["id"]);
    expect((await sent("Update")).at(-1)).toMatchObject({
      to: [PUBLIC],
      object: {
        id: quoting.iri,
        quote: theirs["id"],
        quoteUri: theirs["id"],
        quoteAuthorization: stamp("a"),
      },
    });
    await world.send(world.bea, world.activity(world.bea, "Delete", stamp("a")));
    expect((await rowOf(quoting.iri))?.state).toBe("revoked");
    expect((await sent("Update")).at(-1)?.["object"]).not.toHaveProperty("quote");
  });

  test("and take a no for a no", async () => {
    const { quoting, request } = await ask();
    await world.send(world.mallory, world.activity(world.mallory, "Reject", request?.["id"]));
    expect((await rowOf(quoting.iri))?.state).toBe("pending");
    await world.send(world.bea, world.activity(world.bea, "Reject", request?.["id"]));
    expect((await shown(ana, quoting)).quote).toEqual({ state: "rejected", quoted_status: null });
  });

  test("but not in a post that they may not see", async () => {
    const theirs = world.bravo.note(world.bea, "theirs-closed");
    await world.send(world.bea, world.activity(world.bea, "Create", theirs));
    const quoted = await world.stored(theirs["id"]);
    const record = { ...mine, id: quoted?.id ?? 0n };
    const closed: Audience = [{ kind: "followers" }];
    await expect(quote(world.admin, record, closed)).rejects.toMatchObject({ code: "not_allowed" });
  });
});
