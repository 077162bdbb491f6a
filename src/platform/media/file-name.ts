import { extensionOf, formatOf } from "./media-types.ts";

const LONGEST = 120;

/**
 * A name that is safe to show and to save under: no path, no control or direction characters (they
 * let `exe.gpj` read as `jpg.exe`), not hidden, not too long, and with an extension of its real type.
 */
export function safeFileName(given: string, mediaType: string): string {
  const last = given.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const plain = last
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, "")
    .replaceAll(/[<>:"|?*\s]+/g, " ")
    .replace(/^[\s.]+/, "")
    .trim();
  const extensions = formatOf(mediaType)?.extensions ?? [];
  const extension = extensionOf(plain);
  const fits = extensions.includes(extension);
  const stem = fits ? plain.slice(0, -extension.length - 1) : plain;
  const kept =
    Array.from(stem)
      .slice(0, LONGEST)
      .join("")
      .replace(/[\s.]+$/, "") || "file";
  const ending = fits ? extension : extensions[0];
  return ending === undefined ? kept : `${kept}.${ending}`;
}

/** `Content-Disposition` with a name for all clients: ASCII for the old, UTF-8 for the rest (RFC 6266, RFC 8187). */
export function contentDisposition(kind: "inline" | "attachment", fileName: string): string {
  const ascii = fileName.replaceAll(/[^\x20-\x7e]/g, "_").replaceAll(/["\\%]/g, "_");
  const extended = encodeURIComponent(fileName.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${extended}`;
}
