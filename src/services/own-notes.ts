import { and, eq, isNull } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { announceChange } from "../persistence/changes.ts";
import { countReply } from "../persistence/repositories/arriving-posts.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { polls, posts, writtenPosts } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { detachMedia, releaseMedia } from "./media-removal.ts";
import { recallNote } from "./note-sending.ts";
import { forgetQuote } from "./quote-records.ts";
import { forgetEdits } from "./post-edits.ts";
import { getVisiblePost } from "./visibility.ts";

/** What becomes of the files of a note that is deleted. */
export interface DeleteOptions {
  /** its author may attach them again, as for a new version of it */
  readonly keepsMedia?: boolean;
}

/**
 * Withdraws a note of one's own: its text is gone here at once, and a Delete goes to all who had it.
 * Returns it as it was.
 * @throws AppError `not_found`
 */
export async function deleteNote(
  context: Context,
  acting: Acting,
  id: Id,
  { keepsMedia = false }: DeleteOptions = {},
): Promise<Visible<PostRecord>> {
  const note = await getOwnNote(context, acting, id);
  await context.db.transaction(async (tx) => {
    const withdrawn = await tx
      .update(posts)
      .set({
        withdrawnAt: context.now(),
        summary: "",
        contentHtml: "",
        tags: [],
        attachments: [],
      })
      .where(and(eq(posts.id, id), isNull(posts.withdrawnAt)))
      .returning({ id: posts.id });
    if (withdrawn.length === 0) throw notFound();
    await tx
      .update(writtenPosts)
      .set({ source: "", spoilerText: "" })
      .where(eq(writtenPosts.postId, id));
    await forgetEdits(tx, id);
    await forgetQuote(tx, id);
    if (note.type === "Question") await tx.delete(polls).where(eq(polls.postId, id));
    if (note.attachments.length > 0) {
      if (keepsMedia) await detachMedia(tx, id, context.now());
      else await releaseMedia(context, tx, id);
    }
    if (isPublic(note.audience)) {
      await countReply(tx, note.inReplyToId, -1);
    }
    await recallNote(context, tx, note);
    await announceChange(tx, `document:${note.iri}`);
  });
  return note;
}

/**
 * A note by the one who acts.
 * @throws AppError `not_found`, also for what another one of ours wrote
 */
async function getOwnNote(
  context: Context,
  { viewer, actor }: Acting,
  id: Id,
): Promise<Visible<PostRecord>> {
  const note = await getVisiblePost(context, viewer, (db) => findPostById(db, id));
  if (!isOwnNote(note, actor.id)) throw notFound();
  return note;
}

/** Whether a post is a note (or reply, or poll) by that one of our actors. */
export function isOwnNote(post: PostRecord, actorId: Id | null): boolean {
  return post.local && post.practice === null && post.authorId === actorId;
}
