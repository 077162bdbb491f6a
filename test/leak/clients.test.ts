import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ask, type Answer } from "../support/http-answer.ts";
import {
  arrived,
  follow,
  publish,
  SECRET,
  SOON,
  startLeakWorld,
  upload,
  type LeakWorld,
  type Party,
  type PracticeJson,
} from "../support/leak-world.ts";
import { documentedAccess } from "../support/mastodon-scopes.ts";
import { startPushReceiver, type PushReceiver } from "../support/push-receiver.ts";
import { listenTo, type StreamClient } from "../support/stream-client.ts";

/**
 * The leak suite's cases about lists, searches, streams, notifications and media once more, where
 * Mastodon-compatible clients ask. P is a practice for the partner B, with a file; the reply to it is
 * by B's Bo. D is a direct message of A's Ana to Bo, F a note for her followers, of whom Bo is one.
 */
const DIRECT = "Directobsidian";
const FOLLOWERS = "Followeragate";
const REPLY = "Replyingmalachite";
const ALL = [SECRET, SECRET.toLowerCase(), DIRECT, FOLLOWERS, REPLY];

let world: LeakWorld;
let push: PushReceiver;
let a: Party;
let b: Party;
let c: Party;
let P: PracticeJson;
let ids: { readonly P: string; readonly D: string; readonly F: string };
let atB: { readonly P: string; readonly D: string; readonly F: string; readonly reply: string };

