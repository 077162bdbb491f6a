import { isPublic, type Audience } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Visibility } from "../domain/audience/visibility.ts";
import { invalid } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { Acting } from "./acting.ts";
import {
  composeNote,
  languageTag,
  namesIn,
  prepareToWrite,
  readNote,
  type NoteText,
} from "./compose.ts";
import type { Context } from "./context.ts";
import type { Once } from "./idempotency.ts";
import { findMentioned, mentionTags } from "./mentions.ts";
import { noteAudience, readThread, type Thread } from "./note-audience.ts";
import { storeNote } from "./notes.ts";
import type { NewPoll } from "./polls.ts";

/** A note as a client sends it: plain text. */
export interface NoteDraft extends NoteText {
  readonly inReplyTo: Id | null;
  /** undefined = as the author's posts usually are; so are the others */
  readonly visibility: Visibility | undefined;
  readonly sensitive: boolean | undefined;
  readonly language: string | undefined;
  readonly quotePolicy: "public" | "followers" | "nobody" | undefined;
  readonly mediaIds: readonly string[];
  readonly poll: NewPoll | null;
  /** the post that it quotes */
  readonly quotedId: Id | null;
}

/** How a note came about. */
export interface Origination {
  readonly appId: Id | null;
  readonly once?: Once | undefined;
}

/**
 * Publishes a note of a member or of the organization for those whom its visibility means, as far as
 * rule 1 lets them see it. Whom the text mentions is told in public, and meant by `direct`; otherwise
 * a mention adds nobody.
 * @throws AppError `not_found`, `invalid_request`, `thread_too_long`, `audience_refused`
 */
export async function publishNote(
  context: Context,
  acting: Acting,
  draft: NoteDraft,
  { appId, once }: Origination,
): Promise<Visible<PostRecord>> {
  const { actor, viewer } = acting;
  const { poll, mediaIds } = draft;
  const note = readNote(draft, { mayBeEmpty: mediaIds.length > 0 });
  if (poll !== null && mediaIds.length > 0) throw invalid({ poll: "either a poll or files" });
  const thread =
    draft.inReplyTo === null ? null : await readThread(context, viewer, draft.inReplyTo);
  const defaults = await prepareToWrite(context, actor.id);
  const visibility = draft.visibility ?? defaults.visibility;
  // Nobody elsewhere is asked about a name that means nothing for whom the post is.
  const lookUp = visibility !== "private" && (thread?.place.kind ?? "open") === "open";
  const mentioned = await findMentioned(context, namesIn(note), { lookUp });
  const people = [...mentioned.values()];
  const { audience, quiet } = await noteAudience(
    context,
    acting,
    { visibility, mentioned: people },
    thread,
  );
  const { contentHtml, hashtags } = composeNote(context, note, mentioned);
  const answered = thread === null ? [] : answeredIn(thread, actor.id, audience);
  const tags = await mentionTags(context.db, actor, [...answered, ...people], audience);
  const open = isPublic(audience);
  return context.db.transaction((tx) =>
    storeNote(context, tx, acting, {
      id: defaults.id,
      key: context.newKey(),
      content: {
        contentHtml,
        summary: note.spoilerText,
        sensitive: note.spoilerText !== "" || (draft.sensitive ?? defaults.sensitive),
        language: languageTag(draft.language) ?? defaults.language,
        tags: [...tags, ...hashtags],
      },
      audience,
      quiet,
      thread,
      named: open ? people.map((person) => person.id) : [],
      written: {
        source: note.text,
        spoilerText: note.spoilerText,
        appId,
        quotePolicy: open ? (draft.quotePolicy ?? defaults.quotePolicy) : "nobody",
      },
      mediaIds,
      poll,
      quotedId: draft.quotedId,
      once,
    }),
  );
}

/** Whom a reply answers, for servers that show an answer to nobody else; in our own discussion we relay. */
function answeredIn({ parent, place }: Thread, authorId: Id, audience: Audience) {
  const { authorActor: author } = parent;
  if (author.id === authorId || place.kind === "ours") return [];
  if (place.kind === "partner" && parent.relayedBy !== null) return [];
  const isMeant =
    isPublic(audience) ||
    audience.some((atom) => atom.kind === "person" && atom.actor === author.iri);
  return isMeant || place.kind === "partner" ? [author] : [];
}
