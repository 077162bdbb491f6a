import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ForeignActor } from "../support/foreign-peer.ts";
import { startForeignServer, type ForeignServer } from "../support/foreign-server.ts";
import { ask } from "../support/http-answer.ts";
import {
  arrived,
  follow,
  PASSWORD,
  publish,
  SECRET,
  SOON,
  startLeakWorld,
  upload,
  type LeakWorld,
  type Party,
  type PracticeJson,
} from "../support/leak-world.ts";
import { signIn, visit } from "../support/web-session.ts";

/**
 * Cases 6 to 9 and 11 to 17 of the leak suite: lists, counts, searches and whatever else leads to a
 * practice. O is public; P is for the partner B, Q for B's member Bo alone, R for Fay on a foreign
 * server alone.
 */
let world: LeakWorld;
let evil: ForeignServer;
let a: Party;
let b: Party;
let fay: ForeignActor;
let [O, P, Q, R]: PracticeJson[] = [];
let qAtB: PracticeJson;
/** somebody from elsewhere whose message to A hangs below O */
const WHISPER = "Whisperedobsidian";

beforeAll(async () => {
  [world, evil] = await Promise.all([startLeakWorld(), startForeignServer()]);
  ({ a, b } = world);
  fay = world.peer.actor("fay");
  await world.deliver(a, fay, world.activity(fay, "Follow", a.actor));
  await follow(b, "ana", a.handle);
  O = await publish(a, {
    title: "Open handover",
    content: "For all.",
    summary: "All.",
    topics: [],
  });
  P = await publish(a, { audience: [`partner:${b.handle}`], credits: ["ana"] });
  const bo = b.handle.replace("@bravo@", "@bo@");
  Q = await publish(a, { audience: [`person:${bo}`], title: `${SECRET} for Bo` });
  R = await publish(a, { audience: [`person:@fay@${new URL(fay.iri).host}`] });
  const whisper = world.peer.note(fay, "whisper", {
    to: [a.actor],
    cc: [],
    content: `<p>${WHISPER}</p>`,
    inReplyTo: O.uri,
  });
  const aloud = world.peer.note(fay, "aloud", { inReplyTo: O.uri, content: "<p>Said aloud</p>" });
  for (const note of [whisper, aloud]) {
    const sent = world.activity(fay, "Create", note, { to: note["to"], cc: note["cc"] });
    expect((await world.deliver(a, fay, sent)).status).toBe(202);
  }
  await arrived(b, "carla", P.uri);
  qAtB = await arrived(b, "bo", Q.uri);
}, 120_000);

afterAll(() => Promise.all([world.close(), evil.close()]));

function given(practice: PracticeJson | undefined): PracticeJson {
  if (practice === undefined) throw new Error("it was not published");
  return practice;
}

/** Nothing of P, Q or R is in a text: no words, topic, address or id. */
function expectNoTrace(text: string, where: string): void {
  const traces = [P, Q, R].flatMap((each) => [given(each).id, given(each).uri, given(each).url]);
  for (const trace of [SECRET, SECRET.toLowerCase(), ...traces]) {
    expect(text.includes(trace), `${trace} in ${where}`).toBe(false);
  }
}

test("6 feeds and the sitemap hold what is public only, whoever asks; there is no RSS, oEmbed or embed", async () => {
  const member = await signIn(a.origin, "rolf", PASSWORD);
  for (const path of ["/feed.atom", "/sitemap.xml", "/topics/zirconquartztopic/feed.atom"]) {
    for (const { status, text } of [await visit(a.origin + path), await member.get(path)]) {
      expect(status).toBe(200);
      // The address of a topic's own feed repeats what was asked for.
      expectNoTrace(text.replaceAll("zirconquartztopic", ""), path);
    }
  }
  expect((await visit(`${a.origin}/feed.atom`)).text).toContain("Open handover");
  const url = encodeURIComponent(given(P).url);
  for (const path of ["/feed.rss", "/rss", `/oembed?url=${url}`, `/api/oembed?url=${url}`]) {
    expect((await visit(a.origin + path)).status, path).toBe(404);
  }
  for (const practice of [P, O]) {
    expect((await visit(`${given(practice).url}/embed`)).status).toBe(404);
  }
});

