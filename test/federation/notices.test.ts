import { asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDiscoveryApp } from "../../src/federation/discovery/app.ts";
import { DocumentCache } from "../../src/federation/discovery/document-cache.ts";
import { createVerifier } from "../../src/federation/inbound/verify.ts";
import { deliverDue } from "../../src/federation/outbound/deliver.ts";
import { fanOut } from "../../src/federation/outbound/fan-out.ts";
import { signRequest } from "../../src/federation/signatures/sign.ts";
import {
  activities,
  actors,
  deliveries,
  disclosureEvents,
  disclosures,
  inboxes,
  notices,
  posts,
} from "../../src/persistence/schema/index.ts";
import { createHttpClient } from "../../src/platform/http/client.ts";
import { removeFinishedDeliveries } from "../../src/services/deliveries.ts";
import { noticesFor, recallNotices } from "../../src/services/notices.ts";
import { readPractice, readPracticeChanges } from "../../src/services/practice-input.ts";
import { publishPractice, revisePractice } from "../../src/services/practices.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import type { ActorRecord, PostRecord } from "../../src/services/records.ts";
import type { Visible } from "../../src/domain/audience/policy.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { createForeignPeer, type ForeignActor } from "../support/foreign-peer.ts";

const TITLE = "Rates that we pay";
const BODY = "Forty-two an hour";
const mastodon = createForeignPeer("https://m.example");
const kin = createForeignPeer("https://charlie.example");

let instance: TestInstance;
let http: ReturnType<typeof createHttpClient>;
let get: (path: string, by?: ForeignActor, accept?: string) => Promise<Response>;
let boKey: ForeignActor;
let eveKey: ForeignActor;
let bo: ActorRecord;
let cara: ActorRecord;
/** paths that were posted to at the other servers */
const posted: string[] = [];

beforeAll(async () => {
  instance = await createTestInstance({ peers: [mastodon, kin] });
  const { context } = instance;
  http = createHttpClient({
    allowPrivateNetwork: false,
    userAgent: "Praxis (test)",
    route: (host) => (request) => {
      posted.push(new URL(request.url).pathname);
      return (host === "m.example" ? mastodon : kin).fetch(request);
    },
  });
  boKey = mastodon.actor("bo");
  eveKey = mastodon.actor("eve");
  kin.actor("cara", { praxis: { version: 1, understands: ["practices"] } });
  bo = await ensureActor(context, boKey.iri);
  cara = await ensureActor(context, "https://charlie.example/users/cara");
  const verify = createVerifier(context);
  const { routes } = createDiscoveryApp(context, {
    cache: new DocumentCache(),
    findSigner: async (request) => {
      const signer = await verify(request, Buffer.alloc(0));
      return signer.ok ? signer.actor : null;
    },
  });
  get = async (path, by, accept = "application/activity+json") => {
    const url = `https://alpha.example${path}`;
    const signature =
      by === undefined
        ? {}
        : signRequest({
            method: "GET",
            url,
            keyId: by.keyId,
            privateKey: by.privateKey,
            spec: "draft-cavage",
          });
    return routes.request(url, { headers: { accept, ...signature } });
  };
});

afterAll(async () => {
  await http?.close();
  await instance?.close();
});

beforeEach(() => {
  mastodon.inbox.length = 0;
  kin.inbox.length = 0;
  posted.length = 0;
});

async function share(
  people: readonly ActorRecord[],
  fields: { notice_title?: boolean } = {},
): Promise<Visible<PostRecord>> {
  const { context, admin } = instance;
  instance.jobs.length = 0;
  const audience = people.map(({ handle, host }) => `person:@${handle}@${host}`);
  const given = { title: TITLE, content: BODY, label: "TLP:AMBER", audience, ...fields };
  return publishPractice(context, admin, await readPractice(context, given));
}

function linesOf({ id }: PostRecord) {
  return instance.context.db.select().from(disclosures).where(eq(disclosures.postId, id));
}

