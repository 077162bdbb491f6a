import { sql } from "drizzle-orm";
import type { Visibility } from "../domain/audience/visibility.ts";
import { AppError } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { NOTE_LIMITS } from "../domain/note.ts";
import {
  charactersOf,
  noteHtml,
  noteLength,
  readNoteText,
  type Piece,
} from "../platform/markdown/note-text.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostTag } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { mentionKey, type Mentioned, type MentionedName } from "./mentions.ts";

/** A note's text as it was typed. */
export interface NoteText {
  readonly text: string;
  /** content warning; empty = none */
  readonly spoilerText: string;
}

/** A note's text, read and measured, before anybody was asked who is meant by its names. */
export interface ReadNote extends NoteText {
  readonly pieces: readonly Piece[];
}

/**
 * Reads what somebody typed. A content warning without a text is the text. `isEmpty` says that files
 * or a poll stand for the text.
 * @throws AppError `invalid_request`, in the words that clients know from Mastodon
 */
export function readNote(given: NoteText, { mayBeEmpty }: { mayBeEmpty: boolean }): ReadNote {
  const typed = { text: lines(given.text), spoilerText: lines(given.spoilerText) };
  const { text, spoilerText } =
    typed.text === "" && !mayBeEmpty ? { text: typed.spoilerText, spoilerText: "" } : typed;
  if (text === "" && !mayBeEmpty) throw wrongText("can't be blank");
  if (text.length + spoilerText.length > NOTE_LIMITS.raw) throw tooLong();
  const pieces = readNoteText(text);
  const { characters, charactersPerUrl } = NOTE_LIMITS;
  const length = noteLength(pieces, charactersPerUrl) + charactersOf(spoilerText);
  if (length > characters) throw tooLong();
  return { text, spoilerText, pieces };
}

function lines(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").trim();
}

function tooLong(): AppError {
  return wrongText(`character limit of ${NOTE_LIMITS.characters} exceeded`);
}

function wrongText(problem: string): AppError {
  const details = { text: problem };
  return new AppError("invalid_request", `Text ${problem}`, { status: 422, details });
}

/** The names in a note, in their order. */
export function namesIn({ pieces }: ReadNote): MentionedName[] {
  return pieces.filter((piece) => piece.kind === "mention");
}

/** A note as it is shown; the mentions among the tags follow from its audience (`mentionTags`). */
export interface ComposedNote {
  readonly contentHtml: string;
  readonly hashtags: readonly PostTag[];
}

/** Makes of a note what is shown. */
export function composeNote(
  context: Context,
  { pieces }: ReadNote,
  mentioned: Mentioned,
): ComposedNote {
  const hashtags = new Map<string, PostTag>();
  for (const piece of pieces) {
    if (piece.kind !== "hashtag") continue;
    const key = piece.name.toLowerCase();
    const href = context.iris.tagPage(piece.name);
    if (!hashtags.has(key)) hashtags.set(key, { type: "Hashtag", name: `#${piece.name}`, href });
  }
  const contentHtml = noteHtml(pieces, {
    mention: (piece) => pageOf(mentioned.get(mentionKey(piece))),
    hashtag: (name) => context.iris.tagPage(name),
  });
  return { contentHtml, hashtags: [...hashtags.values()] };
}

function pageOf(actor: ActorRecord | undefined): string | null {
  return actor === undefined ? null : actor.url || actor.iri;
}

/** What an actor's posts are like when nothing else is said. */
export interface WritingDefaults {
  readonly visibility: Visibility;
  readonly sensitive: boolean;
  readonly language: string | null;
  readonly quotePolicy: "public" | "followers" | "nobody";
}

/** An id for a new post, and what holds for its author's posts; one statement. */
export async function prepareToWrite(
  context: Context,
  actorId: Id,
): Promise<WritingDefaults & { readonly id: Id }> {
  const [row] = await context.db.execute<DefaultsRow>(sql`
    select praxis_id()::text as id, s.default_visibility, s.default_sensitive, s.default_language,
      s.default_quote_policy
    from (select) as one left join actor_settings s on s.actor_id = ${actorId.toString()}::bigint`);
  if (row === undefined) throw new Error("a left join from one row returned none");
  return {
    id: BigInt(row.id),
    visibility: row.default_visibility ?? "public",
    sensitive: row.default_sensitive ?? false,
    language: row.default_language,
    quotePolicy: row.default_quote_policy ?? "public",
  };
}

type DefaultsRow = {
  id: string;
  default_visibility: Visibility | null;
  default_sensitive: boolean | null;
  default_language: string | null;
  default_quote_policy: WritingDefaults["quotePolicy"] | null;
};

/** A language tag (BCP 47) in its usual spelling; null for what is none. */
export function languageTag(tag: string | null | undefined): string | null {
  if (tag === null || tag === undefined || tag === "" || tag.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(tag.replaceAll("_", "-"))[0] ?? null;
  } catch {
    return null;
  }
}