test("7 below a public practice, private replies are neither listed nor counted; likes and shares are no collections", async () => {
  const practice = given(O);
  const editor = await a.as("ana", "GET", `/practices/${practice.id}/discussion`);
  expect(JSON.stringify(editor.json)).toContain(WHISPER);
  const key = practice.uri.split("/").at(-1) ?? "";
  for (const signer of [undefined, await world.c.signer(world.c.actor), await b.signer(b.actor)]) {
    for (const [path, total] of [
      [`/ap/practices/${key}/replies`, 1],
      [`/ap/contexts/${key}`, 2],
    ] as const) {
      const collection = await a.get(path, { signer });
      expect(collection.json().totalItems, path).toBe(total);
      const page = await a.get(`${path}?page=true`, { signer });
      expect(page.json().orderedItems).toHaveLength(total);
      expect(page.text).not.toContain("whisper");
    }
  }
  for (const collection of ["likes", "shares"]) {
    expect((await a.get(`/ap/practices/${key}/${collection}`)).status).toBe(404);
  }
  const document = (await a.get(practice.uri)).text;
  expect(document).not.toMatch(/"(?:likes|shares)":/);
  for (const reader of ["rolf", null]) {
    const path = `/practices/${practice.id}/discussion`;
    const all = await a.as(reader, "GET", path);
    expect(all.json).toHaveLength(1);
    const first = await ask(`${a.origin}/api/praxis/v1${path}?limit=1`, {
      headers: reader === null ? {} : { Authorization: `Bearer ${a.token(reader)}` },
    });
    expect(first.headers["link"], "a next page would say that there is more").toBeUndefined();
    expect(first.json()).toHaveLength(1);
  }
  const { text } = await visit(practice.url);
  expect(text).toContain("Said aloud");
  expect(text).not.toContain(WHISPER);
});

test("8 a member outside the audience finds it in no list, search, discussion or page", async () => {
  const practice = given(Q);
  const path = `/practices/${qAtB.id}`;
  expect((await b.as("bo", "GET", path)).json.title).toContain(SECRET);
  for (const list of [
    "",
    `?q=${SECRET}`,
    "?topic=zirconquartztopic",
    `?organization=${a.handle}`,
  ]) {
    const uris = async (member: string) => {
      const { json } = await b.as(member, "GET", `/practices${list}`);
      return json.map((each: PracticeJson) => each.uri);
    };
    expect(await uris("bo")).toContain(practice.uri);
    expect(await uris("carla")).not.toContain(practice.uri);
  }
  const missing = `/practices/${BigInt(qAtB.id) + 999n}`;
  for (const more of ["", "/revisions", "/discussion"]) {
    const hidden = await b.as("carla", "GET", path + more);
    expect(hidden).toEqual(await b.as("carla", "GET", missing + more));
    expect(hidden.status).toBe(404);
  }
  const carla = await signIn(b.origin, "carla", PASSWORD);
  for (const page of ["/home", "/", `/posts/${qAtB.id}`, "/topics/zirconquartztopic"]) {
    const { text } = await carla.get(page);
    expect(text, page).not.toContain("for Bo");
    expect(text, page).not.toContain(practice.uri);
  }
  expect((await carla.get(`/posts/${qAtB.id}`)).status).toBe(404);
  const rolf = await a.as("rolf", "GET", "/practices?limit=100");
  const uris = rolf.json.map((each: PracticeJson) => each.uri);
  expect(uris).toContain(given(P).uri);
  expect(uris).not.toContain(practice.uri);
  expect(uris).not.toContain(given(R).uri);
});

test("9 search, topics, hashtags and people's pages find it for nobody outside", async () => {
  for (const query of [
    `?q=${SECRET}`,
    "?topic=zirconquartztopic",
    `?q=readers`,
    "?kind=practice",
  ]) {
    const { json } = await a.as(null, "GET", `/practices${query}`);
    expectNoTrace(JSON.stringify(json), query);
  }
  expect((await a.as("rolf", "GET", `/practices?q=${SECRET}`)).json).toHaveLength(1);
  for (const path of ["/", "/topics/zirconquartztopic", "/@ana", "/?topic=zirconquartztopic"]) {
    const { text } = await visit(a.origin + path);
    expectNoTrace(text.replaceAll(/zirconquartztopic/gi, ""), path);
  }
  const other = (await visit(`${a.origin}/topics/zirconquartztopic`)).text;
  const never = (await visit(`${a.origin}/topics/zirconquartztopid`)).text;
  expect(other.replaceAll(/zirconquartztopic/gi, "x")).toBe(
    never.replaceAll(/zirconquartztopid/gi, "x"),
  );
  const tagged = (await visit(`${a.origin}/tags/zirconquartztopic`)).text;
  expect(tagged.replaceAll(/zirconquartztopic/gi, "x")).toBe(
    (await visit(`${a.origin}/tags/zirconquartztopid`)).text.replaceAll(/zirconquartztopid/gi, "x"),
  );
});

