import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStreamingAPIClient } from "masto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { STREAM_LIMITS } from "../../src/api/mastodon/streaming/hub.ts";
import { StreamMessage } from "../../src/api/mastodon/streaming/message.ts";
import { readConfig } from "../../src/config/config.ts";
import { formatAudience, type Audience } from "../../src/domain/audience/audience.ts";
import type { Role } from "../../src/domain/audience/policy.ts";
import {
  actors,
  blocks,
  follows,
  lists,
  listMembers,
  mutes,
  posts,
} from "../../src/persistence/schema/index.ts";
import { run, type Running } from "../../src/run.ts";
import { actingAs } from "../../src/services/acting.ts";
import type { Context } from "../../src/services/context.ts";
import {
  addMember,
  changeRole,
  getMember,
  suspendMember,
  type Member,
} from "../../src/services/members.ts";
import { keepConversations } from "../../src/services/conversations.ts";
import { boost, unboost } from "../../src/services/boosts.ts";
import { favourite } from "../../src/services/favourites.ts";
import { setUp } from "../../src/services/setup.ts";
import { createToken, authenticate } from "../../src/services/tokens.ts";
import { endToken } from "../../src/services/token-revocation.ts";
import { withdrawRemotePost } from "../../src/services/deleted-posts.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { publishFor } from "../support/publish.ts";
import { listenTo, type StreamClient } from "../support/stream-client.ts";
import { storeNote } from "../support/written-notes.ts";

const SOON = { timeout: 10_000 };
const PUBLIC: Audience = [{ kind: "public" }];
const MEMBERS: Audience = [{ kind: "members" }];

/** Two web processes on one database: what one does, clients of the other hear. */
let database: TestDatabase;
let dataDir: string;
let here: Running;
let there: Running;
let context: Context;
let ana: Member;
let ben: Member;
let port: number;
const open: StreamClient[] = [];

async function startWeb(secret: string): Promise<Running> {
  const config = readConfig({
    PRAXIS_DATA: dataDir,
    PRAXIS_ORIGIN: "https://alpha.test",
    DATABASE_URL: database.url,
    PRAXIS_SECRET_KEY: secret,
    PRAXIS_ROLE: "web",
    PORT: "0",
  });
  return run(config, { connections: 4 });
}

async function addTo(handle: string, role: Role): Promise<Member> {
  const email = `${handle}@alpha.test`;
  const { member } = await addMember(context, {
    handle,
    email,
    role,
    password: "long enough a one",
  });
  return member;
}

beforeAll(async () => {
  [database, dataDir] = await Promise.all([
    createTestDatabase(),
    mkdtemp(join(tmpdir(), "praxis-streaming-")),
  ]);
  const secret = randomBytes(32).toString("base64");
  here = await startWeb(secret);
  there = await startWeb(secret);
  ({ context } = here.instance);
  const input = {
    name: "Alpha Power",
    handle: "alpha",
    admin: "ana",
    email: "ana@alpha.test",
    password: "correct horse battery",
    followers: "open",
  } as const;
  await setUp(context, input, null);
  ana = await getMember(context, "ana");
  ben = await addTo("ben", "author");
  port = there.port ?? 0;
});

afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

function tokenOf(member: Member, scopes = ["read"], as: "member" | "organization" = "member") {
  return createToken(context, member, { as, scopes });
}

async function listen(
  member: Member,
  query: string,
  scopes: string[] = ["read:statuses", "read:lists"],
): Promise<StreamClient> {
  const client = await listenTo(port, await tokenOf(member, scopes), query);
  open.push(client);
  await client.ready();
  return client;
}

/** Everybody hears of this one: whoever heard nothing before it was told of nothing before it. */
async function mark(clients: readonly StreamClient[], audience: Audience = MEMBERS): Promise<void> {
  const marker = await publishFor({ context, admin: ana }, audience);
  for (const client of clients) {
    expect(await client.next()).toMatchObject({
      event: "update",
      payload: { id: marker.id.toString() },
    });
  }
}

let others = 0;

