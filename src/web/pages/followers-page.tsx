import type { Id } from "../../domain/ids.ts";
import type { FollowEntry } from "../../services/follows.ts";
import { ActorLine, displayName } from "../components/actor-card.tsx";
import { Day } from "../components/day.tsx";
import { PostButton } from "../components/form-fields.tsx";
import { Pager } from "../components/pager.tsx";
import type { MemberFrame } from "../frame.ts";
import { text } from "../text.ts";

interface FollowersPageProps {
  readonly frame: MemberFrame;
  readonly requests: readonly FollowEntry[];
  readonly followers: readonly FollowEntry[];
  readonly next: Id | null;
  readonly atStart: boolean;
}

/** Who asks to follow the organization, and who follows it. For editors. */
export function FollowersPage({ frame, requests, followers, next, atStart }: FollowersPageProps) {
  const { actor, followPolicy } = frame.organization;
  return (
    <>
      <header class="intro">
        <h1>{text.followers.title}</h1>
        <p class="lead">{text.followers.lead(displayName(actor))}</p>
        {followPolicy === "open" ? <p class="notice">{text.followers.open}</p> : null}
      </header>
      <section aria-labelledby="requests-title">
        <h2 id="requests-title">{text.followers.pending}</h2>
        {requests.length === 0 ? (
          <p class="quiet none">{text.followers.noPending}</p>
        ) : (
          <ul class="actor-list">
            {requests.map((entry) => (
              <Entry entry={entry} since={text.followers.asked}>
                <PostButton
                  frame={frame}
                  action="/followers/approve"
                  fields={{ follow: entry.id.toString() }}
                  label={text.followers.approve}
                  about={displayName(entry.actor)}
                />
                <PostButton
                  frame={frame}
                  action="/followers/decline"
                  fields={{ follow: entry.id.toString() }}
                  label={text.followers.decline}
                  about={displayName(entry.actor)}
                  plain
                />
              </Entry>
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="followers-title">
        <h2 id="followers-title">{text.followers.accepted}</h2>
        {followers.length === 0 ? (
          <p class="quiet none">{text.followers.noAccepted}</p>
        ) : (
          <ul class="actor-list">
            {followers.map((entry) => (
              <Entry entry={entry} since={text.followers.since}>
                <PostButton
                  frame={frame}
                  action="/followers/decline"
                  fields={{ follow: entry.id.toString() }}
                  label={text.followers.remove}
                  about={displayName(entry.actor)}
                  plain
                />
              </Entry>
            ))}
          </ul>
        )}
        <Pager path="/followers" next={next} atStart={atStart} />
      </section>
    </>
  );
}

function Entry({
  entry,
  since,
  children,
}: {
  readonly entry: FollowEntry;
  readonly since: string;
  readonly children?: unknown;
}) {
  return (
    <li>
      <ActorLine actor={entry.actor} />
      <span class="actions">
        <span class="quiet small">
          {since} <Day date={entry.createdAt} />
        </span>
        {children}
      </span>
    </li>
  );
}