async function eventsOf({ id }: PostRecord) {
  const rows = await instance.context.db
    .select({ event: disclosureEvents.event })
    .from(disclosureEvents)
    .innerJoin(disclosures, eq(disclosures.id, disclosureEvents.disclosureId))
    .where(eq(disclosures.postId, id))
    .orderBy(asc(disclosureEvents.id));
  return rows.map((row) => row.event);
}

async function send(): Promise<void> {
  const { context } = instance;
  await instance.runJobs({ "fan-out": (payload) => fanOut(context, payload) });
  await deliverDue(context, { http, flushMs: 0 });
}

async function noticeOf({ id }: PostRecord) {
  const [row] = await instance.context.db.select().from(notices).where(eq(notices.postId, id));
  if (row === undefined) throw new Error("no notice");
  return row;
}

describe("a person on another kind of server", () => {
  test("gets a direct note that holds neither title nor text nor file", async () => {
    const post = await share([bo]);
    await send();
    const { key } = await noticeOf(post);
    const [create] = mastodon.inbox;
    const wire = JSON.stringify(mastodon.inbox);
    expect(create).toMatchObject({
      type: "Create",
      actor: "https://alpha.example/ap/org",
      to: [bo.iri],
      object: {
        type: "Note",
        id: `https://alpha.example/ap/notices/${key}`,
        url: `https://alpha.example/n/${key}`,
        to: [bo.iri],
        tag: [{ type: "Mention", href: bo.iri }],
      },
    });
    expect(wire).not.toContain(TITLE);
    expect(wire).not.toContain(BODY);
    expect(wire).not.toContain("TLP:");
    expect(wire).not.toContain(post.iri);
    expect(wire).not.toContain(new URL(post.url).pathname);
    expect(wire).not.toContain("attachment");
  });

  test("gets it in their own inbox, not in the one that all of their server share", async () => {
    await share([bo]);
    await send();
    expect(posted).toEqual(["/users/bo/inbox"]);
  });

  test("is told the title when the author allows it, and still no text", async () => {
    await share([bo], { notice_title: true });
    await send();
    const wire = JSON.stringify(mastodon.inbox);
    expect(wire).toContain(TITLE);
    expect(wire).not.toContain(BODY);
  });

  test("is told once, however often the practice is announced to them", async () => {
    const { context } = instance;
    const post = await share([bo]);
    await context.db.transaction((tx) => noticesFor(context, tx, post, [bo]));
    await send();
    expect(mastodon.inbox).toHaveLength(1);
  });

  test("is on the disclosure record by the notice lane", async () => {
    const post = await share([bo]);
    const [line] = await linesOf(post);
    expect(line).toMatchObject({
      postId: post.id,
      actorId: bo.id,
      recipient: "actor",
      lane: "notice",
      atom: `person:${bo.iri}`,
      label: "TLP:AMBER",
    });
    const [activity] = await instance.context.db
      .select()
      .from(activities)
      .where(eq(activities.disclosureId, line?.id ?? 0n));
    expect(activity).toMatchObject({ type: "Create", postId: null });
  });
});

describe("an edit of the practice", () => {
  test("sends nothing to who has a notice, and an Update to who has the practice", async () => {
    const { context, admin } = instance;
    const post = await share([bo, cara]);
    await send();
    await revisePractice(context, admin, post.id, readPracticeChanges({ content: "Forty-four" }));
    await send();
    expect(mastodon.inbox.map((activity) => activity["type"])).toEqual(["Create"]);
    expect(kin.inbox).toMatchObject([
      { type: "Create" },
      {
        type: "Update",
        to: [cara.iri],
        object: { to: [cara.iri], tag: [{ type: "Mention", href: cara.iri }] },
      },
    ]);
    expect(JSON.stringify(kin.inbox)).not.toContain(bo.iri);
  });
});

