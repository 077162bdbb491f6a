import type { Viewer, Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import { parseId } from "../domain/ids.ts";
import {
  findPostById,
  findPracticeBySlug,
  type PostRecord,
} from "../persistence/repositories/posts.ts";
import type { Context } from "./context.ts";
import { getVisiblePost } from "./visibility.ts";
import { findWithdrawal, type Withdrawal } from "./withdrawals.ts";

const SLUG = /^[\p{L}\p{N}-]{1,100}$/u;

/** The practice of our organization at that slug, for whoever may see it. @throws AppError `not_found` */
export async function getPracticeBySlug(
  context: Context,
  viewer: Viewer,
  slug: string,
): Promise<Visible<PostRecord>> {
  const wanted = slug.normalize("NFC");
  return getVisiblePost(context, viewer, async (db) =>
    SLUG.test(wanted) ? findPracticeBySlug(db, wanted) : null,
  );
}

/** A post or practice by its decimal id, for whoever may see it. @throws AppError `not_found` */
export async function getPostById(
  context: Context,
  viewer: Viewer,
  decimal: string,
): Promise<Visible<PostRecord>> {
  const id = parseId(decimal);
  if (id === null) throw notFound();
  const post = await getVisiblePost(context, viewer, (db) => findPostById(db, id));
  // Visitors read what others publish on the others' own pages.
  if (!post.local && viewer.kind === "anonymous") throw notFound();
  return post;
}

/** The withdrawal of the practice at that slug, for those of our people who could see it; else null. */
export async function findWithdrawalBySlug(
  context: Context,
  viewer: Viewer,
  slug: string,
): Promise<Withdrawal | null> {
  const wanted = slug.normalize("NFC");
  if (!SLUG.test(wanted)) return null;
  return findWithdrawal(context, viewer, (db) => findPracticeBySlug(db, wanted));
}

/** The withdrawal of a post, for those of our people who could see it before; else null. */
export async function findWithdrawalById(
  context: Context,
  viewer: Viewer,
  decimal: string,
): Promise<Withdrawal | null> {
  const id = parseId(decimal);
  return id === null ? null : findWithdrawal(context, viewer, (db) => findPostById(db, id));
}

/** The object behind a post's page; whether anybody may see it is decided with the object. */
export async function findOwnPostIri(context: Context, decimal: string): Promise<string | null> {
  const id = parseId(decimal);
  const post = id === null ? null : await findPostById(context.db, id);
  return post?.local === true ? post.iri : null;
}