async function remoteActor(): Promise<typeof actors.$inferSelect> {
  others += 1;
  const iri = `https://other${others}.example/u/rui`;
  const [actor] = await context.db
    .insert(actors)
    .values({
      iri,
      kind: "remote",
      type: "Person",
      handle: "rui",
      host: new URL(iri).host,
      url: iri,
      inbox: `${iri}/inbox`,
      followersIri: `${iri}/followers`,
    })
    .returning();
  if (actor === undefined) throw new Error("no actor");
  return actor;
}

async function remoteNote(
  author: { readonly id: bigint; readonly iri: string },
  audience: Audience,
  more: Partial<typeof posts.$inferInsert> = {},
): Promise<bigint> {
  const iri = `${author.iri}/${randomBytes(6).toString("hex")}`;
  const [row] = await context.db
    .insert(posts)
    .values({
      iri,
      url: iri,
      authorId: author.id,
      local: false,
      type: "Note",
      contentHtml: "<p>Said elsewhere.</p>",
      audience: formatAudience(audience),
      publishedAt: new Date(),
      ...more,
    })
    .returning({ id: posts.id });
  if (row === undefined) throw new Error("no post");
  return row.id;
}

async function follow(follower: { actorId: bigint }, followee: { id: bigint }): Promise<void> {
  const iri = `https://alpha.test/f/${randomBytes(6).toString("hex")}`;
  await context.db
    .insert(follows)
    .values({ followerId: follower.actorId, followeeId: followee.id, iri, state: "accepted" });
}

describe("the stream of a home", () => {
  it("tells at once what was written in another process, as the API would show it", async () => {
    const client = await listen(ben, "stream=user");
    const practice = await publishFor({ context, admin: ana }, MEMBERS);
    expect(await client.next()).toMatchObject({
      stream: ["user"],
      event: "update",
      payload: {
        id: practice.id.toString(),
        visibility: "private",
        content: expect.stringContaining("Night-shift handover"),
        favourited: false,
        account: { acct: "alpha" },
      },
    });
  });

  it("keeps what is for one person from all others", async () => {
    const [anas, bens] = [await listen(ana, "stream=user"), await listen(ben, "stream=user")];
    const author = await remoteActor();
    const id = await remoteNote(author, [{ kind: "person", actor: ana.actor.iri }]);
    expect(await anas.next()).toMatchObject({
      event: "update",
      payload: { id: id.toString(), visibility: "direct" },
    });
    await mark([anas, bens]);
  });

  it("brings what is for followers to followers alone", async () => {
    const cleo = await addTo("cleo", "reader");
    await follow(cleo, ben.actor);
    const [anas, cleos] = [await listen(ana, "stream=user"), await listen(cleo, "stream=user")];
    const note = await storeNote(context, ben, [{ kind: "followers" }]);
    expect((await cleos.next()).payload.id).toBe(note.id.toString());
    await mark([anas, cleos]);
  });

  it("shows what a stranger sent to the organization to its editors alone", async () => {
    const [anas, bens] = [await listen(ana, "stream=user"), await listen(ben, "stream=user")];
    const organization = context.iris.organization;
    const id = await remoteNote(await remoteActor(), [{ kind: "partner", organization }]);
    expect((await anas.next()).payload.id).toBe(id.toString());
    await mark([anas, bens]);
  });

  it("goes by the role that a member has now", async () => {
    const dora = await addTo("dora", "editor");
    const doras = await listen(dora, "stream=user");
    await changeRole(context, "dora", "author");
    const organization = context.iris.organization;
    await remoteNote(await remoteActor(), [{ kind: "partner", organization }]);
    await mark([doras]);
  });

  it("leaves out whom the member mutes or blocks, and their boosts", async () => {
    const [loud, rude] = [await remoteActor(), await remoteActor()];
    for (const actor of [loud, rude]) await follow(ben, actor);
    await context.db.insert(mutes).values({ muterId: ben.actorId, mutedId: loud.id });
    await context.db.insert(blocks).values({ blockerId: ben.actorId, blockedId: rude.id });
    const bens = await listen(ben, "stream=user");
    await remoteNote(loud, PUBLIC);
    await remoteNote(rude, PUBLIC);
    await mark([bens]);
  });

  it("tells of boosts by those who are followed, and when they are taken back", async () => {
    const eva = await addTo("eva", "author");
    await follow(ben, eva.actor);
    const id = await remoteNote(await remoteActor(), PUBLIC);
    const [bens, anas] = [await listen(ben, "stream=user"), await listen(ana, "stream=user")];
    const entry = await boost(context, actingAs(eva), id);
    const shown = await bens.next();
    expect(shown.payload).toMatchObject({
      id: entry.id.toString(),
      account: { acct: "eva" },
      reblog: { id: id.toString() },
    });
    await unboost(context, actingAs(eva), id);
    expect(await bens.next()).toMatchObject({ event: "delete", payload: entry.id.toString() });
    await mark([bens, anas]);
  });

  it("tells of edits and deletions to those who could see the post, and to nobody else", async () => {
    const author = await remoteActor();
    const id = await remoteNote(author, [{ kind: "person", actor: ana.actor.iri }]);
    const [anas, bens] = [await listen(ana, "stream=user"), await listen(ben, "stream=user")];
    await context.db.execute(
      `update posts set content_html = '<p>Better.</p>', revision = 2, edited_at = now() where id = ${id}`,
    );
    expect(await anas.next()).toMatchObject({
      event: "status.update",
      payload: { id: id.toString(), content: "<p>Better.</p>" },
    });
    await context.db.transaction((tx) =>
      withdrawRemotePost(context, tx, { id, iri: `${author.iri}/gone` }),
    );
    expect(await anas.next()).toMatchObject({ event: "delete", payload: id.toString() });
    await mark([anas, bens]);
  });

  it("does not tell that something is gone to those from whom it was kept", async () => {
    const [anas, bens] = [await listen(ana, "stream=user"), await listen(ben, "stream=user")];
    const author = await remoteActor();
    const { organization } = context.iris;
    const id = await remoteNote(author, [{ kind: "partner", organization }]);
    expect((await anas.next()).event).toBe("update");
    await context.db.transaction((tx) => withdrawRemotePost(context, tx, { id, iri: author.iri }));
    expect(await anas.next()).toMatchObject({ event: "delete", payload: id.toString() });
    await mark([anas, bens]);
  });
});