describe("a change of the audience", () => {
  const revise = async (post: PostRecord, audience: readonly string[]) => {
    const { context, admin } = instance;
    await revisePractice(context, admin, post.id, readPracticeChanges({ audience }));
    await send();
  };

  test("tells those who come in, and takes the notice of those who leave back", async () => {
    const post = await share([bo]);
    await send();
    await revise(post, ["person:@eve@m.example"]);
    expect(mastodon.inbox.map(({ type, to }) => [type, to])).toEqual([
      ["Create", [bo.iri]],
      ["Delete", [bo.iri]],
      ["Create", [eveKey.iri]],
    ]);
    expect(JSON.stringify(mastodon.inbox)).not.toContain(TITLE);
  });

  test("to everybody leaves the notice, whose link still leads to the practice", async () => {
    const post = await share([bo]);
    const { key } = await noticeOf(post);
    await send();
    await revise(post, ["public"]);
    expect(mastodon.inbox.map((activity) => activity["type"])).toEqual(["Create"]);
    expect((await get(`/ap/notices/${key}`, boKey)).status).toBe(200);
    await revise(post, ["members"]);
    expect(mastodon.inbox.map((activity) => activity["type"])).toEqual(["Create", "Delete"]);
  });

  test("tells the title to who comes in as it was told to those before", async () => {
    const post = await share([bo], { notice_title: true });
    await send();
    mastodon.inbox.length = 0;
    await revise(post, ["person:@bo@m.example", "person:@eve@m.example"]);
    expect(JSON.stringify(mastodon.inbox)).toContain(TITLE);
    mastodon.inbox.length = 0;
    await revise(await share([bo]), ["person:@bo@m.example", "person:@eve@m.example"]);
    expect(JSON.stringify(mastodon.inbox)).not.toContain(TITLE);
  });
});

describe("the notice at its id", () => {
  test("is read by the person it is for, and by nobody else", async () => {
    const { key } = await noticeOf(await share([bo]));
    const path = `/ap/notices/${key}`;
    const own = await get(path, boKey);
    expect(own.status).toBe(200);
    expect(own.headers.get("cache-control")).toBe("private, no-store");
    expect(own.headers.get("vary")).toBe("Accept, Signature, Signature-Input");
    expect(await own.json()).toMatchObject({ type: "Note", to: [bo.iri], cc: [] });
    const missing = await get("/ap/notices/01a20482-fa8f-7a7b-990c-2a8ce4f2f3c1");
    const missingBody = await missing.text();
    for (const other of [await get(path), await get(path, eveKey), await get("/ap/notices/x")]) {
      expect(other.status).toBe(404);
      expect(await other.text()).toBe(missingBody);
      expect(Object.fromEntries(other.headers)).toEqual(Object.fromEntries(missing.headers));
    }
  });

  test("is the same inside the Create that brought it, which never shows the practice", async () => {
    await share([bo]);
    await send();
    const path = new URL(String(mastodon.inbox[0]?.["id"])).pathname;
    expect((await get(path)).status).toBe(404);
    expect((await get(path, eveKey)).status).toBe(404);
    const own = await (await get(path, boKey)).text();
    expect(own).toContain("/n/");
    expect(own).not.toContain(BODY);
  });

  test("goes when the person is no longer in the audience", async () => {
    const post = await share([bo]);
    const { key } = await noticeOf(post);
    await instance.context.db
      .update(posts)
      .set({ audience: ["members"] })
      .where(eq(posts.id, post.id));
    expect((await get(`/ap/notices/${key}`, boKey)).status).toBe(404);
  });
});

describe("a notice that waits to be sent", () => {
  test("is dropped when the person has left the audience meanwhile", async () => {
    const { context } = instance;
    const post = await share([bo]);
    await instance.runJobs({ "fan-out": (payload) => fanOut(context, payload) });
    await context.db
      .update(posts)
      .set({ audience: ["members"] })
      .where(eq(posts.id, post.id));
    await deliverDue(context, { http, flushMs: 0 });
    expect(mastodon.inbox).toEqual([]);
  });

  test("is dropped when the practice is withdrawn meanwhile", async () => {
    const { context } = instance;
    const post = await share([bo]);
    await instance.runJobs({ "fan-out": (payload) => fanOut(context, payload) });
    await context.db.update(posts).set({ withdrawnAt: new Date() }).where(eq(posts.id, post.id));
    await deliverDue(context, { http, flushMs: 0 });
    expect(mastodon.inbox).toEqual([]);
  });

  test("is not even queued for somebody who is suspended", async () => {
    const { context } = instance;
    const suspend = (suspendedAt: Date | null) =>
      context.db.update(actors).set({ suspendedAt }).where(eq(actors.id, bo.id));
    await share([bo]);
    try {
      await suspend(new Date());
      await send();
      expect(mastodon.inbox).toEqual([]);
    } finally {
      await suspend(null);
    }
  });
});

