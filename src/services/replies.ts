import { audienceOfOwnReply } from "../domain/audience/discussion.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { invalid } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { NOTE_LIMITS } from "../domain/note.ts";
import { renderMarkdown } from "../platform/markdown/render.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { PostTag } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { languageTag, prepareToWrite } from "./compose.ts";
import type { Context } from "./context.ts";
import { mentionOf } from "./mentions.ts";
import { readThread, type Thread } from "./note-audience.ts";
import { storeNote } from "./notes.ts";

/** A reply as it is written on our own pages: Markdown. */
export interface ReplyDraft {
  /** the practice or reply that it answers */
  readonly inReplyTo: Id;
  readonly content: string;
  /** BCP 47; null = not said */
  readonly language: string | null;
}

/**
 * Publishes a reply to a practice or reply that its author may see, for as many as rule 1 lets see it:
 * whom the text mentions changes nothing about that.
 * @throws AppError `not_found`, `invalid_request`, `thread_too_long`
 */
export async function writeReply(
  context: Context,
  acting: Acting,
  draft: ReplyDraft,
): Promise<Visible<PostRecord>> {
  const thread = await readThread(context, acting.viewer, draft.inReplyTo);
  const key = context.newKey();
  const content = checkReply(draft, key);
  const { id } = await prepareToWrite(context, acting.actor.id);
  const audience = audienceOfOwnReply(thread.ancestors, thread.facts);
  return context.db.transaction((tx) =>
    storeNote(context, tx, acting, {
      id,
      key,
      content: { ...content, tags: mentionsOf(thread, acting.actor.id) },
      audience,
      quiet: false,
      thread,
      named: [],
      written: null,
      mediaIds: [],
      poll: null,
      quotedId: null,
    }),
  );
}

/** @throws AppError `invalid_request` */
function checkReply({ content, language }: ReplyDraft, key: string) {
  const text = content.trim();
  if (text === "") throw invalid({ content: "write something" });
  if (text.length > NOTE_LIMITS.characters) {
    const most = NOTE_LIMITS.characters.toLocaleString("en");
    throw invalid({ content: `at most ${most} characters` });
  }
  const { html } = renderMarkdown(text, { idPrefix: key.slice(-8) });
  if (html === "") throw invalid({ content: "write something" });
  const tag = languageTag(language);
  if (tag === null && (language ?? "") !== "") {
    throw invalid({ language: "a language tag such as en or pt-BR" });
  }
  return { contentHtml: html, language: tag, summary: "", sensitive: false };
}

function mentionsOf({ parent, place }: Thread, authorId: Id): PostTag[] {
  const { authorActor: author } = parent;
  if (author.id === authorId || place.kind === "ours") return [];
  if (place.kind === "partner" && parent.relayedBy !== null) return [];
  return [mentionOf(author)];
}