describe("notifications", () => {
  it("come to their recipient, by both streams, with the scope for them", async () => {
    const whole = await listen(ben, "stream=user", ["read:statuses", "read:notifications"]);
    const alone = await listen(ben, "stream=user:notification", ["read:notifications"]);
    const without = await listen(ben, "stream=user", ["read:statuses"]);
    const note = await storeNote(context, ben, PUBLIC);
    for (const client of [whole, without]) expect((await client.next()).event).toBe("update");
    await favourite(context, actingAs(ana), note.id);
    for (const client of [whole, alone]) {
      expect(await client.next()).toMatchObject({
        event: "notification",
        payload: {
          type: "favourite",
          account: { acct: "ana" },
          status: { id: note.id.toString() },
        },
      });
    }
    await mark([without]);
  });
});

describe("direct messages", () => {
  it("come as conversations to those whom they are for", async () => {
    const [bens, anas] = [await listen(ben, "stream=direct"), await listen(ana, "stream=direct")];
    const author = await remoteActor();
    const audience: Audience = [{ kind: "person", actor: ben.actor.iri }];
    const id = await remoteNote(author, audience);
    const letter = { id, authorId: author.id, audience, inReplyToId: null };
    await context.db.transaction((tx) => keepConversations(tx, letter));
    expect(await bens.next()).toMatchObject({
      stream: ["direct"],
      event: "conversation",
      payload: { unread: true, last_status: { id: id.toString(), visibility: "direct" } },
    });
    anas.say({ type: "subscribe", stream: "user" });
    await anas.ready();
    await mark([anas]);
    expect(bens.heard).toEqual([]);
  });
});

