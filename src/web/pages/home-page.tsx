import type { HomePage as HomePosts } from "../../services/home-timeline.ts";
import { displayName } from "../components/actor-card.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { Pager } from "../components/pager.tsx";
import { PostList } from "../components/post-list.tsx";
import type { MemberFrame } from "../frame.ts";
import type { ShownParts } from "../shown-parts.ts";
import { text } from "../text.ts";

interface HomePageProps {
  readonly frame: MemberFrame;
  readonly page: HomePosts;
  readonly parts: ShownParts;
  readonly atStart: boolean;
}

/** What arrived from those that the member and the organization follow. */
export function HomePage({ frame, page, parts, atStart }: HomePageProps) {
  return (
    <>
      <header class="intro">
        <h1>{text.home.title}</h1>
        <p class="lead">{text.home.lead(displayName(frame.organization.actor))}</p>
      </header>
      {page.posts.length === 0 ? (
        <EmptyState title={text.home.empty}>
          <p>{text.home.emptyHint}</p>
          <a class="button" href="/follow">
            {text.home.findSomebody}
          </a>
        </EmptyState>
      ) : (
        <PostList posts={page.posts} parts={parts} named level={2} />
      )}
      <Pager path="/home" next={page.next} atStart={atStart} />
    </>
  );
}