test("11 the proxy for partners' files asks nobody but the author's own server, whatever a post says", async () => {
  const inside = `${evil.origin}/internal/secrets`;
  evil.documents.set("/internal/secrets", { id: inside, secret: "internal" });
  const article = world.peer.note(fay, "with-files", {
    type: "Article",
    name: "With files",
    to: [b.actor],
    cc: [],
    attachment: [
      { type: "Document", mediaType: "text/plain", url: inside },
      { type: "Document", mediaType: "text/plain", url: "http://169.254.169.254/latest/meta-data" },
      { type: "Document", mediaType: "text/plain", url: `${world.peer.origin}/files/own` },
    ],
  });
  world.peer.documents.set("/files/own", () => new Response("own", { status: 200 }));
  const sent = world.activity(fay, "Create", article, { to: [b.actor] });
  expect((await world.deliver(b, fay, sent)).status).toBe(202);
  const { id } = await arrived(b, "ana", String(article["id"]));
  const headers = { Authorization: `Bearer ${b.token("ana")}` };
  const proxied = (index: number) =>
    ask(`${b.origin}/media/remote/${id}/${index}`, { accept: "*/*", headers });
  expect((await proxied(2)).text).toBe("own");
  expect([(await proxied(0)).status, (await proxied(1)).status]).toEqual([404, 404]);
  expect(evil.asked).toEqual([]);
  const byUrl = `${b.origin}/media/remote?url=${encodeURIComponent(inside)}`;
  expect((await ask(byUrl, { accept: "*/*", headers })).status).toBe(404);
  expect(evil.asked).toEqual([]);
});

/** The notice that Fay was sent, as it came over the wire. */
function noticeToFay() {
  return vi.waitFor(() => {
    const found = world.peer.posted.find(
      ({ path, json }) => path === "/users/fay/inbox" && json["type"] === "Create",
    );
    if (found === undefined) throw new Error("there is no notice");
    return found;
  }, SOON);
}

test("12 the landing page of a notice tells a crawler nothing, and is the same for a notice that never was", async () => {
  const { json } = await noticeToFay();
  const { url } = json["object"] as { url: string };
  expect(new URL(url).pathname).toMatch(/^\/n\/[0-9a-f-]{36}$/);
  const page = await visit(url);
  expect(page.status).toBe(200);
  expectNoTrace(page.text, "the landing page");
  expect(page.text).not.toMatch(/og:|twitter:|schema\.org|application\/ld\+json|rel="canonical"/);
  expect(page.text).toMatch(/<meta name="robots" content="[^"]*noindex/);
  expect(page.headers["x-robots-tag"] ?? "").toContain("noindex");
  expect(page.headers["cache-control"]).toBe("private, no-store");
  const another = await visit(url.replace(/[0-9a-f-]{36}/, randomUUID()));
  const without = ({ text, status, headers }: typeof page) => ({
    status,
    // Each visitor's form has a token of its own, and the form goes back to its own address.
    text: text
      .replaceAll(/name="form_token" value="[^"]+"/g, "")
      .replaceAll(/\/n\/[0-9a-f-]+/g, ""),
    headers: { ...headers, "set-cookie": "", "content-length": "" },
  });
  expect(without(page)).toEqual(without(another));
});

test("13 what is sent to a person's inbox elsewhere carries no title and no body; there is no e-mail", async () => {
  const { text } = await noticeToFay();
  expect(text).toContain("/n/");
  expectNoTrace(text, "the notice");
  for (const { text: anything } of world.peer.posted) expectNoTrace(anything, "what Fay was sent");
  const headers = { Authorization: `Bearer ${a.token("ana")}` };
  expect((await ask(`${a.origin}/api/v1/emails/confirmations`, { headers })).status).toBe(404);
});

test("14 nobody can list followers or the members of a circle from outside", async () => {
  const circle = await a.as("ana", "POST", "/circles", {
    slug: "nordic",
    name: "Nordic",
    members: [b.handle],
  });
  expect(circle.status, JSON.stringify(circle.json)).toBe(201);
  const signers = [undefined, fay, await b.signer(b.actor), await world.c.signer(world.c.actor)];
  for (const signer of signers) {
    for (const path of ["/ap/org/followers", "/ap/org/following", "/ap/actors/ana/followers"]) {
      for (const page of ["", "?page=true", "?page=1&min_id=0", "?cursor=0"]) {
        const { text, json } = await a.get(path + page, { signer });
        expect(json().type, path).toBe("OrderedCollection");
        expect(text).not.toMatch(/orderedItems|"items"|"first"|users\/fay/);
      }
    }
    for (const path of ["/ap/circles/nordic", `/ap/circles/${circle.json.id}`, "/circles/nordic"]) {
      expect((await a.get(path, { signer })).status, path).toBe(404);
    }
  }
  expect((await a.as(null, "GET", "/circles")).status).toBe(401);
  for (const path of ["/circles", "/circles/nordic", `/circles/${circle.json.id}`]) {
    const { status, json } = await a.as("rolf", "GET", path);
    expect(status).toBe(403);
    expect(JSON.stringify(json)).not.toContain(new URL(b.origin).host);
  }
  const byCircle = await publish(a, { title: "In confidence", audience: ["circle:nordic"] });
  await arrived(b, "carla", byCircle.uri);
  const served = (await a.get(byCircle.uri, { signer: await b.signer(b.actor) })).text;
  expect(served).not.toMatch(/circle|nordic/i);
});