describe("public streams, hashtags and lists", () => {
  it("are told apart by where a post is from and what it has", async () => {
    const wanted: Record<string, StreamClient> = {};
    for (const name of ["public", "public:local", "public:remote", "public:media", "direct"]) {
      wanted[name] = await listen(ben, `stream=${name}`);
    }
    const author = await remoteActor();
    const file = {
      url: `${author.iri}/a.png`,
      mediaType: "image/png",
      name: "",
      width: 1,
      height: 1,
      blurhash: null,
    };
    const elsewhere = await remoteNote(author, PUBLIC, { attachments: [file] });
    const ours = await storeNote(context, ana, PUBLIC);
    await storeNote(context, ana, MEMBERS);
    const last = await remoteNote(author, PUBLIC, { attachments: [file] });
    const ids = async (name: string, count: number) => {
      const found: string[] = [];
      for (let index = 0; index < count; index += 1)
        found.push((await wanted[name]?.next())?.payload.id);
      return found;
    };
    expect(await ids("public", 3)).toEqual([elsewhere, ours.id, last].map(String));
    expect(await ids("public:remote", 2)).toEqual([elsewhere, last].map(String));
    expect(await ids("public:media", 2)).toEqual([elsewhere, last].map(String));
    expect(await ids("public:local", 1)).toEqual([ours.id.toString()]);
    expect(wanted["public:local"]?.heard).toEqual([]);
    expect(wanted["direct"]?.heard).toEqual([]);
  });

  it("never show what is quiet, nor replies to others", async () => {
    const client = await listen(ben, "stream=public:local");
    const parent = await storeNote(context, ana, PUBLIC);
    expect((await client.next()).payload.id).toBe(parent.id.toString());
    await remoteNote(ana.actor, PUBLIC, { local: true, quiet: true });
    await storeNote(context, ben, PUBLIC, { inReplyTo: parent });
    await mark([client], PUBLIC);
  });

  it("follow a hashtag in any case, until it is given up", async () => {
    const client = await listen(ben, "");
    client.say({ type: "subscribe", stream: "hashtag", tag: "Safety" });
    await client.ready();
    const author = await remoteActor();
    const tags = [{ type: "Hashtag" as const, name: "#SAFETY", href: null }];
    const id = await remoteNote(author, PUBLIC, { tags });
    expect(await client.next()).toMatchObject({
      stream: ["hashtag", "safety"],
      payload: { id: id.toString() },
    });
    await remoteNote(author, MEMBERS, { tags });
    await context.db.transaction((tx) => withdrawRemotePost(context, tx, { id, iri: author.iri }));
    expect(await client.next()).toMatchObject({ event: "delete", payload: id.toString() });
    client.say({ type: "unsubscribe", stream: "hashtag", tag: "safety" });
    client.say({ type: "subscribe", stream: "user" });
    await client.ready();
    await remoteNote(author, PUBLIC, { tags });
    await mark([client]);
  });

  it("show a list to its owner only", async () => {
    const author = await remoteActor();
    await follow(ben, author);
    const [list] = await context.db
      .insert(lists)
      .values({ ownerId: ben.actorId, title: "Near" })
      .returning({ id: lists.id });
    if (list === undefined) throw new Error("no list");
    await context.db.insert(listMembers).values({ listId: list.id, actorId: author.id });
    const query = `stream=list&list=${list.id}`;
    const [bens, anas] = [await listen(ben, query), await listen(ana, query)];
    expect(await anas.next()).toMatchObject({ error: "Record not found", status: 404 });
    await remoteNote(await remoteActor(), PUBLIC);
    const id = await remoteNote(author, PUBLIC);
    expect(await bens.next()).toMatchObject({
      stream: ["list", list.id.toString()],
      payload: { id: id.toString() },
    });
    expect(anas.heard).toEqual([]);
  });
});

