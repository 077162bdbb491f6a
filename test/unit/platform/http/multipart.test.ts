import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readField, readMultipart } from "../../../../src/platform/http/multipart.ts";

const MAX = 1024 * 1024;

/** A form as a browser writes it. */
async function written(form: FormData) {
  const request = new Request("https://alpha.example/", { method: "POST", body: form });
  return {
    bytes: Buffer.from(await request.arrayBuffer()),
    contentType: request.headers.get("content-type") ?? "",
  };
}

/** The bytes in pieces of those lengths, over and over. */
async function* inPieces(bytes: Buffer, lengths: readonly number[]) {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    await Promise.resolve();
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

async function read(bytes: Buffer, contentType: string, lengths: readonly number[] = [65_536]) {
  const parts: { name: string; fileName: string | null; text: string }[] = [];
  for await (const part of readMultipart(inPieces(bytes, lengths), contentType, MAX)) {
    const { name, fileName } = part;
    parts.push({ name, fileName, text: await readField(part) });
  }
  return parts;
}

describe("a form", () => {
  test("is read however the network cuts it up", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        async (description, lengths) => {
          const form = new FormData();
          const content = "\r\n--not the end\r\n-\r\n\r\n--";
          form.append("file", new File([content], 'a "b" ü.pdf'));
          form.append("description", description);
          const { bytes, contentType } = await written(form);
          const normalized = description.toWellFormed().replaceAll(/\r\n|\r|\n/g, "\r\n");
          expect(await read(bytes, contentType, lengths)).toEqual([
            { name: "file", fileName: 'a "b" ü.pdf', text: content },
            { name: "description", fileName: null, text: normalized },
          ]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("goes on behind a part that nobody reads", async () => {
    const form = new FormData();
    form.append("other", new File(["x".repeat(500_000)], "x"));
    form.append("description", "kept");
    const { bytes, contentType } = await written(form);
    for await (const part of readMultipart(inPieces(bytes, [4096]), contentType, MAX)) {
      if (part.name === "description") expect(await readField(part)).toBe("kept");
    }
    expect.assertions(1);
  });

  test("is broken off when it does not end", async () => {
    const form = new FormData();
    form.append("other", new File(["x".repeat(MAX)], "x"));
    const { bytes, contentType } = await written(form);
    const parts = readMultipart(inPieces(bytes, [65_536]), contentType, MAX);
    await parts.next();
    await expect(parts.next()).rejects.toMatchObject({ code: "body_too_large", status: 413 });
  });

  test.each([
    ["of another type", "--b\r\n\r\n--b--", "text/plain"],
    ["without a boundary", "--b\r\n\r\n--b--", "multipart/form-data"],
    ["that breaks off", '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nhal', undefined],
    ["whose part has no name", "--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--", undefined],
    ["with headers without end", `--b\r\n${"X: y\r\n".repeat(5000)}`, undefined],
    [
      "with more parts than anybody needs",
      `${'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(501)}--b--`,
      undefined,
    ],
    [
      "with a field that is no field any more",
      `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${"x".repeat(70_000)}\r\n--b--`,
      undefined,
    ],
  ])("%s is refused", async (_, body, type = 'multipart/form-data; boundary="b"') => {
    await expect(read(Buffer.from(body), type)).rejects.toMatchObject({ code: "form_invalid" });
  });
});
