import type { HttpResponse } from "../../platform/http/client.ts";

/** The head of a page is all that matters; more is not looked at. */
const MAX_LENGTH = 256 * 1024;
const ACTIVITY_TYPE = /^application\/(?:activity\+json|ld\+json)\b/i;

/**
 * The address of the ActivityPub form of a page: its `<link rel="alternate">` or `Link` header of that
 * type (ActivityPub §3.2 leaves the way open; this one is what servers do). Null when there is none.
 */
export function alternateLink({ url, headers, body }: HttpResponse): string | null {
  for (const { href, ...link } of [...headerLinks(headers["link"] ?? ""), ...pageLinks(body)]) {
    if (!(link["rel"] ?? "").toLowerCase().split(/\s+/).includes("alternate")) continue;
    if (href === undefined || !ACTIVITY_TYPE.test(link["type"] ?? "")) continue;
    const target = URL.parse(href, url);
    if (target !== null && /^https?:$/.test(target.protocol)) return target.href;
  }
  return null;
}

type Attributes = Record<string, string>;

function pageLinks(body: Buffer): Attributes[] {
  const page = body.subarray(0, MAX_LENGTH).toString("utf8");
  return Array.from(page.matchAll(/<link\s([^<>]{1,2000})>/gi), ([, attributes = ""]) =>
    attributesIn(attributes, decodeEntities),
  );
}

function headerLinks(header: string): Attributes[] {
  return Array.from(
    header.slice(0, 8_192).matchAll(/<([^<>]{1,2000})>([^<>]{0,500})/g),
    ([, href = "", parameters = ""]) => ({ ...attributesIn(parameters, (text) => text), href }),
  );
}

function attributesIn(text: string, decode: (value: string) => string): Attributes {
  const attributes: Attributes = {};
  for (const [, name = "", quoted, single, bare] of text.matchAll(
    /\b([a-z]{1,20})\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\s"'>;,]+))/gi,
  )) {
    attributes[name.toLowerCase()] = decode(quoted ?? single ?? bare ?? "");
  }
  return attributes;
}

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#38|#x26|amp);/gi, "&").replaceAll(/&(?:#x2f|#47);/gi, "/");
}