describe("who may listen", () => {
  it.each(["protocol", "header", "query"] as const)("says so in the %s", async (place) => {
    const token = await tokenOf(ben);
    const client = await listenTo(port, token, "stream=user", { in: place });
    open.push(client);
    expect(client.protocol).toBe(place === "protocol" ? token : "");
    await client.ready();
    await mark([client]);
  });

  it("needs a token that is valid", async () => {
    await expect(listenTo(port, null, "stream=public")).rejects.toThrow(/^401 .*authenticated/);
    await expect(listenTo(port, "wrong", "stream=public")).rejects.toThrow(/^401 .*invalid/);
  });

  it("needs the scope of what is asked for", async () => {
    const writer = await listen(ben, "stream=user", ["write"]);
    expect(await writer.next()).toMatchObject({ status: 403 });
    writer.say({ type: "subscribe", stream: "public" });
    expect(await writer.next()).toMatchObject({ status: 403 });
    const reader = await listen(ben, "stream=user:notification", ["read:statuses"]);
    expect(await reader.next()).toMatchObject({ status: 403 });
    await mark([await listen(ana, "stream=public")], PUBLIC);
    expect([...writer.heard, ...reader.heard]).toEqual([]);
  });

  it("is told of a stream that there is not, and of what cannot be read", async () => {
    const client = await listen(ben, "stream=nonsense");
    expect(await client.next()).toMatchObject({ status: 400, code: "stream_unknown" });
    for (const message of [
      "nonsense",
      "[]",
      '{"type":"dance"}',
      '{"type":"subscribe","stream":"hashtag"}',
    ]) {
      client.socket.send(message);
      expect(await client.next()).toMatchObject({ status: 400 });
    }
  });

  it("hears nothing more once the token is revoked", async () => {
    const token = await tokenOf(ben);
    const client = await listenTo(port, token, "stream=user");
    const { tokenId } = await authenticate(context, token);
    await context.db.transaction((tx) => endToken(tx, tokenId, new Date()));
    expect(await client.closed).toBe(1008);
  });

  it("hears nothing more once suspended", async () => {
    const fay = await addTo("fay", "author");
    const client = await listen(fay, "stream=user");
    await suspendMember(context, "fay", { lift: false });
    expect(await client.closed).toBe(1008);
  });

  it("listens as the organization only while an editor", async () => {
    const gil = await addTo("gil", "editor");
    const client = await listenTo(
      port,
      await tokenOf(gil, ["read"], "organization"),
      "stream=user",
    );
    await changeRole(context, "gil", "author");
    expect(await client.closed).toBe(1008);
  });

  it("opens so many streams and no more", async () => {
    const hal = await addTo("hal", "reader");
    const token = await tokenOf(hal);
    const all: StreamClient[] = [];
    for (let count = 0; count < STREAM_LIMITS.perToken; count += 1) {
      all.push(await listenTo(port, token));
    }
    open.push(...all);
    await expect(listenTo(port, token)).rejects.toThrow(/^429/);
    for (let count = 0; count < STREAM_LIMITS.subscriptions; count += 1) {
      all[0]?.say({ type: "subscribe", stream: "hashtag", tag: `t${count}` });
    }
    all[0]?.say({ type: "subscribe", stream: "hashtag", tag: "one-too-many" });
    expect(await all[0]?.next()).toMatchObject({ status: 429 });
  });

  it("says nothing long", async () => {
    const client = await listen(ben, "");
    client.socket.send("x".repeat(5_000));
    expect(await client.closed).toBe(1009);
  });
});

