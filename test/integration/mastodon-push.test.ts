import { eq } from "drizzle-orm";
import { importJWK, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { mastodonApi } from "../../src/api/mastodon/app.ts";
import type { Audience } from "../../src/domain/audience/audience.ts";
import { createHttpClient, type HttpClient } from "../../src/platform/http/client.ts";
import {
  accessTokens,
  blocks,
  follows,
  members,
  notifications,
  posts,
  pushSubscriptions,
} from "../../src/persistence/schema/index.ts";
import type { Member } from "../../src/services/members.ts";
import { notify } from "../../src/services/notifications.ts";
import { handleSendPush } from "../../src/services/push-sending.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { startPushReceiver, type PushReceiver } from "../support/push-receiver.ts";
import { addRemoteActor, addRemotePost } from "../support/web-world.ts";

const ORIGIN = "http://alpha.localhost:4000";
const EVERYTHING = { mention: true, favourite: true, follow: true, status: true };

let alpha: TestInstance;
let bea: ActorRecord;
let app: ReturnType<typeof mastodonApi>;
let receiver: PushReceiver;
let http: HttpClient;

beforeAll(async () => {
  alpha = await createTestInstance({ origin: ORIGIN });
  bea = await addRemoteActor(alpha.context, "bea", { name: "Bea of Bravo" });
  app = mastodonApi(alpha.context, {
    onError: (error) => {
      throw error;
    },
  });
  http = createHttpClient({ allowPrivateNetwork: true, userAgent: "Praxis (test)" });
});

afterAll(async () => {
  await http.close();
  await alpha.close();
});

beforeEach(async () => {
  receiver = await startPushReceiver();
  alpha.jobs.length = 0;
});

afterEach(async () => {
  await receiver.close();
  await alpha.context.db.delete(pushSubscriptions);
  await alpha.context.db.delete(notifications);
  await alpha.context.db.delete(blocks);
});

/** A client with a token of its own. */
async function signIn(
  member: Member = alpha.admin,
  as: "member" | "organization" = "member",
  scopes: readonly string[] = ["push"],
) {
  const token = await createToken(alpha.context, member, { as, scopes });
  return async (method: string, body?: unknown) => {
    const answer = await app.request(`${ORIGIN}/api/v1/push/subscription`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        "Content-Type":
          typeof body === "string" ? "application/x-www-form-urlencoded" : "application/json",
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
    const json: any = await answer.json();
    return { status: answer.status, json };
  };
}

function subscription(changes: object = {}) {
  return { endpoint: receiver.endpoint, keys: receiver.keys, standard: true, ...changes };
}

async function subscribed(data: object = { alerts: EVERYTHING }, changes: object = {}) {
  const client = await signIn();
  const { status, json } = await client("POST", { subscription: subscription(changes), data });
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

/** Bea mentions ana in a post for that audience. */
async function mention(
  audience: Audience,
  changes: { contentHtml?: string; summary?: string } = {},
): Promise<bigint> {
  const postId = await addRemotePost(alpha.context, bea, { ...changes, audience });
  await tell("mention", postId);
  return postId;
}

async function tell(type: "mention" | "follow" | "favourite", postId: bigint | null = null) {
  const recipientId = alpha.admin.actorId;
  await alpha.context.db.transaction((tx) =>
    notify(alpha.context, tx, { recipientId, type, fromId: bea.id, postId }),
  );
}

function send(client: Pick<HttpClient, "request"> = http): Promise<void> {
  return alpha.runJobs({ "send-push": (job) => handleSendPush(alpha.context, client, job) });
}

const onlyAna = (): Audience => [{ kind: "person", actor: alpha.admin.actor.iri }];

test("a client learns of a public mention: encrypted for it alone, signed with the instance's key", async () => {
  const { server_key: serverKey } = await subscribed();
  await mention([{ kind: "public" }], { contentHtml: "<p>Hello <b>Ana</b> &amp; all</p>" });
  await send();
  expect(receiver.arrived).toHaveLength(1);
  const [message] = receiver.arrived;
  expect(receiver.read(message)).toEqual({
    access_token: "",
    preferred_locale: "en",
    notification_id: expect.any(Number),
    notification_type: "mention",
    icon: `${ORIGIN}/media/default/avatar.png`,
    title: "Bea of Bravo mentioned you",
    body: "Hello Ana & all",
  });
  expect(message?.body.toString("latin1")).not.toContain("Hello");
  expect(message?.path).toBe("/push/abc");
  expect(message?.headers).toMatchObject({
    ttl: "172800",
    urgency: "normal",
    topic: expect.stringMatching(/^notification-\d+$/),
    "content-encoding": "aes128gcm",
  });
  const [, jwt = "", key] =
    /^vapid t=([^,]+), k=(.+)$/.exec(message?.headers.authorization ?? "") ?? [];
  expect(key).toBe(serverKey);
  const { payload } = await jwtVerify(jwt, await keyOf(serverKey), { audience: receiver.origin });
  expect(payload.sub).toBe("mailto:postmaster@alpha.localhost");
});

async function keyOf(serverKey: string) {
  const point = Buffer.from(serverKey, "base64url");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) =>
    part.toString("base64url"),
  );
  return importJWK({ kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" }, "ES256");
}

test("a client that knows only the draft before the standard is written to in that", async () => {
  const { standard } = await subscribed({ alerts: EVERYTHING }, { standard: undefined });
  expect(standard).toBe(false);
  await tell("follow");
  await bringIntoForce();
  await send();
  const [message] = receiver.arrived;
  expect(message?.headers["content-encoding"]).toBe("aesgcm");
  expect(receiver.read(message)).toMatchObject({ title: "Bea of Bravo follows you now", body: "" });
});

/** A notification of a follower stands as long as they follow. */
async function bringIntoForce() {
  await alpha.context.db
    .insert(follows)
    .values({
      followerId: bea.id,
      followeeId: alpha.admin.actorId,
      iri: "https://bea.example/follows/1",
      state: "accepted",
    })
    .onConflictDoNothing();
}

test("of what is not for everybody a message says neither who, nor what, nor where", async () => {
  await subscribed();
  await mention(onlyAna(), { contentHtml: "<p>Turbine 4 fails</p>", summary: "Trouble" });
  await send();
  const message = receiver.read(receiver.arrived[0]);
  expect(message).toMatchObject({ title: "New mention", body: "", notification_type: "mention" });
  expect(JSON.stringify(message)).not.toMatch(/Turbine|Trouble|Bea/);
});

test("of what is for few the message does not show by a picture who it is from", async () => {
  await subscribed();
  const iconUrl = "https://bravo.example/cleo.png";
  const { id: fromId, ...cleo } = await addRemoteActor(alpha.context, "cleo", { iconUrl });
  const postId = await addRemotePost(
    alpha.context,
    { ...cleo, id: fromId },
    { audience: onlyAna() },
  );
  const recipientId = alpha.admin.actorId;
  await alpha.context.db.transaction((tx) =>
    notify(alpha.context, tx, { recipientId, type: "mention", fromId, postId }),
  );
  await send();
  expect(receiver.read(receiver.arrived[0])).toMatchObject({
    title: "New mention",
    icon: `${ORIGIN}/media/default/avatar.png`,
  });
});

test("a content warning stands for what it warns of", async () => {
  await subscribed();
  await mention([{ kind: "public" }], {
    contentHtml: "<p>The butler did it</p>",
    summary: "Ending",
  });
  await send();
  expect(receiver.read(receiver.arrived[0]).body).toBe("Ending");
});

test.each<[string, (postId: bigint) => Promise<unknown>]>([
  [
    "recalled",
    (id) => alpha.context.db.update(posts).set({ withdrawnAt: new Date() }).where(eq(posts.id, id)),
  ],
  [
    "narrowed to others",
    (id) =>
      alpha.context.db
        .update(posts)
        .set({ audience: ["person:https://charlie.example/ap/org"] })
        .where(eq(posts.id, id)),
  ],
  [
    "by somebody who is blocked by now",
    () =>
      alpha.context.db.insert(blocks).values({ blockerId: alpha.admin.actorId, blockedId: bea.id }),
  ],
  ["two days old", () => Promise.resolve(alpha.setTime(new Date(Date.now() + 2 * 86_400_000)))],
  ["dismissed", () => alpha.context.db.delete(notifications)],
  [
    "for a token that was revoked",
    () => alpha.context.db.update(accessTokens).set({ revokedAt: new Date() }),
  ],
])("nothing is sent about what is %s when its turn comes", async (_, change) => {
  await subscribed();
  const postId = await mention([{ kind: "public" }]);
  await change(postId);
  await send();
  alpha.setTime(null);
  expect(receiver.arrived).toEqual([]);
});

test("somebody who is no editor any more is not woken for the organization", async () => {
  const client = await signIn(alpha.admin, "organization");
  await client("POST", { subscription: subscription(), data: { alerts: EVERYTHING } });
  const postId = await addRemotePost(alpha.context, bea);
  const recipientId = alpha.organization.id;
  const occurrence = { recipientId, type: "mention", fromId: bea.id, postId } as const;
  await alpha.context.db.transaction((tx) => notify(alpha.context, tx, occurrence));
  const { db } = alpha.context;
  await db.update(members).set({ role: "author" }).where(eq(members.id, alpha.admin.id));
  await send();
  await db.update(members).set({ role: "admin" }).where(eq(members.id, alpha.admin.id));
  expect(receiver.arrived).toEqual([]);
  expect(await db.select().from(pushSubscriptions)).toEqual([]);
});

test("a client is woken only for what it asked for", async () => {
  await subscribed({ alerts: { favourite: true } });
  await mention([{ kind: "public" }]);
  expect(alpha.jobs).toEqual([]);
});

test.each([
  ["followed", 0],
  ["follower", 1],
  ["none", 0],
])("the policy %s lets through as many as %i by a follower", async (policy, count) => {
  await subscribed({ alerts: EVERYTHING, policy });
  await bringIntoForce();
  await mention([{ kind: "public" }]);
  await send();
  expect(receiver.arrived).toHaveLength(count);
});

test.each([404, 410])("a push service that answers %i gets no more", async (status) => {
  await subscribed();
  receiver.answerWith(status);
  await mention([{ kind: "public" }]);
  await send();
  expect(await alpha.context.db.select().from(pushSubscriptions)).toEqual([]);
});

test.each([429, 503])("a push service that answers %i is tried again", async (status) => {
  await subscribed();
  receiver.answerWith(status);
  await mention([{ kind: "public" }]);
  await expect(send()).rejects.toMatchObject({ code: "push_failed" });
  expect(await alpha.context.db.select().from(pushSubscriptions)).toHaveLength(1);
});

test("a push service inside the network is never called", async () => {
  const guarded = createHttpClient({ allowPrivateNetwork: false, userAgent: "Praxis (test)" });
  await subscribed();
  await mention([{ kind: "public" }]);
  await send(guarded);
  await guarded.close();
  expect(receiver.arrived).toEqual([]);
});

test("a client reads, changes and ends its own subscription, and nobody else's", async () => {
  const client = await signIn();
  const other = await signIn();
  expect((await client("GET")).status).toBe(404);
  expect((await client("PUT", { data: { alerts: { mention: true } } })).status).toBe(404);
  const form = new URLSearchParams({
    "subscription[endpoint]": receiver.endpoint,
    "subscription[keys][p256dh]": receiver.keys.p256dh,
    "subscription[keys][auth]": receiver.keys.auth,
    "data[alerts][mention]": "true",
    "data[alerts][admin.sign_up]": "1",
    "data[policy]": "followed",
  });
  const { json } = await client("POST", form.toString());
  expect(json).toEqual({
    id: expect.any(Number),
    endpoint: receiver.endpoint,
    standard: false,
    policy: "followed",
    server_key: expect.stringMatching(/^[\w-]{87}$/),
    alerts: {
      mention: true,
      status: false,
      reblog: false,
      follow: false,
      follow_request: false,
      favourite: false,
      poll: false,
      update: false,
      quote: false,
      quoted_update: false,
      "admin.sign_up": true,
      "admin.report": false,
    },
  });
  expect(json.id).toBeLessThan(2 ** 31);
  expect((await other("GET")).status).toBe(404);
  const changed = await client("PUT", { data: { alerts: { follow: "true" }, policy: "all" } });
  expect(changed.json).toMatchObject({ policy: "all", alerts: { follow: true, mention: false } });
  expect(changed.json.server_key).toBe(json.server_key);
  await other("DELETE");
  expect((await client("GET")).json).toEqual(changed.json);
  expect((await client("DELETE")).json).toEqual({});
  expect((await client("GET")).status).toBe(404);
});

test.each<[string, object]>([
  ["an endpoint that is no address", { endpoint: "push" }],
  ["an endpoint of another kind", { endpoint: "ftp://push.example/" }],
  [
    "a key that is no point on the curve",
    { keys: { p256dh: "A".repeat(87), auth: "A".repeat(22) } },
  ],
  ["a secret that is too short", { keys: { p256dh: "", auth: "AAAA" } }],
  ["no keys", { keys: undefined }],
])("a subscription with %s is refused", async (_, changes) => {
  const client = await signIn();
  expect((await client("POST", { subscription: subscription(changes) })).status).toBe(422);
});

test("a token without the scope push has no subscription", async () => {
  const client = await signIn(alpha.admin, "member", ["read", "write"]);
  expect((await client("POST", { subscription: subscription() })).status).toBe(403);
});
