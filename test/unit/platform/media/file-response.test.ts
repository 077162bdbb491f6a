import { describe, expect, test } from "vitest";
import { fileHeaders, fileResponse } from "../../../../src/platform/media/file-response.ts";

const CONTENT = "0123456789";

function ask(headers: Record<string, string> = {}, method = "GET", isPublic = false) {
  const request = new Request("https://alpha.example/ap/media/1", { method, headers });
  return fileResponse(request, {
    mediaType: "application/pdf",
    fileName: "plan.pdf",
    bytes: CONTENT.length,
    version: "abc",
    public: isPublic,
    byLink: false,
    read: ({ start, end } = { start: 0, end: CONTENT.length }) =>
      new Blob([CONTENT.slice(start, end + 1)]).stream(),
  });
}

describe("a range", () => {
  test.each([
    ["bytes=0-4", "01234", "bytes 0-4/10"],
    ["bytes=5-", "56789", "bytes 5-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=8-500", "89", "bytes 8-9/10"],
    ["bytes=-500", "0123456789", "bytes 0-9/10"],
    ["bytes=0-0", "0", "bytes 0-0/10"],
  ])("%s is sent alone", async (range, text, contentRange) => {
    const answer = ask({ range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(contentRange);
    expect(answer.headers.get("content-length")).toBe(String(text.length));
    expect(await answer.text()).toBe(text);
  });

  test.each(["bytes=10-", "bytes=500-600", "bytes=4-2", "bytes=-0"])(
    "%s cannot be",
    async (range) => {
      const answer = ask({ range });
      expect([answer.status, answer.headers.get("content-range"), await answer.text()]).toEqual([
        416,
        "bytes */10",
        "",
      ]);
    },
  );

  test.each(["bytes=-", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", ""])(
    "%j is not understood and answered whole",
    async (range) => {
      const answer = ask({ range });
      expect([answer.status, await answer.text()]).toEqual([200, CONTENT]);
    },
  );

  test("of another version is answered whole", async () => {
    expect(ask({ range: "bytes=0-4", "if-range": '"old"' }).status).toBe(200);
    expect(ask({ range: "bytes=0-4", "if-range": '"abc"' }).status).toBe(206);
  });
});

test("HEAD has the headers of GET and no body", async () => {
  const [head, get] = [ask({}, "HEAD"), ask()];
  expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers));
  expect(head.headers.get("content-length")).toBe("10");
  expect(await head.text()).toBe("");
});

test("what the asker has already is not sent again", () => {
  expect(ask({ "if-none-match": '"abc"' }).status).toBe(304);
  expect(ask({ "if-none-match": '"old"' }).status).toBe(200);
});

test("caches keep what is public for minutes, and nothing else", () => {
  expect(ask({}, "GET", true).headers.get("cache-control")).toBe("public, max-age=300");
  expect(ask().headers.get("cache-control")).toBe("private, no-store");
});

test.each([
  ["image/png", "inline", "image/png"],
  ["application/pdf", "inline", "application/pdf"],
  ["text/csv", "attachment", "text/csv; charset=utf-8"],
  ["image/svg+xml", "attachment", "application/octet-stream"],
  ["text/html", "attachment", "application/octet-stream"],
  [null, "attachment", "application/octet-stream"],
])("%s is sent as %s, of type %s, and runs nothing", (mediaType, disposition, contentType) => {
  const headers = fileHeaders({ mediaType, fileName: "x", public: false, byLink: false });
  expect(headers.get("content-disposition")?.split(";")[0]).toBe(disposition);
  expect(headers.get("content-type")).toBe(contentType);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("content-security-policy")).toMatch(/^default-src 'none';.*; sandbox$/);
});
