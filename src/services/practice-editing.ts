import { and, asc, eq, inArray, isNull, or } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import { AppError, notFound } from "../domain/errors.ts";
import { parseId, type Id } from "../domain/ids.ts";
import type { PracticeDraft } from "../domain/practice.ts";
import type { MediaRecord } from "../persistence/repositories/media.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { media } from "../persistence/schema/index.ts";
import { requireMayRelease } from "./audience-check.ts";
import { namesOf } from "./audience-names.ts";
import type { Context } from "./context.ts";
import { viewerOf, type Member } from "./members.ts";
import { mergeDraft } from "./practice-content.ts";
import { getPostById, getPracticeBySlug } from "./reading.ts";

/** A practice of our organization as its editors revise it. */
export interface EditablePractice {
  readonly post: Visible<PostRecord>;
  readonly draft: PracticeDraft;
  readonly files: readonly MediaRecord[];
  /** stored atom → how people write it */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * The practice at that slug, or with that id, for a member who may revise it.
 * @throws AppError `not_found`, `editors_only`
 */
export async function getEditablePractice(
  context: Context,
  member: Member,
  which: { readonly slug: string } | { readonly id: string },
): Promise<EditablePractice> {
  const viewer = viewerOf(member);
  const post =
    "slug" in which
      ? await getPracticeBySlug(context, viewer, which.slug)
      : await getPostById(context, viewer, which.id);
  const { practice } = post;
  if (!post.local || practice === null) throw notFound();
  requireMayRelease(member, post.audience);
  const [draft, files, names] = await Promise.all([
    mergeDraft(context, { ...post, practice }, {}),
    context.db
      .select()
      .from(media)
      .where(and(eq(media.postId, post.id), isNull(media.removedAt)))
      .orderBy(asc(media.position), asc(media.id)),
    namesOf(context.db, post.audience),
  ]);
  return { post, draft, files, names };
}

/** @throws AppError `practice_changed` when somebody has published a revision since `revision` */
export function requireSameRevision({ post }: EditablePractice, revision: string): void {
  if (post.revision.toString() === revision) return;
  throw new AppError(
    "practice_changed",
    "Somebody else has published a revision in the meantime. Open the practice again to see it; your text is still here.",
    { status: 409 },
  );
}

/** Of those ids, the files that the member may attach to the practice: its own, and unused uploads of theirs. */
export async function attachableFiles(
  context: Context,
  member: Member,
  ids: readonly string[],
  practiceId: Id | null,
): Promise<MediaRecord[]> {
  const wanted = ids.flatMap((id) => parseId(id) ?? []);
  if (wanted.length === 0) return [];
  const unused = and(isNull(media.postId), eq(media.uploaderId, member.actorId));
  return context.db
    .select()
    .from(media)
    .where(
      and(
        inArray(media.id, wanted),
        isNull(media.removedAt),
        practiceId === null ? unused : or(unused, eq(media.postId, practiceId)),
      ),
    )
    .orderBy(asc(media.position), asc(media.id));
}
