import { describe, expect, test } from "vitest";
import { parseBody, readBody } from "../../../../src/federation/inbound/read-body.ts";

const MIB = 1024 * 1024;

function delivery(
  body: string | Uint8Array | ReadableStream,
  contentType = "application/activity+json",
): Request {
  return new Request("https://a.example/ap/inbox", {
    method: "POST",
    headers: { "content-type": contentType },
    body,
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  });
}

describe("a body is taken", () => {
  test.each([
    "application/activity+json",
    "application/activity+json; charset=utf-8",
    "Application/LD+JSON",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
  ])("as %s", async (contentType) => {
    expect(await readBody(delivery("{}", contentType))).toEqual(Buffer.from("{}"));
  });

  test("of exactly 1 MiB, byte for byte", async () => {
    const bytes = Buffer.alloc(MIB, "a");
    expect((await readBody(delivery(bytes))).equals(bytes)).toBe(true);
  });
});

describe("a body is refused", () => {
  test.each(["application/json", "text/html", "text/plain", ""])("as %j with 415", async (type) => {
    await expect(readBody(delivery("{}", type))).rejects.toMatchObject({ status: 415 });
  });

  test("of one byte more than 1 MiB with 413", async () => {
    await expect(readBody(delivery(Buffer.alloc(MIB + 1)))).rejects.toMatchObject({ status: 413 });
  });

  test("without end with 413, and no more of it is read", async () => {
    let sent = 0;
    let cancelled = false;
    const stream = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel() {
        cancelled = true;
      },
    });
    await expect(readBody(delivery(stream))).rejects.toMatchObject({ status: 413 });
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(2 * MIB);
  });

  test("that breaks off with 400", async () => {
    const stream = new ReadableStream({
      pull(controller) {
        controller.error(new Error("reset"));
      },
    });
    await expect(readBody(delivery(stream))).rejects.toMatchObject({ status: 400 });
  });
});

describe("a document is refused with 400", () => {
  const deep = `${'{"a":'.repeat(60)}1${"}".repeat(60)}`;
  test.each([
    ["it is not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ["it is not JSON", Buffer.from("{")],
    ["it is empty", Buffer.alloc(0)],
    ["it is a list", Buffer.from("[]")],
    ["it is null", Buffer.from("null")],
    ["it is nested 60 deep", Buffer.from(deep)],
    [
      "it is nested 100,000 deep",
      Buffer.from(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    ],
    ["it has 60,000 values", Buffer.from(`{"to":[${Array(60_000).fill(1).join()}]}`)],
    ["it has a NUL character", Buffer.from('{"content":"a\\u0000b"}')],
  ])("when %s", (_name, body) => {
    expect(() => parseBody(body)).toThrow(expect.objectContaining({ status: 400 }));
  });
});

test("a text that speaks of \\u0000 is not a NUL character", () => {
  expect(parseBody(Buffer.from('{"content":"a\\\\u0000b"}'))).toEqual({ content: "a\\u0000b" });
});

test("the long terms of ActivityStreams are read as the short ones", () => {
  const body = Buffer.from(
    '{"@id":"https://b.example/1","as:actor":"https://b.example/users/bea"}',
  );
  expect(parseBody(body)).toEqual({
    id: "https://b.example/1",
    actor: "https://b.example/users/bea",
  });
});