describe("server-sent events", () => {
  async function events(path: string, token: string | null) {
    const headers: Record<string, string> =
      token === null ? {} : { Authorization: `Bearer ${token}` };
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/streaming/${path}`, { headers });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    return {
      answer,
      async until(pattern: RegExp): Promise<string> {
        for (;;) {
          const found = pattern.exec(text);
          if (found !== null) return found[0];
          const chunk = await reader?.read();
          if (chunk === undefined || chunk.done) throw new Error(`ended with ${text}`);
          text += chunk.value;
        }
      },
      close: () => reader?.cancel(),
    };
  }

  it("tell the same", async () => {
    const stream = await events("user", await tokenOf(ben));
    expect(stream.answer.headers.get("Content-Type")).toMatch(/^text\/event-stream/);
    await stream.until(/:\)\n/);
    const practice = await publishFor({ context, admin: ana }, MEMBERS);
    const told = await stream.until(/event: update\ndata: .*\n\n/);
    expect(JSON.parse(told.split("data: ")[1] ?? "")).toMatchObject({ id: practice.id.toString() });
    await there.web?.streams.beat();
    await stream.until(/:thump\n/);
    await stream.close();
  });

  it.each([
    ["public", "write"],
    ["user/notification", "read:statuses"],
    ["hashtag?tag=a", "read:lists"],
  ])("need the scope for %s", async (path, scope) => {
    expect((await events(path, await tokenOf(ben, [scope]))).answer.status).toBe(403);
  });

  it("need a token, a hashtag, and a list of one's own", async () => {
    expect((await events("public", null)).answer.status).toBe(401);
    const token = await tokenOf(ben);
    expect((await events("hashtag", token)).answer.status).toBe(400);
    expect((await events("list?list=1", token)).answer.status).toBe(404);
  });

  it("end when access does", async () => {
    const token = await tokenOf(ben);
    const stream = await events("public/local", token);
    await stream.until(/:\)\n/);
    const { tokenId } = await authenticate(context, token);
    await context.db.transaction((tx) => endToken(tx, tokenId, new Date()));
    await expect(stream.until(/never/)).rejects.toThrow(/^ended with/);
  });

  it("are said to be well", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/streaming/health`);
    expect(await answer.text()).toBe("OK");
  });
});

describe("a real client", () => {
  it("reads it", async () => {
    const ida = await addTo("ida", "reader");
    const client = createStreamingAPIClient({
      streamingApiUrl: `ws://127.0.0.1:${port}`,
      accessToken: await tokenOf(ida),
      implementation: (await import("ws")).WebSocket,
    });
    const subscription = client.user.subscribe();
    const first = (async () => {
      for await (const event of subscription) return event;
      return null;
    })();
    const isIdas = (_: unknown, { member }: { member: Member }) => member.id === ida.id;
    await expect.poll(() => there.web?.streams.streams(isIdas).length, SOON).toBe(1);
    const practice = await publishFor({ context, admin: ana }, MEMBERS);
    expect(await first).toMatchObject({ event: "update", payload: { id: practice.id.toString() } });
    subscription.unsubscribe();
    client.close();
  });
});

describe("a client that does not keep up", () => {
  it("is left behind before it costs memory", async () => {
    const client = await listen(ben, "stream=user");
    const streams = there.web?.streams;
    const [audience] = (await streams?.audiences((_, { member }) => member.id === ben.id)) ?? [];
    if (streams === undefined || audience === undefined) throw new Error("nobody listens");
    client.socket.pause();
    const message = new StreamMessage(audience.stream, "update", "x".repeat(1_000_000));
    for (let count = 0; count < 40; count += 1) {
      streams.send(audience.connections, message);
      await new Promise(setImmediate);
    }
    expect(streams.streams((_, { member }) => member.id === ben.id)).toEqual([]);
    client.socket.resume();
    expect(await client.closed).toBe(1006);
  });

  it("is left behind when it does not answer", async () => {
    const client = await listen(ben, "stream=user");
    client.socket.pause();
    await there.web?.streams.beat();
    await there.web?.streams.beat();
    client.socket.resume();
    expect(await client.closed).toBe(1006);
  });
});

describe("a server that may have missed something", () => {
  it("asks its clients to come again", async () => {
    const client = await listen(ben, "stream=user");
    await context.db.execute(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and query ilike 'listen %'`,
    );
    expect(await client.closed).toBe(1012);
    const again = await listen(ben, "stream=user");
    await mark([again]);
  });
});

describe("a server that stops", () => {
  it("asks its clients to come again", async () => {
    const web = await startWeb(Buffer.from(context.secretKey).toString("base64"));
    const client = await listenTo(web.port ?? 0, await tokenOf(ben), "stream=user");
    await web.stop();
    expect(await client.closed).toBe(1012);
  });
});
