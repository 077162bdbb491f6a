import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createRemote } from "../../src/federation/remote/remote.ts";
import { verifyRequest } from "../../src/federation/signatures/verify.ts";
import { createHttpClient } from "../../src/platform/http/client.ts";
import type { Remote } from "../../src/services/remote.ts";

const ACTIVITY_JSON = "application/activity+json";
const OWN = "https://alpha.example";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: "spki", format: "pem" });

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server whose paths answer as told; anything else is a 404. */
interface Peer {
  readonly origin: string;
  readonly host: string;
  /** method, path and Accept of all requests */
  readonly requests: IncomingMessage[];
  on(path: string, answer: Answer): void;
  document(path: string, json: Record<string, unknown>, type?: string): void;
  webfinger(subject: string, ...actors: string[]): void;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startPeer(): Promise<Peer> {
  const answers = new Map<string, Answer>();
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const answer =
      answers.get(request.url ?? "") ?? answers.get((request.url ?? "").split("?")[0] ?? "");
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const send =
    (body: string, type: string): Answer =>
    (_request, response) => {
      response.writeHead(200, { "content-type": type }).end(body);
    };
  return {
    origin: `http://${host}`,
    host,
    requests,
    on: (path, answer) => answers.set(path, answer),
    document: (path, json, type = ACTIVITY_JSON) =>
      answers.set(path, send(JSON.stringify(json), type)),
    webfinger: (subject, ...actors) =>
      answers.set(
        `/.well-known/webfinger?resource=${encodeURIComponent(subject)}`,
        send(
          JSON.stringify({
            subject,
            links: actors.map((href) => ({ rel: "self", type: ACTIVITY_JSON, href })),
          }),
          "application/jrd+json",
        ),
      ),
  };
}

function startRemote(options: { signed?: boolean } = {}): Remote {
  const http = createHttpClient({ allowPrivateNetwork: true, userAgent: "Praxis (test)" });
  closing.push(() => http.close());
  const key = { keyIri: `${OWN}/ap/instance#main-key`, privateKey: rsa.privateKey };
  return createRemote({
    http,
    origin: OWN,
    allowPrivateNetwork: true,
    signer: () => Promise.resolve(options.signed === true ? key : null),
    timeoutMs: 500,
  });
}

function actorOf(peer: Peer, name = "bea", changes: Record<string, unknown> = {}) {
  const id = `${peer.origin}/users/${name}`;
  return {
    id,
    type: "Person",
    preferredUsername: name,
    inbox: `${id}/inbox`,
    publicKey: { id: `${id}#main-key`, owner: id, publicKeyPem: pem },
    ...changes,
  };
}

function noteOf(peer: Peer, changes: Record<string, unknown> = {}) {
  return {
    id: `${peer.origin}/notes/1`,
    type: "Note",
    attributedTo: `${peer.origin}/users/bea`,
    content: "<p>hello</p>",
    to: "as:Public",
    ...changes,
  };
}

function redirect(location: string): Answer {
  return (_request, response) => response.writeHead(302, { location }).end();
}

const refusal = (code: string, sentence: string | RegExp) =>
  expect.objectContaining({ code, safe: expect.stringMatching(sentence) });

describe("reading a document", () => {
  test("asks for ActivityStreams, signed as the instance actor", async () => {
    const peer = await startPeer();
    peer.document("/notes/1", noteOf(peer));
    await startRemote({ signed: true }).readObject(`${peer.origin}/notes/1`);
    const [request] = peer.requests;
    expect(request?.headers.accept).toContain("application/activity+json");
    const verdict = await verifyRequest(
      {
        method: "GET",
        url: `${peer.origin}/notes/1`,
        headers: request?.headers ?? {},
        body: Buffer.alloc(0),
      },
      {
        findKey: (keyId) =>
          Promise.resolve({
            keyId,
            owner: `${OWN}/ap/instance`,
            publicKey: rsa.publicKey,
            cached: false,
          }),
        now: new Date(),
        mayRefresh: () => false,
      },
    );
    expect(verdict).toMatchObject({ ok: true, owner: `${OWN}/ap/instance` });
  });

  test("signs by RFC 9421 for a server that asks for it", async () => {
    const peer = await startPeer();
    peer.on("/notes/1", (request, response) => {
      if (request.headers["signature-input"] === undefined) {
        response.writeHead(401, { "accept-signature": 'sig1=("@method")' }).end();
        return;
      }
      response.writeHead(200, { "content-type": ACTIVITY_JSON }).end(JSON.stringify(noteOf(peer)));
    });
    const found = await startRemote({ signed: true }).readObject(`${peer.origin}/notes/1`);
    expect(found.kind).toBe("post");
  });

  test.each([
    ["application/ld+json"],
    ['application/ld+json; profile="https://www.w3.org/ns/activitystreams"'],
    ["Application/Activity+JSON; charset=utf-8"],
  ])("takes %s", async (type) => {
    const peer = await startPeer();
    peer.document("/notes/1", noteOf(peer), type);
    expect((await startRemote().readObject(`${peer.origin}/notes/1`)).kind).toBe("post");
  });

  test.each([["application/json"], ["text/plain"], ["image/png"]])(
    "refuses %s: anybody may upload such a file to a server",
    async (type) => {
      const peer = await startPeer();
      peer.document("/notes/1", noteOf(peer), type);
      await expect(startRemote().readObject(`${peer.origin}/notes/1`)).rejects.toEqual(
        refusal("remote_invalid", /answered with something else instead of/),
      );
    },
  );

  test("says so when a web page answers for an actor", async () => {
    const peer = await startPeer();
    peer.document("/users/bea", actorOf(peer), "text/html; charset=utf-8");
    await expect(startRemote().readActor(`${peer.origin}/users/bea`)).rejects.toEqual(
      refusal("remote_invalid", /answered with a web page instead of/),
    );
  });

  test.each([
    [404, "remote_not_found", /nothing at this address/],
    [410, "remote_gone", /was deleted/],
    [401, "remote_unreachable", /does not let this server read it/],
    [403, "remote_unreachable", /does not let this server read it/],
    [429, "remote_unreachable", /HTTP 429/],
    [500, "remote_unreachable", /HTTP 500/],
  ])("HTTP %i is %s", async (status, code, sentence) => {
    const peer = await startPeer();
    peer.on("/users/bea", (_request, response) => response.writeHead(status).end());
    await expect(startRemote().readActor(`${peer.origin}/users/bea`)).rejects.toEqual(
      refusal(code, sentence),
    );
  });

  test("a server that is not there is unreachable", async () => {
    const peer = await startPeer();
    for (const close of closing.splice(0)) await close();
    await expect(startRemote().readActor(`${peer.origin}/users/bea`)).rejects.toEqual(
      refusal("remote_unreachable", /could not be reached/),
    );
  });

  test("a server that never answers costs no more than the time allowed", async () => {
    const peer = await startPeer();
    peer.on("/users/bea", () => {});
    await expect(startRemote().readActor(`${peer.origin}/users/bea`)).rejects.toEqual(
      refusal("remote_unreachable", /did not answer in time/),
    );
  });

  test("fifty megabytes are not read to their end", async () => {
    const peer = await startPeer();
    let sent = 0;
    peer.on("/users/bea", (_request, response) => {
      response.writeHead(200, { "content-type": ACTIVITY_JSON });
      const chunk = Buffer.alloc(256 * 1024, " ");
      const pump = (): void => {
        while (sent < 50 * 1024 * 1024 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", pump);
        }
        response.end("{}");
      };
      pump();
    });
    await expect(startRemote().readActor(`${peer.origin}/users/bea`)).rejects.toEqual(
      refusal("remote_invalid", /more than 1048576 bytes/),
    );
    expect(sent).toBeLessThan(20 * 1024 * 1024);
  });

  test.each([
    ["that is nested deeply", `{"id":${"[".repeat(400_000)}${"]".repeat(400_000)}}`],
    ["that breaks off", '{"id":"x'],
    ["that is a list", "[]"],
  ])("JSON %s is refused", async (_what, body) => {
    const peer = await startPeer();
    peer.on("/users/bea", (_request, response) =>
      response.writeHead(200, { "content-type": ACTIVITY_JSON }).end(body),
    );
    await expect(startRemote().readActor(`${peer.origin}/users/bea`)).rejects.toEqual(
      expect.objectContaining({ code: "remote_invalid" }),
    );
  });

  test("our own documents are never asked for over the network", async () => {
    await expect(startRemote().readObject(`${OWN}/ap/org`)).rejects.toEqual(
      refusal("remote_invalid", /belongs to this server/),
    );
  });
});

describe("whose document it is", () => {
  test("a redirect within a server is followed, each step signed for its own address", async () => {
    const peer = await startPeer();
    peer.on("/@bea", redirect("/users/bea"));
    peer.document("/users/bea", actorOf(peer));
    await startRemote({ signed: true }).readObject(`${peer.origin}/@bea`);
    const [first, second] = peer.requests;
    expect(first?.headers["signature"]).toBeDefined();
    expect(second?.headers["signature"]).not.toBe(first?.headers["signature"]);
  });

  test("redirects in a circle end", async () => {
    const peer = await startPeer();
    peer.on("/a", redirect("/b"));
    peer.on("/b", redirect("/a"));
    await expect(startRemote().readObject(`${peer.origin}/a`)).rejects.toEqual(
      refusal("remote_invalid", /redirects too often/),
    );
    expect(peer.requests.length).toBeLessThan(10);
  });

  test("a document with another id is fetched again from that id, which has the last word", async () => {
    const [peer, evil] = [await startPeer(), await startPeer()];
    peer.document("/notes/1", noteOf(peer, { content: "<p>true</p>" }));
    evil.document("/copy", noteOf(peer, { content: "<p>forged</p>" }));
    const found = await startRemote().readObject(`${evil.origin}/copy`);
    expect(found).toMatchObject({ kind: "post", post: { contentHtml: "<p>true</p>" } });
  });

  test("a document whose id leads to yet another one is refused", async () => {
    const peer = await startPeer();
    peer.document("/a", noteOf(peer, { id: `${peer.origin}/b` }));
    peer.document("/b", noteOf(peer, { id: `${peer.origin}/c` }));
    await expect(startRemote().readObject(`${peer.origin}/a`)).rejects.toEqual(
      refusal("remote_invalid", /answered with another document/),
    );
  });

  test("an id that redirects to another server does not make that server its author", async () => {
    const [peer, evil] = [await startPeer(), await startPeer()];
    peer.on("/notes/1", redirect(`${evil.origin}/forged`));
    evil.document("/forged", noteOf(peer));
    await expect(startRemote().readObject(`${peer.origin}/notes/1`)).rejects.toEqual(
      expect.objectContaining({ code: "remote_invalid" }),
    );
  });

  test("a document without an id is refused", async () => {
    const peer = await startPeer();
    peer.document("/notes/1", noteOf(peer, { id: undefined }));
    await expect(startRemote().readObject(`${peer.origin}/notes/1`)).rejects.toEqual(
      refusal("remote_invalid", /no id/),
    );
  });

  test("a tombstone is a deleted post", async () => {
    const peer = await startPeer();
    peer.document("/notes/1", { id: `${peer.origin}/notes/1`, type: "Tombstone" });
    await expect(startRemote().readObject(`${peer.origin}/notes/1`)).rejects.toEqual(
      expect.objectContaining({ code: "remote_gone" }),
    );
  });
});

describe("a page leads to its document", () => {
  test.each([
    [
      "an alternate link",
      "",
      (to: string) =>
        `<html><head><link href="${to}" rel='alternate' type="application/activity+json"></head>`,
    ],
    [
      "an alternate link of JSON-LD",
      "",
      (to: string) =>
        `<link rel="alternate" type='application/ld+json; profile="https://www.w3.org/ns/activitystreams"' href=${to}>`,
    ],
    ["a Link header", "yes", () => "<p>hello</p>"],
  ])("by %s", async (_what, header, page) => {
    const peer = await startPeer();
    const target = `${peer.origin}/notes/1`;
    peer.document("/notes/1", noteOf(peer));
    peer.on("/page", (_request, response) => {
      const link =
        header === "" ? {} : { link: `<${target}>; rel="alternate"; type="${ACTIVITY_JSON}"` };
      response.writeHead(200, { "content-type": "text/html", ...link }).end(page(target));
    });
    const found = await startRemote().readObject(`${peer.origin}/page`);
    expect(found).toMatchObject({ kind: "post", post: { iri: target } });
  });

  test("a page without one is told apart", async () => {
    const peer = await startPeer();
    peer.on("/page", (_request, response) =>
      response
        .writeHead(200, { "content-type": "text/html" })
        .end('<link rel="alternate" type="application/rss+xml" href="/feed">'),
    );
    await expect(startRemote().readObject(`${peer.origin}/page`)).rejects.toEqual(
      refusal("remote_invalid", /a web page instead of/),
    );
  });
});

describe("handles", () => {
  test("a handle leads to its actor by WebFinger, over http where nothing speaks TLS", async () => {
    const peer = await startPeer();
    peer.webfinger(`acct:bea@${peer.host}`, `${peer.origin}/users/bea`);
    const iri = await startRemote().findActor({ username: "bea", host: peer.host });
    expect(iri).toBe(`${peer.origin}/users/bea`);
  });

  test("an actor's handle is what WebFinger says, also on another host that agrees", async () => {
    const [site, server] = [await startPeer(), await startPeer()];
    const actor = `${server.origin}/users/bea`;
    server.document("/users/bea", actorOf(server));
    const answer = (_request: IncomingMessage, response: ServerResponse): void => {
      const links = [{ rel: "self", type: ACTIVITY_JSON, href: actor }];
      response
        .writeHead(200, { "content-type": "application/jrd+json" })
        .end(JSON.stringify({ subject: `acct:Bea@${site.host}`, links }));
    };
    server.on("/.well-known/webfinger", answer);
    site.on("/.well-known/webfinger", answer);
    expect(await startRemote().readActor(actor)).toMatchObject({ handle: "Bea", host: site.host });
  });

  test("a subject on a host that does not confirm it is refused", async () => {
    const [site, server] = [await startPeer(), await startPeer()];
    const actor = `${server.origin}/users/bea`;
    server.document("/users/bea", actorOf(server));
    server.on("/.well-known/webfinger", (_request, response) => {
      const links = [{ rel: "self", type: ACTIVITY_JSON, href: actor }];
      response
        .writeHead(200, { "content-type": "application/jrd+json" })
        .end(JSON.stringify({ subject: `acct:boss@${site.host}`, links }));
    });
    site.webfinger(`acct:boss@${site.host}`, `${site.origin}/users/boss`);
    await expect(startRemote().readActor(actor)).rejects.toEqual(
      refusal("remote_invalid", /does not confirm it/),
    );
    await expect(startRemote().findActor({ username: "bea", host: server.host })).rejects.toEqual(
      refusal("remote_invalid", /does not confirm it/),
    );
  });

  test("an actor that claims the handle of another one is refused", async () => {
    const peer = await startPeer();
    peer.document("/users/eve", actorOf(peer, "eve", { preferredUsername: "bea" }));
    peer.webfinger(`acct:bea@${peer.host}`, `${peer.origin}/users/bea`);
    await expect(startRemote().readActor(`${peer.origin}/users/eve`)).rejects.toEqual(
      refusal("remote_invalid", /is another actor/),
    );
  });

  test("a community and a person may share a name", async () => {
    const peer = await startPeer();
    peer.document(
      "/c/ops",
      actorOf(peer, "ops", { id: `${peer.origin}/c/ops`, type: "Group", publicKey: undefined }),
    );
    peer.webfinger(`acct:ops@${peer.host}`, `${peer.origin}/u/ops`, `${peer.origin}/c/ops`);
    expect((await startRemote().readActor(`${peer.origin}/c/ops`)).handle).toBe("ops");
  });

  test("without WebFinger an actor has the name it gives itself, on its own host", async () => {
    const peer = await startPeer();
    peer.document("/users/bea", actorOf(peer));
    expect(await startRemote().readActor(`${peer.origin}/users/bea`)).toMatchObject({
      handle: "bea",
      host: peer.host,
    });
  });

  test("a known actor that keeps its name costs no WebFinger", async () => {
    const peer = await startPeer();
    peer.document("/users/bea", actorOf(peer));
    const known = { username: "Bea", host: "site.example" };
    const actor = await startRemote().readActor(`${peer.origin}/users/bea`, known);
    expect(actor.host).toBe("site.example");
    expect(peer.requests).toHaveLength(1);
  });

  test.each([
    ["no such account", 404, "application/jrd+json", "", "remote_not_found"],
    ["a page", 200, "text/html", "<p>hi</p>", "remote_invalid"],
    ["no subject", 200, "application/jrd+json", '{"links":[]}', "remote_invalid"],
    [
      "a subject that is no account",
      200,
      "application/jrd+json",
      '{"subject":"https://a.example"}',
      "remote_invalid",
    ],
    ["a fault", 500, "text/plain", "", "remote_unreachable"],
  ])("WebFinger with %s", async (_what, status, type, body, code) => {
    const peer = await startPeer();
    peer.on("/.well-known/webfinger", (_request, response) =>
      response.writeHead(status, { "content-type": type }).end(body),
    );
    await expect(startRemote().findActor({ username: "bea", host: peer.host })).rejects.toEqual(
      expect.objectContaining({ code }),
    );
  });
});

describe("keys", () => {
  test("a key in its actor's document", async () => {
    const peer = await startPeer();
    peer.document("/users/bea", actorOf(peer));
    const found = await startRemote().readKey(`${peer.origin}/users/bea#main-key`);
    expect(found).toMatchObject({
      key: { keyIri: `${peer.origin}/users/bea#main-key`, algorithm: "rsa", pem },
      actor: { iri: `${peer.origin}/users/bea`, handle: "bea" },
    });
  });

  test("a key with a document of its own, which its owner confirms", async () => {
    const peer = await startPeer();
    const keyIri = `${peer.origin}/users/bea/main-key`;
    const publicKey = { id: keyIri, owner: `${peer.origin}/users/bea`, publicKeyPem: pem };
    peer.document("/users/bea/main-key", publicKey);
    peer.document("/users/bea", actorOf(peer, "bea", { publicKey }));
    expect((await startRemote().readKey(keyIri)).actor.keys).toEqual([
      { keyIri, algorithm: "rsa", pem },
    ]);
  });

  test("a key whose owner does not know it is refused", async () => {
    const peer = await startPeer();
    const owner = `${peer.origin}/users/bea`;
    peer.document("/upload/key", { id: `${peer.origin}/upload/key`, owner, publicKeyPem: pem });
    peer.document("/users/bea", actorOf(peer));
    await expect(startRemote().readKey(`${peer.origin}/upload/key`)).rejects.toEqual(
      refusal("remote_invalid", /cannot be used/),
    );
  });

  test("a key document with another id than the one asked for is refused", async () => {
    const peer = await startPeer();
    peer.document("/users/eve", actorOf(peer, "bea"));
    await expect(startRemote().readKey(`${peer.origin}/users/eve#main-key`)).rejects.toEqual(
      refusal("remote_invalid", /cannot be used/),
    );
  });

  test("a key on another server than it was asked from is refused", async () => {
    const [peer, evil] = [await startPeer(), await startPeer()];
    peer.on("/users/bea", redirect(`${evil.origin}/users/bea`));
    evil.document("/users/bea", actorOf(peer));
    await expect(startRemote().readKey(`${peer.origin}/users/bea#main-key`)).rejects.toEqual(
      refusal("remote_invalid", /on another server/),
    );
  });
});
