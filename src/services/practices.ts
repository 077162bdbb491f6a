import { isDeepStrictEqual } from "node:util";
import { and, eq, inArray, sql } from "drizzle-orm";
import { formatAudience, isPublic, type Audience } from "../domain/audience/audience.ts";
import { address } from "../domain/audience/address.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { AppError, invalid, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { checkDraft, type PracticeDraft } from "../domain/practice.ts";
import { renderMarkdown } from "../platform/markdown/render.ts";
import { shorten } from "../platform/text/shorten.ts";
import { slugify } from "../platform/text/slugify.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import {
  actors,
  practiceRevisions,
  practices,
  posts,
  type PostTag,
} from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { replaceQueuedBodies } from "./deliveries.ts";
import { requireEditor, viewerOf, type Member } from "./members.ts";
import { requireOrganization } from "./organization.ts";
import type { PracticeChanges } from "./practice-input.ts";
import { getVisiblePost, relationsOf } from "./visibility.ts";
import { reveal } from "../domain/audience/policy.ts";

/**
 * Publishes a practice of the organization: state, Create and job in one transaction.
 * @throws AppError `editors_only`, `not_set_up`, `invalid_request`, `markdown_too_long`
 */
export async function publishPractice(
  context: Context,
  editor: Member,
  input: { draft: PracticeDraft; audience: Audience },
): Promise<Visible<PostRecord>> {
  requireEditor(editor);
  const { actor } = await requireOrganization(context);
  const draft = checkDraft(input.draft);
  const key = context.newKey();
  const content = renderContent(draft, key);
  return context.db.transaction(async (tx) => {
    const slug = isPublic(input.audience) ? await freeSlug(tx, draft.title) : key;
    const now = context.now();
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
        label: draft.label,
        tags: content.tags,
        publishedAt: now,
      })
      .returning({ id: posts.id });
    if (post === undefined) throw new Error("insert into posts returned no row");
    await tx.insert(practices).values({
      postId: post.id,
      objectKey: key,
      slug,
      ...(await practiceColumns(tx, draft)),
    });
    await insertRevision(tx, post.id, 1, draft, "", editor);
    await tx
      .update(actors)
      .set({ postsCount: sql`${actors.postsCount} + 1` })
      .where(eq(actors.id, actor.id));
    return announce(context, tx, editor, post.id, "Create");
  });
}

/**
 * Publishes a new revision for the present audience. Nothing changes when nothing was changed.
 * @throws AppError `not_found`, `editors_only`, `invalid_request`, `audience_change_not_available`
 */
export async function revisePractice(
  context: Context,
  editor: Member,
  id: Id,
  changes: PracticeChanges,
): Promise<Visible<PostRecord>> {
  const before = await getOwnPractice(context, editor, id);
  requireEditor(editor);
  refuseAudienceChange(before, changes);
  const unchanged = await mergeDraft(context, before, {});
  const draft = checkDraft(await mergeDraft(context, before, changes));
  if (isDeepStrictEqual(draft, checkDraft(unchanged))) return before;
  const content = renderContent(draft, before.practice.objectKey ?? "");
  return context.db.transaction(async (tx) => {
    const [locked] = await tx
      .select({ revision: posts.revision, withdrawnAt: posts.withdrawnAt })
      .from(posts)
      .where(eq(posts.id, id))
      .for("update");
    if (locked === undefined || locked.withdrawnAt !== null) throw notFound();
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
        revision,
        editedAt: context.now(),
      })
      .where(eq(posts.id, id));
    await tx
      .update(practices)
      .set(await practiceColumns(tx, draft))
      .where(eq(practices.postId, id));
    await insertRevision(tx, id, revision, draft, changes.change_note ?? "", editor);
    const post = await announce(context, tx, editor, id, "Update");
    await replaceQueuedBodies(context, tx, post);
    return post;
  });
}

/**
 * Withdraws a practice: its text is gone here at once, and a Delete goes to everyone who had it.
 * @throws AppError `not_found`, `editors_only`
 */
export async function deletePractice(context: Context, editor: Member, id: Id): Promise<void> {
  const post = await getOwnPractice(context, editor, id);
  requireEditor(editor);
  await context.db.transaction(async (tx) => {
    const now = context.now();
    const withdrawn = await tx
      .update(posts)
      .set({ withdrawnAt: now, title: "", summary: "", contentHtml: "", tags: [], attachments: [] })
      .where(and(eq(posts.id, id), sql`${posts.withdrawnAt} is null`))
      .returning({ id: posts.id });
    if (withdrawn.length === 0) throw notFound();
    await tx.update(practices).set({ markdown: null }).where(eq(practices.postId, id));
    await tx
      .update(practiceRevisions)
      .set({ title: "", summary: "", markdown: "" })
      .where(eq(practiceRevisions.postId, id));
    await tx
      .update(actors)
      .set({ postsCount: sql`greatest(${actors.postsCount} - 1, 0)` })
      .where(eq(actors.id, post.authorId));
    const iri = context.iris.activity(context.newKey());
    const addressed = address(post.audience, { followers: post.authorActor.followersIri ?? "" });
    await recordActivity(context, tx, {
      iri,
      actorId: post.authorId,
      type: "Delete",
      audience: post.audience,
      body: context.wire.delete(iri, { iri: post.iri, author: post.author, ...addressed }, now),
      post: { id, revision: post.revision },
    });
    await announceChange(tx, `document:${post.iri}`);
  });
}

