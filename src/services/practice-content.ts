import { and, eq, inArray, sql } from "drizzle-orm";
import { formatAudience, type Audience } from "../domain/audience/audience.ts";
import { invalid } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { PracticeDraft } from "../domain/practice.ts";
import { renderMarkdown } from "../platform/markdown/render.ts";
import { shorten } from "../platform/text/shorten.ts";
import { slugify } from "../platform/text/slugify.ts";
import type { Transaction } from "../persistence/database.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { actors, practiceRevisions, practices, type PostTag } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { Member } from "./members.ts";
import type { PracticeChanges } from "./practice-input.ts";

const SUMMARY_FROM_CONTENT = 280;

/** A draft as it is shown: sanitized HTML, tags, and a summary made of the text where there is none. */
export function renderContent(draft: PracticeDraft, idPrefix: string) {
  const { html, text } = renderMarkdown(draft.content, { idPrefix: idPrefix.slice(-8) });
  const tags: PostTag[] = draft.topics.map((topic) => ({
    type: "Hashtag",
    name: `#${topic}`,
    href: null,
  }));
  return { html, tags, summary: draft.summary || shorten(text, SUMMARY_FROM_CONTENT) };
}

/** What a draft sets of the practice part. @throws AppError `invalid_request` for unknown credits */
export async function practiceColumns(tx: Transaction, draft: PracticeDraft) {
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
export async function freeSlug(tx: Transaction, title: string): Promise<string> {
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

/** One more revision, as it is published. */
export interface NewRevision {
  readonly postId: Id;
  readonly number: number;
  readonly changeNote: string;
  readonly audience: Audience;
}

export async function insertRevision(
  tx: Transaction,
  { audience, ...revision }: NewRevision,
  draft: PracticeDraft,
  editor: Member,
): Promise<void> {
  await tx.insert(practiceRevisions).values({
    ...revision,
    audience: formatAudience(audience),
    title: draft.title,
    summary: draft.summary,
    markdown: draft.content,
    editorId: editor.actorId,
  });
}

/** The draft of a published practice, with changes where there are any. */
export async function mergeDraft(
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
