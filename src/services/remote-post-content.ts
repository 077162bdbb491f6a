import { formatAudience, isPublic, type Audience } from "../domain/audience/audience.ts";
import { isQuiet } from "../domain/audience/classify.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { practices } from "../persistence/schema/index.ts";
import type { RemotePost } from "./remote.ts";

/** The columns that an edit replaces. */
export function contentOf(post: RemotePost, audience: Audience) {
  return {
    url: post.url,
    type: post.type,
    title: post.title,
    summary: post.summary,
    contentHtml: post.contentHtml,
    language: post.language,
    sensitive: post.sensitive,
    audience: formatAudience(audience),
    quiet: isPublic(audience) && isQuiet(post),
    label: post.practice?.label ?? null,
    attachments: [...post.attachments],
    tags: [...post.tags],
  };
}

/** Stores, or replaces, what an article has beyond a post; nothing for anything else. */
export async function storePractice(
  tx: Transaction,
  { id }: { readonly id: Id },
  { practice }: RemotePost,
): Promise<void> {
  if (practice === null) return;
  const { kind, license } = practice;
  const values = {
    kind,
    license,
    topics: [...practice.topics],
    benefits: [...practice.benefits],
    credits: [...practice.credits],
  };
  await tx
    .insert(practices)
    .values({ postId: id, ...values })
    .onConflictDoUpdate({ target: practices.postId, set: values });
}

/** A clock that runs ahead would keep all later edits out. */
export function notAfter(date: Date | null, now: Date): Date {
  return date === null || date > now ? now : date;
}
