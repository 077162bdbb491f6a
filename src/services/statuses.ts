import type { Audience } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { invalid, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { defaultLabel } from "../domain/label.ts";
import { checkDraft, LIMITS, type PracticeDraft } from "../domain/practice.ts";
import { renderMarkdown } from "../platform/markdown/render.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import type { Acting } from "./acting.ts";
import { languageTag, prepareToWrite, readNote, type NoteText } from "./compose.ts";
import type { Context } from "./context.ts";
import { AlreadyDone, findDone, takeKey, type Once } from "./idempotency.ts";
import { isUploadOf, listUploads } from "./media.ts";
import { findMentioned, mentionKey, readMention, withoutAddressees } from "./mentions.ts";
import { noteAudience, readThread } from "./note-audience.ts";
import { deleteNote, type DeleteOptions } from "./own-notes.ts";
import { deletePractice, publishPractice } from "./practices.ts";
import { publishNote, type NoteDraft, type Origination } from "./publish-note.ts";
import { getSource } from "./status-source.ts";
import { viewStatus, type StatusView } from "./status-views.ts";
import { getVisiblePost } from "./visibility.ts";

/** How a client asks for a post. */
export interface StatusRequest {
  readonly draft: NoteDraft;
  readonly appId: Id | null;
  /** `Idempotency-Key`; null = none */
  readonly key: string | null;
}

/**
 * Publishes what a client wrote: a note, or, when the organization writes with a subject and answers
 * nothing, a practice titled by it. The same key again within an hour gives the same post.
 * @throws AppError `not_found`, `invalid_request`, `audience_refused`, `thread_too_long`
 */
export async function createStatus(
  context: Context,
  acting: Acting,
  { draft, appId, key }: StatusRequest,
): Promise<Visible<PostRecord>> {
  if (key === null) return publish(context, acting, draft, { appId });
  const once: Once = (tx, postId) => takeKey(context, tx, acting, key, { postId });
  try {
    return await publish(context, acting, draft, { appId, once });
  } catch (error) {
    if (!(error instanceof AlreadyDone)) throw error;
  }
  const id = (await findDone(context, acting, key))?.postId ?? null;
  if (id === null) throw notFound();
  return getVisiblePost(context, acting.viewer, (db) => findPostById(db, id));
}

/** The same without a key. `once` undoes everything when it was published before. */
export function publish(
  context: Context,
  acting: Acting,
  draft: NoteDraft,
  origination: Origination,
): Promise<Visible<PostRecord>> {
  return isPractice(acting, draft)
    ? publishAsPractice(context, acting, draft, origination)
    : publishNote(context, acting, draft, origination);
}

/** Whether what is asked for is a practice rather than a note. */
function isPractice({ actor }: Acting, { spoilerText, inReplyTo, poll }: NoteDraft): boolean {
  const titled = spoilerText.trim() !== "";
  return actor.kind === "organization" && titled && inReplyTo === null && poll === null;
}

/**
 * What can be said of a draft before it is published: whether it has a text, what it answers, and its
 * files.
 * @throws AppError `invalid_request`, `not_found`, `thread_too_long`
 */
export async function checkStatus(
  context: Context,
  acting: Acting,
  draft: NoteDraft,
): Promise<void> {
  const { mediaIds, inReplyTo } = draft;
  if (isPractice(acting, draft)) checkDraft(practiceDraft(draft, []));
  else readNote(draft, { mayBeEmpty: mediaIds.length > 0 });
  if (inReplyTo !== null) await readThread(context, acting.viewer, inReplyTo);
  const files = await listUploads(context, mediaIds);
  const known = files.filter((file) => isUploadOf(file, acting));
  if (known.length < new Set(mediaIds).size) {
    throw invalid({ media_ids: "uploads of your own that no post has" });
  }
}

/** The text is Markdown here; its hashtags are the topics. */
async function publishAsPractice(
  context: Context,
  acting: Acting,
  draft: NoteDraft,
  { once }: Origination,
): Promise<Visible<PostRecord>> {
  const { text, mediaIds } = draft;
  const { mentions, hashtags } = renderMarkdown(text);
  const defaults = await prepareToWrite(context, acting.actor.id);
  const visibility = draft.visibility ?? defaults.visibility;
  const names = visibility === "direct" ? mentions.map(readMention) : [];
  const found = await findMentioned(context, names, { lookUp: true });
  const mentioned = [...found.values()];
  const { audience, quiet } = await noteAudience(context, acting, { visibility, mentioned }, null);
  const content = withoutAddressees(text, (name) => found.has(mentionKey(name)));
  return publishPractice(context, acting.member, {
    audience,
    quiet,
    mediaIds,
    once,
    draft: {
      ...practiceDraft({ ...draft, text: content }, audience),
      topics: hashtags.filter((tag) => tag.length <= LIMITS.topic).slice(0, LIMITS.topics),
      language: languageTag(draft.language) ?? defaults.language,
    },
  });
}

function practiceDraft({ text, spoilerText }: NoteDraft, audience: Audience): PracticeDraft {
  return {
    title: spoilerText,
    summary: "",
    content: text,
    kind: "practice",
    topics: [],
    benefits: [],
    license: null,
    language: null,
    credits: [],
    label: defaultLabel(audience),
    reviewBy: null,
  };
}

/** What was deleted, as its author may write it again. */
export interface DeletedStatus {
  readonly view: StatusView;
  readonly source: NoteText;
}

/**
 * Withdraws a post of one's own, practice or note: its text is gone here at once, and a Delete goes to
 * all who had it.
 * @throws AppError `not_found`, `editors_only`
 */
export async function deleteStatus(
  context: Context,
  acting: Acting,
  id: Id,
  options: DeleteOptions,
): Promise<DeletedStatus> {
  const post = await getVisiblePost(context, acting.viewer, (db) => findPostById(db, id));
  const source = await getSource(context, acting, id);
  const view = await viewStatus(context, acting, post);
  if (post.practice === null) await deleteNote(context, acting, id, options);
  else await deletePractice(context, acting.member, id, options);
  return { view, source };
}
