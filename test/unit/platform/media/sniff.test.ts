import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sniffFile } from "../../../../src/platform/media/sniff.ts";
import {
  docm,
  docx,
  HTML,
  odt,
  pdf,
  picture,
  SVG,
  telephonePhoto,
  zip,
} from "../../../support/media-samples.ts";

let folder: string;
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "praxis-sniff-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function sniff(bytes: Buffer | string, name: string) {
  number += 1;
  const path = join(folder, String(number));
  await writeFile(path, bytes);
  return sniffFile(path, name);
}

describe("what a file is", () => {
  test.each([
    ["a photo", telephonePhoto, "photo.jpg", "image/jpeg"],
    ["a photo that calls itself a page", telephonePhoto, "photo.html", "image/jpeg"],
    ["a drawing", () => picture("png"), "x", "image/png"],
    ["a WebP", () => picture("webp"), "x.png", "image/webp"],
    ["a GIF", () => picture("gif"), "x.gif", "image/gif"],
    ["an AVIF", () => picture("avif"), "x.avif", "image/avif"],
    ["a PDF", pdf, "x.docx", "application/pdf"],
    [
      "a Word file",
      docx,
      "x",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ],
    ["an OpenDocument text", odt, "x", "application/vnd.oasis.opendocument.text"],
    ["a table", () => "a;b\n1;2\n", "table.csv", "text/csv"],
    ["Markdown", () => "# Handover\n", "page.MD", "text/markdown"],
    ["a note with umlauts", () => "Übergabe um 22:00\n", "note.exe", "text/plain"],
  ])("%s is told by its bytes", async (_, make, name, mediaType) => {
    expect((await sniff(await make(), name)).mediaType).toBe(mediaType);
  });

  test.each([
    ["SVG", () => SVG],
    ["SVG with an XML declaration", () => `<?xml version="1.0"?>${SVG}`],
    ["SVG after a byte order mark", () => `\uFEFF${SVG}`],
    ["HTML behind a comment", () => HTML],
    ["HTML behind white space", () => "\n\n   <html><body>"],
    ["a shell script", () => "#!/bin/sh\nrm -rf /\n"],
    ["a Windows program", () => Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200, 1)])],
    ["a Linux program", () => Buffer.from("\x7fELF\x02\x01\x01".padEnd(300, "\0"), "latin1")],
    ["an archive", () => zip({ "a.txt": "hello" })],
    ["a Word file with macros", docm],
    ["text with binary in it", () => "hello\u0000world"],
    ["text that is not UTF-8", () => Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x63])],
    ["nothing", () => ""],
  ])("%s is refused, even with a harmless name", async (_, make) => {
    await expect(sniff(make(), "harmless.txt")).rejects.toMatchObject({
      code: "media_type_refused",
      status: 415,
    });
  });

  test("thousands of comments cost no time", async () => {
    const started = performance.now();
    await expect(sniff("<!---->".repeat(100_000), "long.md")).rejects.toThrow("Attach images");
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
