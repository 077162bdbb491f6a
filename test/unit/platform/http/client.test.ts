import { createServer } from "node:http";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { client, deadOrigin, listen, serve, serveRaw } from "./loopback.ts";

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
  await expect.poll(() => http.openOrigins(), { timeout: 10_000 }).toBe(0);
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
