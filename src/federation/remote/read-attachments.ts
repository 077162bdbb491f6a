import type { PostAttachment, PostTag } from "../../services/remote.ts";
import { plainLine } from "./clean-text.ts";
import {
  imageUrlOf,
  iriOf,
  isJson,
  lineOf,
  listOf,
  mediaTypeOf,
  textIn,
  typesOf,
  wholeNumberOf,
  type Json,
  type WireRules,
} from "./wire-values.ts";

const LIMITS = { attachments: 32, attachmentName: 1_500, tags: 100, tagName: 300 };
const MAX_PIXELS = 100_000;
const BLURHASH = /^[0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|}~]{6,100}$/;
const TAG_TYPES = ["Hashtag", "Mention", "Emoji"] as const;

/** Files of a post: `attachment`, and for a Video, Audio or Image that is the file itself, its `url`. */
export function readAttachments(post: Json, rules: WireRules): PostAttachment[] {
  const listed = listOf(post["attachment"], LIMITS.attachments)
    .map((entry) => readAttachment(entry, rules))
    .filter((attachment) => attachment !== null);
  const itself = ownFile(post, rules);
  const all = itself === null ? listed : [itself, ...listed];
  return all.slice(0, LIMITS.attachments);
}

function readAttachment(entry: unknown, rules: WireRules): PostAttachment | null {
  if (typeof entry === "string") return fileAt(iriOf(entry, rules), {});
  if (!isJson(entry) || typesOf(entry).includes("PropertyValue")) return null;
  const link = linkIn(entry["url"] ?? entry["href"]);
  const url = iriOf(link ?? entry["url"] ?? entry["href"], rules);
  return fileAt(url, { ...link, ...entry, mediaType: entry["mediaType"] ?? link?.["mediaType"] });
}

/** PeerTube gives a video several Links: its page, then files of several sizes. */
function ownFile(post: Json, rules: WireRules): PostAttachment | null {
  const kind = typesOf(post).find((type) => ["Video", "Audio", "Image"].includes(type));
  if (kind === undefined) return null;
  const wanted = `${kind.toLowerCase()}/`;
  const file = listOf(post["url"], 50)
    .filter(isJson)
    .find((link) => mediaTypeOf(link["mediaType"])?.startsWith(wanted) === true);
  if (file === undefined) return null;
  return fileAt(iriOf(file, rules), { ...file, name: textIn(post, "name").text });
}

function linkIn(value: unknown): Json | undefined {
  return listOf(value, 10).find(isJson);
}

function fileAt(url: string | null, about: Json): PostAttachment | null {
  if (url === null) return null;
  const { blurhash } = about;
  const summary = plainLine(textIn(about, "summary").text, LIMITS.attachmentName);
  const name = plainLine(textIn(about, "name").text, LIMITS.attachmentName);
  return {
    url,
    mediaType: mediaTypeOf(about["mediaType"]),
    name: name || summary,
    ...(name === "" || summary === "" ? {} : { description: summary }),
    width: wholeNumberOf(about["width"], 1, MAX_PIXELS),
    height: wholeNumberOf(about["height"], 1, MAX_PIXELS),
    blurhash: typeof blurhash === "string" && BLURHASH.test(blurhash) ? blurhash : null,
    ...focusOf(about["focalPoint"]),
  };
}

/** `[x, y]` from -1 to 1, as Mastodon says what is not to be cut off; `{}` for anything else. */
function focusOf(value: unknown): Pick<PostAttachment, "focus"> {
  if (!Array.isArray(value) || value.length !== 2) return {};
  const [x, y]: readonly unknown[] = value;
  const isWithin = (one: unknown): one is number => typeof one === "number" && Math.abs(one) <= 1;
  return isWithin(x) && isWithin(y) ? { focus: { x, y } } : {};
}

/** Hashtags, mentions and custom emoji. An emoji's `href` is its image. */
export function readTags(post: Json, rules: WireRules): PostTag[] {
  return listOf(post["tag"], LIMITS.tags)
    .filter(isJson)
    .map((entry) => readTag(entry, rules))
    .filter((tag) => tag !== null);
}

function readTag(entry: Json, rules: WireRules): PostTag | null {
  const types = typesOf(entry);
  const type = TAG_TYPES.find((each) => types.includes(each));
  if (type === undefined) return null;
  const name = lineOf(textIn(entry, "name").text, LIMITS.tagName);
  const href = type === "Emoji" ? imageUrlOf(entry["icon"], rules) : iriOf(entry["href"], rules);
  if (type === "Mention") return href === null ? null : { type, name, href };
  if (name === "" || (type === "Emoji" && href === null)) return null;
  return { type, name: type === "Hashtag" ? `#${name.replace(/^#+/, "")}` : name, href };
}

/** The address of the licence: a Link of relation `license` among the tags. */
export function readLicense(post: Json, rules: WireRules): string | null {
  const link = listOf(post["tag"], LIMITS.tags)
    .filter(isJson)
    .find((entry) => listOf(entry["rel"], 10).includes("license"));
  return link === undefined ? null : iriOf(link["href"], rules);
}
