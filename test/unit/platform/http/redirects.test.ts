import { expect, test } from "vitest";
import type { HttpClientOptions } from "../../../../src/platform/http/client.ts";
import { client, serve, serveRaw } from "./loopback.ts";

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
