import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
} from "../../../../src/platform/http/client.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function client(options: Partial<HttpClientOptions> = {}): HttpClient {
  const made = createHttpClient({
    allowPrivateNetwork: true,
    userAgent: "Praxis-Test/1",
    ...options,
  });
  cleanups.push(() => made.close());
  return made;
}

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));
const serveRaw = (onSocket: (socket: Socket) => void): Promise<string> =>
  listen(createTcpServer(onSocket));

/** An origin at which nothing listens. */
async function deadOrigin(): Promise<string> {
  const server = createTcpServer();
  const origin = await listen(server);
  server.close();
  await once(server, "close");
  return origin;
}

test("an answer comes back with status, lower-case headers, body and its final address", async () => {
  const origin = await serve((request, response) => {
    response.writeHead(201, { "X-Method": request.method, "Set-Cookie": ["a=1", "b=2"] });
    response.end([request.headers["user-agent"], request.headers["x-given"]].join(" "));
  });
  const response = await client().request({
    method: "GET",
    url: `${origin}/a?b=c#d`,
    headers: { "X-Given": "yes" },
  });
  expect(response.status).toBe(201);
  expect(response.url).toBe(`${origin}/a?b=c`);
  expect(response.headers).toMatchObject({ "x-method": "GET", "set-cookie": "a=1, b=2" });
  expect(response.body.toString()).toBe("Praxis-Test/1 yes");
});

test.each<[string, string | Uint8Array]>([
  ["text", "ünïcode"],
  ["bytes", new TextEncoder().encode("ünïcode")],
])("a POST sends its body as %s", async (_, body) => {
  const origin = await serve((request, response) => void request.pipe(response));
  const response = await client().request({ method: "POST", url: origin, body });
  expect(response.body.toString()).toBe("ünïcode");
});

test("the Host header is always that of the address", async () => {
  const origin = await serve((request, response) => response.end(request.headers.host));
  const response = await client().request({
    method: "GET",
    url: origin,
    headers: { Host: "intranet.example" },
  });
  expect(`http://${response.body.toString()}`).toBe(origin);
});

test("requests to one host reuse their connections", async () => {
  let connections = 0;
  const server = createServer((_, response) => response.end());
  server.on("connection", () => connections++);
  const origin = await listen(server);
  const http = client();
  for (let i = 0; i < 20; i++) await http.request({ method: "POST", url: origin, body: "x" });
  // Two, because undici frees a connection a moment after it has delivered the answer.
  expect(connections).toBeLessThanOrEqual(2);
});

test("a redirecting inbox is not followed", async () => {
  let reached = false;
  const target = await serve((_, response) => {
    reached = true;
    response.end();
  });
  const origin = await serve((_, response) => response.writeHead(307, { Location: target }).end());
  const response = await client().request({ method: "POST", url: origin, body: "x", redirects: 5 });
  expect(response.status).toBe(307);
  expect(reached).toBe(false);
});

test("a GET follows redirects when it may, relative ones too", async () => {
  const origin = await serve((request, response) => {
    if (request.url === "/c") response.end("here");
    else response.writeHead(302, { Location: request.url === "/a" ? "b" : `${origin}/c` }).end();
  });
  const http = client();
  const followed = await http.request({ method: "GET", url: `${origin}/a`, redirects: 2 });
  expect(followed).toMatchObject({ status: 200, url: `${origin}/c` });
  expect(await http.request({ method: "GET", url: `${origin}/a` })).toMatchObject({ status: 302 });
  await expect(
    http.request({ method: "GET", url: `${origin}/a`, redirects: 1 }),
  ).rejects.toMatchObject({ code: "http_too_many_redirects" });
});

test("a redirect loop ends at once", async () => {
  let requests = 0;
  const origin = await serve((request, response) => {
    requests++;
    response.writeHead(301, { Location: request.url === "/a" ? "/b" : "/a" }).end();
  });
  await expect(
    client().request({ method: "GET", url: `${origin}/a`, redirects: 20 }),
  ).rejects.toMatchObject({ code: "http_too_many_redirects" });
  expect(requests).toBe(2);
});

test("secrets and signatures do not follow a redirect to another origin", async () => {
  const target = await serve((request, response) => response.end(JSON.stringify(request.headers)));
  const origin = await serve((_, response) => response.writeHead(302, { Location: target }).end());
  const response = await client().request({
    method: "GET",
    url: origin,
    redirects: 1,
    headers: { Authorization: "Bearer s", Signature: "s", Cookie: "s", Accept: "text/html" },
  });
  const received = JSON.parse(response.body.toString());
  expect(received).toMatchObject({ accept: "text/html" });
  expect(received).not.toHaveProperty("authorization");
  expect(received).not.toHaveProperty("signature");
  expect(received).not.toHaveProperty("cookie");
});