test("15 what an actor features names nothing that is not public", async () => {
  for (const signer of [undefined, fay, await world.c.signer(world.c.actor)]) {
    for (const path of [
      "/ap/org/featured",
      "/ap/actors/ana/featured",
      "/ap/org/featured?page=true",
    ]) {
      const { status, text } = await a.get(path, { signer });
      expect(status).toBe(200);
      expectNoTrace(text, path);
    }
  }
});

test("17 every route of the API answers for what is somebody else's as for what is missing", async () => {
  const { paths } = (await a.as(null, "GET", "/openapi.json")).json;
  const uploaded = await upload(a);
  const [partnership] = (await a.as("ana", "GET", "/partnerships")).json;
  const owned = [given(Q).id, given(R).id, uploaded.id, partnership.id];
  const bodies: Readonly<Record<string, object>> = {
    "/practices/{id}": { title: "Mine now" },
    "/practices/{id}/replies": { content: "Hello" },
    "/media/{id}": { description: "Mine now" },
    "/circles/{id}": { name: "Mine now" },
  };
  const routes = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) => {
    const route = path.replace("/api/praxis/v1", "");
    return route.includes("{id}") ? Object.keys(methods).map((method) => [method, route]) : [];
  });
  expect(routes.length).toBeGreaterThan(15);
  // Known here and with every scope, so that what follows is refused for what it is about.
  expect((await a.as("rolf", "GET", "/follows")).status).toBe(200);
  for (const [method = "", route = ""] of routes) {
    const call = (reader: string | null, id: string) =>
      a.as(
        reader,
        method.toUpperCase(),
        route.replace("{id}", id).replace("{index}", "0"),
        ["post", "patch"].includes(method) ? (bodies[route] ?? {}) : undefined,
      );
    for (const reader of ["rolf", null]) {
      const missing = await call(reader, (BigInt(given(Q).id) + 7_777n).toString());
      for (const id of owned) {
        const answer = await call(reader, id);
        expect(answer, `${method} ${route} of ${id} for ${reader}`).toEqual(missing);
        expect([401, 403, 404]).toContain(answer.status);
      }
    }
  }
  expect((await a.as("ana", "GET", `/practices/${given(Q).id}`)).json.title).toContain("for Bo");
});

test("17 what a partner published is not the receiving organization's to change", async () => {
  const { id } = await arrived(b, "ana", given(P).uri);
  const missing = (BigInt(id) + 7_777n).toString();
  for (const [method, path, body] of [
    ["PATCH", "", { title: "Ours now" }],
    ["DELETE", "", undefined],
    ["GET", "/revisions", undefined],
  ] as const) {
    const answer = await b.as("ana", method, `/practices/${id}${path}`, body);
    const other = await b.as("ana", method, `/practices/${missing}${path}`, body);
    if (method === "GET") expect(answer.json).not.toContainEqual(expect.anything());
    else expect(answer).toEqual(other);
  }
  expect((await b.as("carla", "GET", `/practices/${id}`)).json.title).toContain(SECRET);
});

test("16 a suspended member's token, session and file links end at once", async () => {
  const file = await upload(a);
  const { id } = await publish(a, { audience: [`partner:${b.handle}`], media_ids: [file.id] });
  const session = await signIn(a.origin, "rolf", PASSWORD);
  const { json } = await a.as("rolf", "POST", `/practices/${id}/attachments/0/link`);
  const reads = async () => [
    (await a.as("rolf", "GET", `/practices/${id}`)).status,
    (await session.get("/home")).status,
    (await ask(json.url, { accept: "*/*" })).status,
  ];
  expect(await reads()).toEqual([200, 200, 200]);
  await a.command("member", "suspend", "rolf");
  expect(await reads()).toEqual([401, 303, 404]);
});
