import { ANONYMOUS, type Viewer, type Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { renderMarkdown } from "../platform/markdown/render.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { listEdits } from "./post-edits.ts";
import { listRevisions } from "./practice-lists.ts";
import { showFiles, type ShownFile } from "./shown-files.ts";
import { findPost } from "./status-reading.ts";

/** How a post stood at some time. */
export interface StatusState {
  /** the post with what it said then */
  readonly post: Visible<PostRecord>;
  readonly since: Date;
  readonly files: readonly ShownFile[];
  /** titles; null for what was no poll */
  readonly pollOptions: readonly string[] | null;
}

/** Each revision of a practice is rendered anew, so only the latest are shown. */
const MOST_REVISIONS = 20;

/**
 * How a post stood before its edits and how it stands now, oldest first. Earlier revisions of a practice
 * may have been for fewer, so visitors are shown the present one alone.
 * @throws AppError `not_found`
 */
export async function readHistory(
  context: Context,
  acting: Acting | null,
  id: Id,
): Promise<StatusState[]> {
  const states = await statesOf(context, acting?.viewer ?? ANONYMOUS, id);
  return Promise.all(
    states.map(async (state) => {
      const shown = await showFiles(context, acting, [state.post]);
      return { ...state, files: shown.get(state.post.id) ?? [] };
    }),
  );
}

type BareState = Omit<StatusState, "files">;

async function statesOf(context: Context, viewer: Viewer, id: Id): Promise<BareState[]> {
  const post = await findPost(context, viewer, id);
  const since = post.editedAt ?? post.publishedAt;
  const present: BareState = { post, since, pollOptions: null };
  if (post.practice !== null && post.local) {
    return viewer.kind === "anonymous" ? [present] : revisionsOf(context, viewer, post);
  }
  const edits = await listEdits(context.db, post.id);
  if (edits.length === 0) return [present];
  return edits.map((edit) => ({
    post: {
      ...post,
      summary: edit.summary,
      contentHtml: edit.contentHtml,
      sensitive: edit.sensitive,
      attachments: edit.attachments,
      tags: edit.tags,
    },
    since: edit.createdAt,
    pollOptions: edit.pollOptions,
  }));
}

async function revisionsOf(
  context: Context,
  viewer: Viewer,
  post: Visible<PostRecord>,
): Promise<BareState[]> {
  const revisions = await listRevisions(context, viewer, post.id);
  return revisions.slice(-MOST_REVISIONS).map(({ number, title, markdown, createdAt }) => ({
    post: {
      ...post,
      title,
      contentHtml:
        number === post.revision
          ? post.contentHtml
          : renderMarkdown(markdown, { idPrefix: `r${number}` }).html,
    },
    since: number === 1 ? post.publishedAt : createdAt,
    pollOptions: null,
  }));
}