/** Answers `https://public.example` in process with a redirect. */
const redirectTo = (location: string): Partial<HttpClientOptions> => ({
  allowPrivateNetwork: false,
  route: (host) =>
    host === "public.example"
      ? () => new Response(null, { status: 302, headers: { location } })
      : undefined,
});

test("a redirect from https to http is refused, even on a closed network", async () => {
  const options = { ...redirectTo("http://public.example/"), allowPrivateNetwork: true };
  await expect(
    client(options).request({ method: "GET", url: "https://public.example/", redirects: 3 }),
  ).rejects.toMatchObject({ code: "http_bad_url" });
});

test("a redirect to a private address is refused", async () => {
  await expect(
    client(redirectTo("https://10.0.0.1/")).request({
      method: "GET",
      url: "https://public.example/",
      redirects: 3,
    }),
  ).rejects.toMatchObject({ code: "http_blocked_address" });
});

test("a redirect to a name that means a private address is refused before anything connects", async () => {
  let connections = 0;
  const origin = await serveRaw(() => connections++);
  const port = new URL(origin).port;
  const http = client({
    ...redirectTo(`https://inside.example:${port}/`),
    lookup: async () => [{ address: "127.0.0.1", family: 4 }],
  });
  await expect(
    http.request({ method: "GET", url: "https://public.example/", redirects: 3 }),
  ).rejects.toMatchObject({
    code: "http_blocked_address",
    safe: expect.stringContaining("inside.example"),
  });
  expect(connections).toBe(0);
});

