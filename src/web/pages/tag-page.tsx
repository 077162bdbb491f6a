import type { Visible } from "../../domain/audience/policy.ts";
import type { Id } from "../../domain/ids.ts";
import type { PostRecord } from "../../services/records.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { Pager } from "../components/pager.tsx";
import { PostList } from "../components/post-list.tsx";
import type { ShownParts } from "../shown-parts.ts";
import { text } from "../text.ts";

interface TagPageProps {
  readonly tag: string;
  readonly posts: readonly Visible<PostRecord>[];
  readonly parts: ShownParts;
  /** where the page goes on; null at the end */
  readonly next: Id | null;
  readonly atStart: boolean;
}

/** Public posts and practices with a hashtag. */
export function TagPage({ tag, posts, parts, next, atStart }: TagPageProps) {
  return (
    <>
      <header class="intro">
        <p class="kicker">{text.tag.kicker}</p>
        <h1>{text.tag.title(tag)}</h1>
      </header>
      {posts.length === 0 ? (
        <EmptyState title={text.tag.empty}>
          <a href="/">{text.organization.showAll}</a>
        </EmptyState>
      ) : (
        <PostList posts={posts} parts={parts} named level={2} />
      )}
      <Pager path={`/tags/${encodeURIComponent(tag)}`} next={next} atStart={atStart} />
    </>
  );
}