/** A practice of our own organization that the member may see, with its practice part. */
async function getOwnPractice(context: Context, member: Member, id: Id) {
  const post = await getVisiblePost(context, viewerOf(member), (db) => findPostById(db, id));
  if (!post.local || post.practice === null) throw notFound();
  return { ...post, practice: post.practice };
}

/** Stores the activity that tells of the new state, and tells our own caches. */
async function announce(
  context: Context,
  tx: Transaction,
  editor: Member,
  id: Id,
  type: "Create" | "Update",
): Promise<Visible<PostRecord>> {
  const stored = await findPostById(tx, id);
  if (stored === null) throw notFound();
  const viewer = viewerOf(editor);
  const relations = await relationsOf(context, tx, viewer, [stored.author]);
  const post = reveal(viewer, stored, relations.factsAbout(stored));
  if (post === null) throw notFound();
  const iri = context.iris.activity(context.newKey());
  await recordActivity(context, tx, {
    iri,
    actorId: post.authorId,
    type,
    audience: post.audience,
    body:
      type === "Create"
        ? context.wire.create(iri, post)
        : context.wire.update(iri, post, context.now()),
    post: { id, revision: post.revision },
  });
  await announceChange(tx, `document:${post.iri}`);
  return post;
}

const SUMMARY_FROM_CONTENT = 280;

function renderContent(draft: PracticeDraft, idPrefix: string) {
  const { html, text } = renderMarkdown(draft.content, { idPrefix: idPrefix.slice(-8) });
  const tags: PostTag[] = draft.topics.map((topic) => ({
    type: "Hashtag",
    name: `#${topic}`,
    href: null,
  }));
  return { html, tags, summary: draft.summary || shorten(text, SUMMARY_FROM_CONTENT) };
}

async function practiceColumns(tx: Transaction, draft: PracticeDraft) {
  return {
    kind: draft.kind,
    topics: [...draft.topics],
    benefits: [...draft.benefits],
    license: draft.license,
    credits: await creditedActors(tx, draft.credits),
    reviewBy: draft.reviewBy,
    markdown: draft.content,
  };
}

/** Handles of own members → their IRIs. @throws AppError `invalid_request` */
async function creditedActors(tx: Transaction, handles: readonly string[]): Promise<string[]> {
  const wanted = handles.map((handle) => handle.replace(/^@/, "").toLowerCase());
  if (wanted.length === 0) return [];
  const rows = await tx
    .select({ handle: actors.handle, iri: actors.iri })
    .from(actors)
    .where(and(eq(actors.kind, "member"), inArray(sql`lower(${actors.handle})`, wanted)));
  const known = new Map(rows.map((row) => [row.handle.toLowerCase(), row.iri]));
  return wanted.map((handle) => {
    const iri = known.get(handle);
    if (iri === undefined) throw invalid({ credits: `there is no member "${handle}" here` });
    return iri;
  });
}

/** A slug that no other practice has: the title's words, with a number when they are taken. */
async function freeSlug(tx: Transaction, title: string): Promise<string> {
  const base = slugify(title, "practice");
  const rows = await tx
    .select({ slug: practices.slug })
    .from(practices)
    .where(sql`${practices.slug} = ${base} or ${practices.slug} like ${`${base}-%`}`);
  const taken = new Set(rows.map((row) => row.slug));
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

async function insertRevision(
  tx: Transaction,
  postId: Id,
  number: number,
  draft: PracticeDraft,
  changeNote: string,
  editor: Member,
): Promise<void> {
  await tx.insert(practiceRevisions).values({
    postId,
    number,
    title: draft.title,
    summary: draft.summary,
    markdown: draft.content,
    changeNote,
    editorId: editor.actorId,
  });
}

function refuseAudienceChange(post: PostRecord, changes: PracticeChanges): void {
  if (changes.audience === undefined) return;
  const same = changes.audience.toSorted().join() === formatAudience(post.audience).join();
  if (same) return;
  throw new AppError(
    "audience_change_not_available",
    "The audience of a published practice cannot be changed in this version. Nothing was changed.",
    { status: 422, details: { audience: "cannot be changed" } },
  );
}

async function mergeDraft(
  context: Context,
  post: PostRecord & { practice: NonNullable<PostRecord["practice"]> },
  changes: PracticeChanges,
): Promise<PracticeDraft> {
  const credited = await context.db
    .select({ handle: actors.handle })
    .from(actors)
    .where(inArray(actors.iri, post.practice.credits));
  const [latest] = await context.db
    .select({ summary: practiceRevisions.summary })
    .from(practiceRevisions)
    .where(and(eq(practiceRevisions.postId, post.id), eq(practiceRevisions.number, post.revision)));
  return {
    title: changes.title ?? post.title,
    summary: changes.summary ?? latest?.summary ?? "",
    content: changes.content ?? post.practice.markdown ?? "",
    kind: changes.kind ?? post.practice.kind,
    topics: changes.topics ?? post.practice.topics,
    benefits: changes.benefits ?? post.practice.benefits,
    license: changes.license === undefined ? post.practice.license : changes.license,
    language: changes.language === undefined ? post.language : changes.language,
    credits: changes.credits ?? credited.map((actor) => actor.handle),
    label: changes.label ?? post.label ?? "TLP:CLEAR",
    reviewBy: changes.review_by === undefined ? post.practice.reviewBy : changes.review_by,
  };
}
