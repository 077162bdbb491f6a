import { eq } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { htmlToText } from "../platform/html/text.ts";
import { findPostById } from "../persistence/repositories/posts.ts";
import { writtenPosts } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { NoteText } from "./compose.ts";
import type { Context } from "./context.ts";
import { getVisiblePost } from "./visibility.ts";

/**
 * A post of one's own as it was typed: a practice is its Markdown, under its title. What was written
 * elsewhere than in a client is its text without markup.
 * @throws AppError `not_found`, also for what others wrote
 */
export async function getSource(
  context: Context,
  { actor, viewer }: Acting,
  id: Id,
): Promise<NoteText> {
  const post = await getVisiblePost(context, viewer, (db) => findPostById(db, id));
  if (!post.local || post.authorId !== actor.id) throw notFound();
  if (post.practice !== null) {
    return { text: post.practice.markdown ?? "", spoilerText: post.title };
  }
  const [written] = await context.db
    .select({ text: writtenPosts.source, spoilerText: writtenPosts.spoilerText })
    .from(writtenPosts)
    .where(eq(writtenPosts.postId, id));
  return written ?? { text: htmlToText(post.contentHtml), spoilerText: post.summary };
}
