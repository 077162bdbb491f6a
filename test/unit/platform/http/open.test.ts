import type { Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { client, deadOrigin, serve, serveRaw } from "./loopback.ts";

const MIB = 1024 * 1024;

function file(url: string, more: { maxBytes?: number; timeoutMs?: number } = {}) {
  return { method: "GET", url, headers: {}, maxBytes: MIB, timeoutMs: 2000, ...more } as const;
}

test("a file is read as it comes, no faster than its reader", async () => {
  let sent = 0;
  const origin = await serve((_, response) => {
    const write = (): void => {
      while (sent < 64 * MIB && response.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
      response.once("drain", write);
    };
    response.setHeader("Content-Type", "application/pdf");
    write();
  });
  const opened = await client().open(file(origin, { maxBytes: 100 * MIB }));
  expect([opened.status, opened.headers["content-type"]]).toEqual([200, "application/pdf"]);
  const reader = opened.body.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(sent).toBeLessThan(32 * MIB);
  await reader.cancel();
});

test("the connection ends when its reader goes away", async () => {
  const closed = Promise.withResolvers<void>();
  const origin = await serve((_, response) => {
    response.on("close", () => closed.resolve());
    response.write("first");
  });
  const opened = await client().open(file(origin));
  const reader = opened.body.getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("first");
  await reader.cancel();
  await closed.promise;
});

test("a file that says that it is too long is refused before it is read", async () => {
  const origin = await serve((_, response) => {
    response.setHeader("Content-Length", MIB + 1);
    response.write("a");
  });
  await expect(client().open(file(origin))).rejects.toMatchObject({ code: "http_too_large" });
});

test("a file that is longer than it may be is broken off", async () => {
  const origin = await serve((_, response) => {
    response.write(Buffer.alloc(MIB));
    response.end(Buffer.alloc(MIB));
  });
  const { body } = await client().open(file(origin));
  await expect(new Response(body).arrayBuffer()).rejects.toMatchObject({ code: "http_too_large" });
});

test("a file that hides its length behind a coding is refused", async () => {
  const origin = await serve((_, response) => {
    response.setHeader("Content-Encoding", "gzip");
    response.end("x");
  });
  await expect(client().open(file(origin))).rejects.toMatchObject({ code: "http_unreachable" });
});

test.each([
  ["breaks off", "http_unreachable", (socket: Socket) => void socket.destroy()],
  ["stops", "http_timeout", () => {}],
])("a file that %s in the middle does not pass for a whole one", async (_, code, then) => {
  const origin = await serveRaw((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    setTimeout(() => then(socket), 20);
  });
  const { body } = await client().open(file(origin, { timeoutMs: 100 }));
  await expect(new Response(body).arrayBuffer()).rejects.toMatchObject({ code });
});

test("a redirect is an answer like any other", async () => {
  const asked: string[] = [];
  const origin = await serve((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(302, { Location: "/elsewhere" }).end();
  });
  const { status, body } = await client().open(file(`${origin}/here`));
  await body.cancel();
  expect([status, asked]).toEqual([302, ["/here"]]);
});

test("private addresses and dead servers are refused as for any request", async () => {
  const guarded = client({ allowPrivateNetwork: false });
  for (const url of ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/x"]) {
    await expect(guarded.open(file(url))).rejects.toMatchObject({ code: "http_blocked_address" });
  }
  await expect(client().open(file(await deadOrigin()))).rejects.toMatchObject({
    code: "http_unreachable",
  });
});

test("nothing is left behind when a file was read to its end", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const http = client({ route: () => () => new Response("whole") });
    const { body } = await http.open(file("https://alpha.example/file"));
    expect(vi.getTimerCount()).toBe(1);
    expect(await new Response(body).text()).toBe("whole");
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