test.each([
  [
    "that hangs before the headers",
    (socket: Socket) => void socket.write("HTTP/1.1 200 OK\r\nX-Slow: "),
  ],
  [
    "that hangs in the body",
    (socket: Socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
  ],
])("a server %s is given up", async (_, onSocket) => {
  const origin = await serveRaw(onSocket);
  const http = client({ timeouts: { headersMs: 40, bodyMs: 40 } });
  await expect(http.request({ method: "GET", url: origin })).rejects.toMatchObject({
    code: "http_timeout",
  });
});

test("a server that drips its body is given up when the whole time is over", async () => {
  const origin = await serveRaw((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    const drip = setInterval(() => socket.write("a"), 5);
    socket.on("close", () => clearInterval(drip));
  });
  const http = client({ timeouts: { headersMs: 1000, bodyMs: 1000 } });
  await expect(http.request({ method: "GET", url: origin, timeoutMs: 60 })).rejects.toMatchObject({
    code: "http_timeout",
  });
});

test("a name that never resolves is given up", async () => {
  const lookup = () => new Promise<never>(() => {});
  const url = "http://silent.example/";
  await expect(
    client({ lookup, timeouts: { connectMs: 40 } }).request({ method: "GET", url }),
  ).rejects.toMatchObject({ code: "http_timeout" });
  await expect(
    client({ lookup, timeouts: { totalMs: 40 } }).request({ method: "GET", url }),
  ).rejects.toMatchObject({ code: "http_timeout" });
});

test("the caller can give up, before and during the request", async () => {
  const arrived = Promise.withResolvers<void>();
  const origin = await serveRaw(() => arrived.resolve());
  const http = client();
  const giveUp = new AbortController();
  const pending = http.request({ method: "GET", url: origin, signal: giveUp.signal });
  await arrived.promise;
  giveUp.abort(new Error("shutting down"));
  await expect(pending).rejects.toThrow("shutting down");
  await expect(http.request({ method: "GET", url: origin, signal: giveUp.signal })).rejects.toThrow(
    "shutting down",
  );
});

test("a body of 50 MB is broken off at the limit", async () => {
  let written = 0;
  const piece = Buffer.alloc(64 * 1024);
  const closed = Promise.withResolvers<void>();
  const origin = await serve((_, response) => {
    const pump = (): void => {
      while (!response.destroyed && written < 50e6) {
        written += piece.length;
        if (!response.write(piece)) return void response.once("drain", pump);
      }
    };
    response.once("close", closed.resolve);
    pump();
  });
  await expect(client().request({ method: "GET", url: origin })).rejects.toMatchObject({
    code: "http_too_large",
  });
  await closed.promise;
  expect(written).toBeLessThan(20e6);
});

test("a body that announces more than the limit is not read at all", async () => {
  const origin = await serveRaw(
    (socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"),
  );
  await expect(
    client().request({ method: "GET", url: origin, maxBytes: 100 }),
  ).rejects.toMatchObject({ code: "http_too_large" });
});

test("a body of exactly the limit is accepted", async () => {
  const origin = await serve((_, response) => response.end("x".repeat(100)));
  const response = await client().request({ method: "GET", url: origin, maxBytes: 100 });
  expect(response.body.length).toBe(100);
});

test("the limit counts decompressed bytes, so a gzip bomb does not go off", async () => {
  const bomb = gzipSync(Buffer.alloc(50e6));
  const origin = await serve((_, response) =>
    response.writeHead(200, { "Content-Encoding": "gzip" }).end(bomb),
  );
  expect(bomb.length).toBeLessThan(100_000);
  await expect(client().request({ method: "GET", url: origin })).rejects.toMatchObject({
    code: "http_too_large",
  });
});

test("a body compressed unasked is decoded; an unknown or broken coding is an error", async () => {
  const origin = await serve((request, response) => {
    const encoding = request.url === "/zstd" ? "zstd" : "gzip";
    const body = request.url === "/broken" ? "not gzip" : gzipSync("plain");
    response.writeHead(200, { "Content-Encoding": encoding }).end(body);
  });
  const http = client();
  const decoded = await http.request({ method: "GET", url: `${origin}/gzip` });
  expect(decoded.body.toString()).toBe("plain");
  for (const path of ["/zstd", "/broken"]) {
    await expect(http.request({ method: "GET", url: origin + path })).rejects.toMatchObject({
      code: "http_unreachable",
    });
  }
});

test("huge headers are an error", async () => {
  const origin = await serveRaw(
    (socket) => void socket.write(`HTTP/1.1 200 OK\r\nX-Big: ${"a".repeat(100_000)}\r\n\r\n`),
  );
  await expect(client().request({ method: "GET", url: origin })).rejects.toMatchObject({
    code: "http_too_large",
  });
});

test.each([
  ["closes without a word", (socket: Socket) => socket.end()],
  ["speaks another protocol", (socket: Socket) => socket.end("220 mail.example ESMTP\r\n")],
])("a server that %s is unreachable", async (_, onSocket) => {
  const origin = await serveRaw(onSocket);
  await expect(client().request({ method: "GET", url: origin })).rejects.toMatchObject({
    code: "http_unreachable",
  });
});

test("a header that would split the request is refused", async () => {
  const origin = await serve((_, response) => response.end());
  await expect(
    client().request({ method: "GET", url: origin, headers: { "X-A": "b\r\nX-C: d" } }),
  ).rejects.toMatchObject({ code: "http_bad_url" });
});

test("500 dead hosts leave no connections or pools behind", async () => {
  const { port } = new URL(await deadOrigin());
  const http = client({ lookup: async () => [{ address: "127.0.0.1", family: 4 }] });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 500 }, (_, i) =>
      http.request({ method: "POST", url: `http://dead${i}.example:${port}/inbox`, body: "x" }),
    ),
  );
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "http_unreachable" } });
  }
  await expect.poll(() => http.openOrigins()).toBe(0);
});

test("idle connections are kept to a limited number of hosts, the latest ones", async () => {
  const origin = await serve((_, response) => response.end());
  const { port } = new URL(origin);
  const http = client({
    maxIdleOrigins: 5,
    lookup: async () => [{ address: "127.0.0.1", family: 4 }],
  });
  for (let i = 0; i < 20; i++) {
    await http.request({ method: "POST", url: `http://host${i}.example:${port}/`, body: "x" });
    expect(http.openOrigins()).toBeLessThanOrEqual(5);
  }
});

test("a routed host is answered in this process, under the same limits", async () => {
  const http = client({
    allowPrivateNetwork: false,
    timeouts: { totalMs: 40 },
    route: (host) =>
      host !== "alpha.example"
        ? undefined
        : async (request) => {
            const { pathname } = new URL(request.url);
            if (pathname === "/hang") return new Promise<never>(() => {});
            return new Response(`${request.method} ${pathname} ${await request.text()}`, {
              headers: { "X-Host": "alpha" },
            });
          },
  });
  const response = await http.request({
    method: "POST",
    url: "https://alpha.example/inbox",
    body: "hi",
  });
  expect(response.body.toString()).toBe("POST /inbox hi");
  expect(response.headers["x-host"]).toBe("alpha");
  await expect(
    http.request({ method: "GET", url: "https://alpha.example/a", maxBytes: 3 }),
  ).rejects.toMatchObject({ code: "http_too_large" });
  await expect(
    http.request({ method: "GET", url: "https://alpha.example/hang" }),
  ).rejects.toMatchObject({ code: "http_timeout" });
});
