import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { client, serve, serveRaw } from "./loopback.ts";

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
