import { htmlToText } from "../../platform/html/text.ts";
import type { ActorRecord } from "../../services/records.ts";
import type { PracticePage } from "../../services/practice-lists.ts";
import { Avatar, displayName, fullHandle } from "../components/actor-card.tsx";
import { Pager } from "../components/pager.tsx";
import { PostList } from "../components/post-list.tsx";
import { ProfileFields } from "../components/profile-fields.tsx";
import type { OrganizationFrame } from "../frame.ts";
import { text } from "../text.ts";

interface PersonPageProps {
  readonly frame: OrganizationFrame;
  readonly actor: ActorRecord;
  readonly page: PracticePage;
  readonly atStart: boolean;
}

/** A member, and what they are credited for. */
export function PersonPage({ frame, actor, page, atStart }: PersonPageProps) {
  const name = displayName(actor);
  const summary = htmlToText(actor.summary, 1000);
  return (
    <>
      <header class="intro">
        <div class="profile">
          <Avatar actor={actor} large />
          <div>
            <h1 dir="auto">{name}</h1>
            <p class="handle quiet">{fullHandle(actor)}</p>
          </div>
        </div>
        <p class="quiet">{text.person.memberOf(displayName(frame.organization.actor))}</p>
        {summary === "" ? null : (
          <p class="lead" dir="auto">
            {summary}
          </p>
        )}
        <ProfileFields actor={actor} />
      </header>
      <section aria-labelledby="credits-title">
        <h2 id="credits-title">{text.person.credited(name)}</h2>
        {page.practices.length === 0 ? (
          <div class="empty">
            <h3>{text.person.noCredits}</h3>
            <p>{text.person.noCreditsHint(name)}</p>
          </div>
        ) : (
          <PostList posts={page.practices} level={3} />
        )}
        <Pager path={`/@${actor.handle}`} next={page.next} atStart={atStart} />
      </section>
    </>
  );
}
