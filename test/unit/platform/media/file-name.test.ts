import { expect, test } from "vitest";
import { contentDisposition, safeFileName } from "../../../../src/platform/media/file-name.ts";

test.each([
  ["Handover (final).pdf", "application/pdf", "Handover (final).pdf"],
  ["photo.JPEG", "image/jpeg", "photo.jpeg"],
  ["../../etc/passwd", "text/plain", "passwd.txt"],
  ["C:\\secret\\plan.pdf", "application/pdf", "plan.pdf"],
  ["page.html", "image/png", "page.html.png"],
  ["run.exe", "text/plain", "run.exe.txt"],
  ["invoice\u202Egpj.exe", "image/png", "invoicegpj.exe.png"],
  ["a\r\nSet-Cookie: x.pdf", "application/pdf", "aSet-Cookie x.pdf"],
  ["...", "application/pdf", "file.pdf"],
  ["", "text/csv", "file.csv"],
  ["Übergabe 夜.md", "text/markdown", "Übergabe 夜.md"],
])("%j as %s is saved as %j", (given, mediaType, expected) => {
  expect(safeFileName(given, mediaType)).toBe(expected);
});

test("a very long name is cut, its extension is not", () => {
  const name = safeFileName(`${"n".repeat(4000)}.pdf`, "application/pdf");
  expect(name).toHaveLength(124);
  expect(name.endsWith("n.pdf")).toBe(true);
});

test("the header names the file for old and new clients", () => {
  expect(contentDisposition("attachment", `Über "all" 100%.pdf`)).toBe(
    `attachment; filename="_ber _all_ 100_.pdf"; filename*=UTF-8''%C3%9Cber%20%22all%22%20100%25.pdf`,
  );
});
