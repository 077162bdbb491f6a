import { isPublicAddress } from "../../domain/audience/classify.ts";
import { isSameOrigin } from "../../domain/remote-iri.ts";
import type { RemotePost } from "../../services/remote.ts";
import { withoutTitle } from "../vocab/title.ts";
import { cleanHtml, plainLine, textAsHtml } from "./clean-text.ts";
import { remoteInvalid } from "./problems.ts";
import { readAttachments, readTags } from "./read-attachments.ts";
import { readPoll } from "./read-poll.ts";
import { readQuote, withoutQuoteLine } from "./read-quote.ts";
import { readPractice } from "./read-practice.ts";
import {
  instantOf,
  iriOf,
  irisOf,
  isJson,
  listOf,
  pageUrlOf,
  textIn,
  typesOf,
  wholeNumberOf,
  type Json,
  type WireRules,
} from "./wire-values.ts";

const POST_TYPES = "Note Article Question Page Event Video Audio Image Document".split(" ");

const LIMITS = {
  title: 500,
  summary: 1_000,
  content: 500_000,
  addresses: 1_000,
};
const MAX_REVISION = 2_147_483_647;

/** What an enclosing activity adds where the object itself says nothing. */
export interface Enclosing {
  /** the activity's actor, whose signature was verified; one of several authors may be it */
  readonly actor?: string;
  readonly to?: unknown;
  readonly cc?: unknown;
}

/** Whether a document is something that we store as a post. */
export function isPostDocument(document: Json): boolean {
  return postType(document) !== null;
}

/**
 * Reads a post of any server, tolerantly and within limits: HTML sanitized, addresses as they came.
 * Author and id are on one origin. Where the document came from is for the caller to judge.
 * @throws AppError `remote_invalid` when it is not a post
 */
export function readPostDocument(
  document: Json,
  rules: WireRules,
  enclosing: Enclosing = {},
): RemotePost {
  const iri = iriOf(document, rules);
  const type = postType(document);
  if (iri === null) throw remoteInvalid("This post has no usable id.");
  if (type === null) throw remoteInvalid(`${iri} is not a post.`);
  const author = authorOf(document, rules, enclosing.actor);
  if (author === null) throw remoteInvalid(`The post ${iri} does not say who wrote it.`);
  if (author === iri || !isSameOrigin(author, iri)) {
    throw remoteInvalid(`The post ${iri} names an author on another server.`);
  }
  const tags = readTags(document, rules);
  const { html, language } = bodyOf(document, type);
  const post: RemotePost = {
    iri,
    url: pageUrlOf(document["url"], rules) ?? iri,
    author,
    type,
    inReplyTo: iriOf(document["inReplyTo"], rules),
    context: iriOf(document["context"] ?? document["conversation"], rules),
    title: plainLine(textIn(document, "name").text, LIMITS.title),
    summary: plainLine(textIn(document, "summary").text, LIMITS.summary),
    contentHtml: html,
    language,
    sensitive: document["sensitive"] === true,
    ...addressesOf(document, enclosing, rules),
    attachments: readAttachments(document, rules),
    tags,
    publishedAt: instantOf(document["published"]),
    updatedAt: instantOf(document["updated"]),
    revision: readRevision(document["revision"]),
    practice: type === "Article" ? readPractice(document, tags, rules) : null,
    poll: type === "Question" ? readPoll(document) : null,
    quote: readQuote(document, iri, rules),
  };
  if (isEmpty(post)) throw remoteInvalid(`The post ${iri} is empty.`);
  return post;
}

/** The running number of a post's content, where its server keeps one; else null. */
export function readRevision(value: unknown): number | null {
  return wholeNumberOf(value, 1, MAX_REVISION);
}

function postType(document: Json): string | null {
  return typesOf(document).find((type) => POST_TYPES.includes(type)) ?? null;
}

/** PeerTube names the channel beside the person; the one who signed counts, else the person. */
function authorOf(document: Json, rules: WireRules, actor: string | undefined): string | null {
  const authors = irisOf(document["attributedTo"], rules, 10);
  if (actor !== undefined && authors.includes(actor)) return actor;
  const person = listOf(document["attributedTo"], 10).find(
    (entry) => isJson(entry) && typesOf(entry).includes("Person"),
  );
  return (person === undefined ? null : iriOf(person, rules)) ?? authors[0] ?? null;
}

/** The object's own addresses; those of its activity when it has none at all. */
function addressesOf(document: Json, enclosing: Enclosing, rules: WireRules) {
  const own = document["to"] !== undefined || document["cc"] !== undefined;
  const { to, cc } = own ? document : enclosing;
  return { to: addressList(to, rules), cc: addressList(cc, rules) };
}

function addressList(value: unknown, rules: WireRules): string[] {
  const addresses = listOf(value, LIMITS.addresses).map((entry) =>
    typeof entry === "string" && isPublicAddress(entry) ? entry : iriOf(entry, rules),
  );
  return [...new Set(addresses.filter((address) => address !== null))];
}

function bodyOf(document: Json, type: string): { html: string; language: string | null } {
  const { text: content, language } = textIn(document, "content");
  // Our kin repeat the title on top for servers that show nothing else of it.
  const text = type === "Article" ? withoutTitle(textIn(document, "name").text, content) : content;
  const source = isJson(document["source"]) ? document["source"]["content"] : undefined;
  const written = text === "" && typeof source === "string" ? source : text;
  const isHtml = text !== "" && !isPlain(document["mediaType"]);
  const body = isHtml
    ? cleanHtml(withoutQuoteLine(written), LIMITS.content)
    : textAsHtml(written, LIMITS.content);
  return { html: body, language: language ?? namedLanguage(document) };
}

/** PeerTube and Lemmy name the language as an object. */
function namedLanguage(document: Json): string | null {
  const { language } = document;
  const identifier = isJson(language) ? language["identifier"] : undefined;
  return typeof identifier === "string" && /^[a-z]{2,3}$/.test(identifier) && identifier !== "und"
    ? identifier
    : null;
}

/** PeerTube sends Markdown in `content` and says so. */
function isPlain(mediaType: unknown): boolean {
  return mediaType === "text/markdown" || mediaType === "text/plain";
}

/** A Note that is only a name is a vote in a poll (Mastodon); one without anything is nothing. */
function isEmpty({ type, title, summary, contentHtml, attachments, poll }: RemotePost): boolean {
  if (contentHtml !== "" || attachments.length > 0 || poll !== null) return false;
  return type === "Note" ? summary === "" : title === "" && summary === "";
}