describe("a recall", () => {
  test("deletes the notice where it arrived, naming the notice and nothing else", async () => {
    const { context } = instance;
    const post = await share([bo]);
    const { key } = await noticeOf(post);
    await send();
    await context.db.transaction((tx) => recallNotices(context, tx, post));
    await send();
    const [, recalled] = mastodon.inbox;
    expect(recalled).toMatchObject({
      type: "Delete",
      to: [bo.iri],
      cc: [],
      object: { type: "Tombstone", id: `https://alpha.example/ap/notices/${key}` },
    });
    expect(JSON.stringify(recalled)).not.toContain(post.iri);
    expect((await get(`/ap/notices/${key}`, boKey)).status).toBe(404);
    const create = new URL(String(mastodon.inbox[0]?.["id"])).pathname;
    expect((await get(create, boKey)).status).toBe(404);
    expect(await eventsOf(post)).toEqual(["delivered", "recall_sent", "recall_delivered"]);
  });

  test("says nothing to somebody whom the notice never reached", async () => {
    const { context } = instance;
    const post = await share([bo]);
    await instance.runJobs({ "fan-out": (payload) => fanOut(context, payload) });
    await context.db.transaction((tx) => recallNotices(context, tx, post));
    await send();
    expect(mastodon.inbox).toEqual([]);
    const [row] = await context.db
      .select({ state: deliveries.state })
      .from(deliveries)
      .innerJoin(activities, eq(activities.id, deliveries.activityId))
      .innerJoin(inboxes, eq(inboxes.id, deliveries.inboxId))
      .where(eq(activities.noticeId, (await noticeOf(post)).id));
    expect(row?.state).toBe("dropped");
    expect(await eventsOf(post)).toEqual(["not_delivered"]);
  });

  test("still reaches somebody who got the notice long ago", async () => {
    const { context } = instance;
    const post = await share([bo]);
    await send();
    try {
      instance.setTime(new Date(Date.now() + 60 * 86_400_000));
      await removeFinishedDeliveries(context);
      await context.db.transaction((tx) => recallNotices(context, tx, post));
      await send();
    } finally {
      instance.setTime(null);
    }
    expect(mastodon.inbox.map((activity) => activity["type"])).toEqual(["Create", "Delete"]);
  });

  test("of one person leaves the others their notice, and a later one is told anew", async () => {
    const { context } = instance;
    const eve = await ensureActor(context, eveKey.iri);
    const post = await share([bo, eve]);
    await send();
    mastodon.inbox.length = 0;
    await context.db.transaction((tx) => recallNotices(context, tx, post, [bo.id]));
    await send();
    expect(mastodon.inbox).toMatchObject([{ type: "Delete", to: [eve.iri] }]);
    await context.db.transaction((tx) => noticesFor(context, tx, post, [bo, eve]));
    await send();
    expect(mastodon.inbox.slice(1)).toMatchObject([{ type: "Create", to: [eve.iri] }]);
  });
});

describe("a person on a kin server", () => {
  test("gets the practice itself, addressed and mentioned as the only one who has it", async () => {
    const post = await share([bo, cara]);
    await send();
    expect(kin.inbox).toMatchObject([
      {
        type: "Create",
        to: [cara.iri],
        cc: [],
        object: {
          type: "Article",
          id: post.iri,
          name: TITLE,
          to: [cara.iri],
          cc: [],
          tag: [{ type: "Mention", href: cara.iri, name: "@cara@charlie.example" }],
        },
      },
    ]);
    const wire = JSON.stringify(kin.inbox);
    expect(wire).toContain(BODY);
    expect(wire).not.toContain(bo.iri);
    expect(posted).toContain("/users/cara/inbox");
    const rows = await linesOf(post);
    expect(rows.map((row) => row.lane).toSorted()).toEqual(["kin", "notice"]);
  });
});
