import { isDeepStrictEqual } from "node:util";
import { and, eq, sql } from "drizzle-orm";
import {
  formatAudience,
  isPublic,
  parseAudience,
  type Audience,
} from "../domain/audience/audience.ts";
import { isEditor, type Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { checkDraft } from "../domain/practice.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { practiceRevisions, practices, posts } from "../persistence/schema/index.ts";
import { judgeAudience, refuseUnlessAllowed, requireMayRelease } from "./audience-check.ts";
import { readAudience } from "./audience-input.ts";
import type { Context } from "./context.ts";
import { attachMedia } from "./media.ts";
import { detachMedia, releaseMedia } from "./media-removal.ts";
import { viewerOf, type Member } from "./members.ts";
import type { DeleteOptions } from "./own-notes.ts";
import { requireOrganization } from "./organization.ts";
import { notifyOfEdit, notifyOfOwnPost } from "./post-notifications.ts";
import {
  freeSlug,
  insertRevision,
  mergeDraft,
  practiceColumns,
  renderContent,
} from "./practice-content.ts";
import type { NewPractice, PracticeChanges } from "./practice-input.ts";
import { share, type Sharing } from "./sharing.ts";
import { recallPractice } from "./take-back.ts";
import { getVisiblePost, revealToOwner } from "./visibility.ts";

/**
 * Publishes a practice of the organization: state, activities, disclosures and jobs in one
 * transaction. Editors publish for any audience, authors for our own members.
 * @throws AppError `editors_only`, `not_set_up`, `invalid_request`, `markdown_too_long`, `audience_refused`
 */
export async function publishPractice(
  context: Context,
  editor: Member,
  input: NewPractice,
): Promise<Visible<PostRecord>> {
  requireMayRelease(editor, input.audience);
  const { actor } = await requireOrganization(context);
  const draft = checkDraft(input.draft);
  const key = context.newKey();
  const content = renderContent(draft, key);
  // Only those who speak for the organization attach what was uploaded in its name.
  const uploader = { member: editor, actor: isEditor(editor.role) ? actor : editor.actor };
  return context.db.transaction(async (tx) => {
    // A title in an address says what it is about: only what is public has one.
    const slug = isPublic(input.audience) ? await freeSlug(tx, draft.title) : key;
    const [post] = await tx
      .insert(posts)
      .values({
        iri: context.iris.practice(key),
        url: context.iris.practicePage(slug),
        authorId: actor.id,
        local: true,
        type: "Article",
        contextIri: context.iris.context(key),
        title: draft.title,
        summary: content.summary,
        contentHtml: content.html,
        language: draft.language,
        audience: formatAudience(input.audience),
        quiet: input.quiet ?? false,
        label: draft.label,
        tags: content.tags,
        publishedAt: context.now(),
      })
      .returning({ id: posts.id });
    if (post === undefined) throw new Error("insert into posts returned no row");
    await input.once?.(tx, post.id);
    await tx.insert(practices).values({
      postId: post.id,
      objectKey: key,
      slug,
      ...(await practiceColumns(tx, draft)),
    });
    const { audience } = input;
    const revision = { postId: post.id, number: 1, changeNote: "", audience };
    await insertRevision(tx, revision, draft, editor);
    const { mediaIds = [] } = input;
    if (mediaIds.length > 0) await attachMedia(context, tx, post, mediaIds, uploader);
    return announce(context, tx, post.id, null, input.noticeTitle);
  });
}

/**
 * Publishes a new revision, for the present audience or for another one: those who are new get it,
 * those who are no longer in it are sent a Delete. Nothing changes when nothing was changed.
 * @throws AppError `not_found`, `editors_only`, `invalid_request`, `audience_refused`
 */
export async function revisePractice(
  context: Context,
  editor: Member,
  id: Id,
  changes: PracticeChanges,
): Promise<Visible<PostRecord>> {
  const before = await getOwnPractice(context, editor, id);
  requireMayRelease(editor, before.audience);
  const audience = await changedAudience(context, before, changes);
  requireMayRelease(editor, audience);
  const unchanged = await mergeDraft(context, before, {});
  const draft = checkDraft(await mergeDraft(context, before, changes));
  const { media_ids: mediaIds } = changes;
  const stays = isSame(audience, before.audience) && mediaIds === undefined;
  if (stays && isDeepStrictEqual(draft, checkDraft(unchanged))) return before;
  const content = renderContent(draft, before.practice.objectKey ?? "");
  return context.db.transaction(async (tx) => {
    const locked = await lockPractice(tx, id);
    const revision = locked.revision + 1;
    await tx
      .update(posts)
      .set({
        title: draft.title,
        summary: content.summary,
        contentHtml: content.html,
        language: draft.language,
        label: draft.label,
        tags: content.tags,
        audience: formatAudience(audience),
        revision,
        editedAt: context.now(),
      })
      .where(eq(posts.id, id));
    await tx
      .update(practices)
      .set(await practiceColumns(tx, draft))
      .where(eq(practices.postId, id));
    const narrowed = isPublic(locked.audience) && !isPublic(audience);
    if (narrowed) await hideAddress(context, tx, before);
    if (mediaIds !== undefined) {
      const actor = isEditor(editor.role) ? before.authorActor : editor.actor;
      const uploader = { member: editor, actor };
      await attachMedia(context, tx, { id }, mediaIds, uploader);
    }
    const changeNote = changes.change_note ?? "";
    await insertRevision(tx, { postId: id, number: revision, changeNote, audience }, draft, editor);
    return announce(context, tx, id, locked, changes.notice_title);
  });
}

/**
 * Withdraws a practice: its text is gone here at once, and a Delete goes to everyone who had it.
 * @throws AppError `not_found`, `editors_only`
 */
export async function deletePractice(
  context: Context,
  editor: Member,
  id: Id,
  { keepsMedia = false }: DeleteOptions = {},
): Promise<void> {
  const post = await getOwnPractice(context, editor, id);
  requireMayRelease(editor, post.audience);
  await context.db.transaction(async (tx) => {
    await lockPractice(tx, id);
    const stored = await findPostById(tx, id);
    if (stored === null) throw notFound();
    await tx
      .update(posts)
      .set({
        withdrawnAt: context.now(),
        title: "",
        summary: "",
        contentHtml: "",
        tags: [],
        attachments: [],
      })
      .where(eq(posts.id, id));
    await tx.update(practices).set({ markdown: null }).where(eq(practices.postId, id));
    await tx
      .update(practiceRevisions)
      .set({ title: "", summary: "", markdown: "" })
      .where(eq(practiceRevisions.postId, id));
    if (keepsMedia) await detachMedia(tx, id, context.now());
    else await releaseMedia(context, tx, id);
    await recallPractice(context, tx, stored);
    await announceChange(tx, `document:${post.iri}`);
  });
}

/** A practice of our own organization that the member may see, with its practice part. */
async function getOwnPractice(context: Context, member: Member, id: Id) {
  const post = await getVisiblePost(context, viewerOf(member), (db) => findPostById(db, id));
  if (!post.local || post.practice === null) throw notFound();
  return { ...post, practice: post.practice };
}

/** The state that an edit starts from; nobody else edits until the end of the transaction. */
async function lockPractice(tx: Transaction, id: Id) {
  const [locked] = await tx
    .select({ revision: posts.revision, audience: posts.audience })
    .from(posts)
    .where(and(eq(posts.id, id), sql`${posts.withdrawnAt} is null`))
    .for("update");
  if (locked === undefined) throw notFound();
  return { revision: locked.revision, audience: parseAudience(locked.audience) };
}

async function changedAudience(
  context: Context,
  { audience }: PostRecord,
  changes: PracticeChanges,
): Promise<Audience> {
  if (changes.audience === undefined) return audience;
  const read = await readAudience(context, changes.audience, audience);
  refuseUnlessAllowed(read.refused);
  return read.audience;
}

function isSame(one: Audience, other: Audience): boolean {
  return isDeepStrictEqual(formatAudience(one), formatAudience(other));
}

/** What is no longer public gets an address that nobody can guess, and that does not say its title. */
async function hideAddress(
  context: Context,
  tx: Transaction,
  { id, practice }: { readonly id: Id; readonly practice: { readonly objectKey: string | null } },
): Promise<void> {
  const slug = practice.objectKey ?? context.newKey();
  await tx.update(practices).set({ slug }).where(eq(practices.postId, id));
  await tx
    .update(posts)
    .set({ url: context.iris.practicePage(slug) })
    .where(eq(posts.id, id));
}

/** Checks the new state against the boundary, tells those whom it concerns, and our own caches. */
async function announce(
  context: Context,
  tx: Transaction,
  id: Id,
  before: Sharing["before"],
  noticeTitle: boolean | undefined,
): Promise<Visible<PostRecord>> {
  const stored = await findPostById(tx, id);
  const post = stored === null ? null : await revealToOwner(context, tx, stored);
  if (post === null) throw notFound();
  const { refused, partners } = await judgeAudience(context, tx, {
    audience: post.audience,
    present: before?.audience ?? [],
    label: post.label ?? "TLP:CLEAR",
    postIri: post.iri,
  });
  refuseUnlessAllowed(refused);
  await share(context, tx, { post, before, partners, noticeTitle });
  if (before === null) await notifyOfOwnPost(context, tx, post);
  else await notifyOfEdit(context, tx, post);
  await announceChange(tx, `document:${post.iri}`);
  return post;
}