/** Asks the Mastodon API as a member; null = without a token. */
function api(
  party: Party,
  member: string | null,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  return ask(`${party.origin}${path}`, {
    method,
    accept: "application/json",
    headers: {
      ...(member === null ? {} : { Authorization: `Bearer ${party.token(member)}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function write(party: Party, member: string, fields: object): Promise<string> {
  const answer = await api(party, member, "POST", "/api/v1/statuses", fields);
  expect(answer.status, answer.text).toBe(200);
  return answer.json().id;
}

/** The id of the post with that address, as soon as it is at the member's home or among what they are told. */
function idAt(party: Party, member: string, words: string): Promise<string> {
  return vi.waitFor(async () => {
    const home = await api(party, member, "GET", "/api/v1/timelines/home?limit=40");
    const notifications = await api(party, member, "GET", "/api/v1/notifications");
    const shown = [
      ...home.json(),
      ...notifications.json().map((each: { status?: object }) => each.status ?? {}),
    ];
    const found = shown.find((each: { content?: string }) => each.content?.includes(words));
    if (found === undefined) throw new Error(`${words} has not arrived for ${member}`);
    return found.id;
  }, SOON);
}

beforeAll(async () => {
  [world, push] = await Promise.all([startLeakWorld(), startPushReceiver()]);
  ({ a, b, c } = world);
  const open = await api(a, "ana", "PATCH", "/api/v1/accounts/update_credentials", {
    locked: false,
  });
  expect(open.status, open.text).toBe(200);
  await follow(b, "carla", a.handle);
  await follow(b, "bo", a.handle.replace("@alpha@", "@ana@"));
  await follow(c, "ana", a.handle);
  const subscribed = await api(b, "bo", "POST", "/api/v1/push/subscription", {
    subscription: { endpoint: push.endpoint, keys: push.keys, standard: true },
    data: { alerts: { mention: true, status: true } },
  });
  expect(subscribed.status, subscribed.text).toBe(200);
  const file = await upload(a);
  P = await publish(a, { audience: [`partner:${b.handle}`], media_ids: [file.id] });
  const bo = b.handle.replace("@bravo@", "@bo@");
  ids = {
    P: P.id,
    D: await write(a, "ana", { status: `${bo} ${DIRECT}`, visibility: "direct" }),
    F: await write(a, "ana", { status: FOLLOWERS, visibility: "private" }),
  };
  const found = await arrived(b, "bo", P.uri);
  const reply = await write(b, "bo", { status: REPLY, in_reply_to_id: found.id });
  atB = {
    P: found.id,
    D: await idAt(b, "bo", DIRECT),
    F: await idAt(b, "bo", FOLLOWERS),
    reply,
  };
  await vi.waitFor(async () => {
    const { text } = await api(a, "ana", "GET", `/api/v1/statuses/${ids.P}/context`);
    expect(text).toContain(REPLY);
  }, SOON);
}, 180_000);

afterAll(() => Promise.all([world.close(), push.close()]));

/** Who must find nothing of what: the words that may not appear, and ids that must look like none. */
interface Outsider {
  readonly who: string;
  readonly party: () => Party;
  readonly member: string | null;
  readonly words: readonly string[];
  readonly hidden: () => readonly string[];
}

const OUTSIDERS: readonly Outsider[] = [
  {
    who: "a visitor of A",
    party: () => a,
    member: null,
    words: ALL,
    hidden: () => Object.values(ids),
  },
  {
    who: "another member of A",
    party: () => a,
    member: "rolf",
    words: [DIRECT, FOLLOWERS],
    hidden: () => [ids.D, ids.F],
  },
  {
    who: "a visitor of B",
    party: () => b,
    member: null,
    words: ALL,
    hidden: () => Object.values(atB),
  },
  {
    who: "another member of B",
    party: () => b,
    member: "carla",
    words: [DIRECT, FOLLOWERS],
    hidden: () => [atB.D, atB.F],
  },
  {
    who: "a follower at C",
    party: () => c,
    member: "ana",
    words: ALL,
    hidden: () => Object.values(ids),
  },
];

/** Query strings that look for what is hidden. */
function searches(): string[] {
  const terms = [SECRET, DIRECT, FOLLOWERS, REPLY, "zirconquartztopic", P.url, P.uri];
  return terms.flatMap((term) => [
    `?q=${encodeURIComponent(term)}&resolve=true`,
    `?q=${encodeURIComponent(term)}`,
    `?url=${encodeURIComponent(term)}`,
  ]);
}

/** Every path that can be read, with each of those ids of posts or accounts in it. */
function readablePaths(posts: readonly string[], accounts: readonly string[]): string[] {
  const paths = [...documentedAccess().keys()].flatMap((key) => {
    const [method = "", path = ""] = key.split(" ");
    // Pictures and streams are no texts; streams have a case of their own.
    if (method !== "GET" || /^\/(?:media|api\/v1\/streaming)\b/.test(path)) return [];
    if (!path.includes(":")) return [path];
    const tags = /\/tags?\/:|\/tag\/:/.test(path);
    const given = path.startsWith("/api/v1/accounts/") ? accounts : posts;
    return (tags ? ["zirconquartztopic"] : given).map((id) => path.replaceAll(":", id));
  });
  const queried = ["/api/v2/search", "/api/v1/accounts/search", "/api/oembed"].flatMap((path) =>
    searches().map((search) => path + search),
  );
  const ranged = posts.map((id) => `/api/v1/statuses?id[]=${id}`);
  return [...paths, ...queried, ...ranged];
}

test.each(OUTSIDERS)(
  "8 9 $who finds nothing in any timeline, list, thread, search, notification or conversation",
  async ({ party, member, words, hidden }) => {
    const at = party();
    const accounts = await at.database.sql`select id::text from actors`;
    const paths = readablePaths(
      hidden(),
      accounts.map(({ id }) => String(id)),
    );
    let answered = 0;
    for (const path of paths) {
      const { status, text } = await api(at, member, "GET", path);
      expect(status, path).toBeLessThan(500);
      if (status === 200) answered += 1;
      for (const word of words) {
        // What was asked for may be said back.
        const said = text.replaceAll("zirconquartztopic", "");
        expect(said.includes(word), `${word} at ${path}`).toBe(false);
      }
    }
    expect(answered).toBeGreaterThan(20);
  },
  60_000,
);

test.each(OUTSIDERS)(
  "17 to $who what is hidden is what is missing, whatever they do with it",
  async ({ party, member, hidden }) => {
    const at = party();
    const [first = "0"] = hidden();
    const missing = (BigInt(first) + 99_999n).toString();
    for (const key of documentedAccess().keys()) {
      const [method = "", path = ""] = key.split(" ");
      if (!/^\/api\/v[12]\/(?:statuses|polls|media)\/:/.test(path)) continue;
      const body = method === "GET" || method === "DELETE" ? undefined : { status: "x" };
      const ask = async (id: string) => {
        const { status, text } = await api(at, member, method, path.replaceAll(":", id), body);
        return { status, text };
      };
      const never = await ask(missing);
      for (const id of hidden()) expect(await ask(id), `${method} ${path}`).toEqual(never);
    }
    const answer = async (id: string) => {
      const fields = { status: "An answer", in_reply_to_id: id };
      const { status, text } = await api(at, member, "POST", "/api/v1/statuses", fields);
      return { status, text };
    };
    const never = await answer(missing);
    expect(never.status).toBeGreaterThanOrEqual(400);
    for (const id of hidden()) expect(await answer(id)).toEqual(never);
  },
  60_000,
);

test("8 those whom it is for do find it, whole", async () => {
  const status = (await api(b, "carla", "GET", `/api/v1/statuses/${atB.P}`)).json();
  expect(status.content).toContain(`What only ${SECRET} readers may read.`);
  expect(status.content).toMatch(/^<p><strong>/);
  expect([status.visibility, status.practice.label]).toEqual(["private", "TLP:AMBER"]);
  const home = (await api(b, "carla", "GET", "/api/v1/timelines/home")).text;
  expect(home).toContain(SECRET);
  const thread = (await api(b, "carla", "GET", `/api/v1/statuses/${atB.P}/context`)).text;
  expect(thread).toContain(REPLY);
});

test("7 in public nothing private is counted", async () => {
  const note = await write(a, "ana", { status: "For all", visibility: "public" });
  await write(a, "ana", { status: DIRECT, visibility: "direct", in_reply_to_id: note });
  for (const member of [null, "rolf"]) {
    const shown = (await api(a, member, "GET", `/api/v1/statuses/${note}`)).json();
    expect(shown.replies_count).toBe(0);
  }
});

test("10 the file of a practice opens for those who may read it, and by its bare address for nobody", async () => {
  const status = (await api(b, "carla", "GET", `/api/v1/statuses/${atB.P}`)).json();
  const [file] = status.media_attachments;
  expect((await ask(file.url, { accept: "*/*" })).text).toContain("%PDF");
  const bare = new URL(file.url);
  bare.search = "";
  expect((await ask(bare.href, { accept: "*/*" })).status).toBe(404);
  const [own] = (await api(a, "rolf", "GET", `/api/v1/statuses/${ids.P}`)).json().media_attachments;
  const alone = new URL(own.url);
  alone.search = "";
  expect((await ask(alone.href, { accept: "*/*" })).status).toBe(404);
});

test("13 what wakes a device says nothing of what is not public", async () => {
  await vi.waitFor(() => expect(push.arrived.length).toBeGreaterThan(0), SOON);
  for (const message of push.arrived) {
    const text = JSON.stringify(push.read(message));
    for (const word of ALL) expect(text).not.toContain(word);
  }
});

test("48 neither a boost nor a quote carries it out of the boundary, by whatever client", async () => {
  for (const [party, member, id] of [
    [b, "carla", atB.P],
    [b, "bo", atB.F],
    [a, "ana", ids.P],
  ] as const) {
    const boosted = await api(party, member, "POST", `/api/v1/statuses/${id}/reblog`);
    expect(boosted.status, boosted.text).toBeGreaterThanOrEqual(400);
    const quoted = await api(party, member, "POST", "/api/v1/statuses", {
      status: "Look",
      quoted_status_id: id,
    });
    expect(quoted.status, quoted.text).toBeGreaterThanOrEqual(400);
  }
});

/** A stream that has heard everything up to a public post, which its owner is sure to hear. */
async function heardUpTo(stream: StreamClient, words: string): Promise<string> {
  await vi.waitFor(() => expect(JSON.stringify(stream.heard)).toContain(words), SOON);
  return JSON.stringify(stream.heard);
}

test("8 16 streams bring it to those whom it is for, and to nobody else", async () => {
  const open = (party: Party, member: string, query: string) =>
    listenTo(Number(new URL(party.origin).port), party.token(member), query);
  const [carla, boStream, rolf, atC] = await Promise.all([
    open(b, "carla", "stream=user"),
    open(b, "bo", "stream=user"),
    open(a, "rolf", "stream=public"),
    open(c, "ana", "stream=user"),
  ]);
  for (const stream of [carla, rolf, atC]) {
    for (const more of ["public", "public:local", "direct", "user:notification"]) {
      stream.say({ type: "subscribe", stream: more });
    }
    stream.say({ type: "subscribe", stream: "hashtag", tag: "zirconquartztopic" });
    await stream.ready();
  }
  const bo = b.handle.replace("@bravo@", "@bo@");
  const second = await publish(a, { audience: [`partner:${b.handle}`], title: `${SECRET} again` });
  await write(a, "ana", { status: `${bo} ${DIRECT} again`, visibility: "direct" });
  await write(a, "ana", { status: `${FOLLOWERS} again`, visibility: "private" });
  await arrived(b, "carla", second.uri);
  await heardUpTo(boStream, `${DIRECT} again`);
  await heardUpTo(boStream, `${FOLLOWERS} again`);
  await publish(a, { title: "Everybody may know", content: "Well.", summary: "", topics: [] });
  const heard = {
    carla: await heardUpTo(carla, "Everybody may know"),
    rolf: await heardUpTo(rolf, "Everybody may know"),
    atC: await heardUpTo(atC, "Everybody may know"),
  };
  expect(heard.carla).toContain(`${SECRET} again`);
  for (const word of [DIRECT, FOLLOWERS]) expect(heard.carla + heard.rolf).not.toContain(word);
  for (const word of ALL) expect(heard.atC).not.toContain(word);

  await a.command("member", "suspend", "rolf");
  await rolf.closed;
  expect((await api(a, "rolf", "GET", "/api/v1/timelines/home")).status).toBe(401);
  for (const stream of [carla, boStream, atC]) stream.close();
}, 60_000);

test("31 after the partnership nothing of it is left in what a client has", async () => {
  const carla = await listenTo(Number(new URL(b.origin).port), b.token("carla"), "stream=user");
  for (const action of ["bookmark", "favourite"]) {
    const done = await api(b, "carla", "POST", `/api/v1/statuses/${atB.P}/${action}`);
    expect(done.status, done.text).toBe(200);
  }
  const [{ id } = { id: "" }] = (await a.as("ana", "GET", "/partnerships")).json;
  expect((await a.as("ana", "POST", `/partnerships/${id}/end`)).status).toBe(200);
  await vi.waitFor(async () => {
    expect((await api(b, "carla", "GET", `/api/v1/statuses/${atB.P}`)).status).toBe(404);
  }, SOON);
  await vi.waitFor(() => {
    const gone = carla.heard.filter(({ event }) => event === "delete");
    expect(gone.map(({ payload }) => String(payload))).toContain(atB.P);
  }, SOON);
  for (const path of readablePaths([atB.P], [])) {
    const { text } = await api(b, "carla", "GET", path);
    expect(text.replaceAll("zirconquartztopic", ""), path).not.toMatch(/zirconquartz/i);
  }
  carla.close();
}, 60_000);
