import {
  noteHtml,
  readNoteText,
  type MentionPiece,
  type Piece,
} from "../platform/markdown/note-text.ts";
import { escapeHtml } from "../platform/html/escape.ts";
import { safeHref } from "../platform/html/link.ts";
import { findActorByHandle, type ActorRecord } from "../persistence/repositories/actors.ts";
import type { Context } from "./context.ts";

const MOST_NAMES = 10;
/** `me` says that the page behind the link is the same person's; the rest as in every other link. */
const OWN_LINK = 'rel="me nofollow noopener noreferrer" target="_blank"';

/** What somebody typed about themselves, as HTML: paragraphs, links, names and hashtags. */
export async function profileHtml(context: Context, text: string): Promise<string> {
  const pieces = readNoteText(text);
  return noteHtml(pieces, await linksFor(context, pieces));
}

/** The value of a field: one line. An address alone is a link that can be verified. */
export async function fieldHtml(context: Context, value: string): Promise<string> {
  const href = fieldLink(value);
  if (href !== null) {
    return `<a href="${escapeHtml(href)}" ${OWN_LINK}>${escapeHtml(value)}</a>`;
  }
  return (await profileHtml(context, value)).replace(/^<p>(.*)<\/p>$/s, "$1");
}

/** The address that a field consists of; null when it is something else. */
export function fieldLink(value: string): string | null {
  const text = value.trim();
  if (!/^https?:\/\/\S+$/i.test(text)) return null;
  return safeHref(text) ?? null;
}

async function linksFor(context: Context, pieces: readonly Piece[]) {
  const known = new Map<string, ActorRecord>();
  const names = pieces.filter((piece) => piece.kind === "mention").slice(0, MOST_NAMES);
  for (const { username, host } of names) {
    const actor = await findActorByHandle(
      context.db,
      username,
      host?.toLowerCase() ?? context.config.host,
    );
    if (actor !== null) known.set(keyOf({ username, host }), actor);
  }
  return {
    mention: (mention: MentionPiece) => known.get(keyOf(mention))?.url ?? null,
    hashtag: (name: string) => context.iris.tagPage(name),
  };
}

function keyOf({ username, host }: Pick<MentionPiece, "username" | "host">): string {
  return `${username}@${host ?? ""}`.toLowerCase();
}
