import type { FollowState } from "../../domain/follow.ts";
import { safeHref } from "../../platform/html/link.ts";
import { htmlToText } from "../../platform/html/text.ts";
import type { FollowEntry } from "../../services/follows.ts";
import type { ActorRecord } from "../../services/records.ts";
import { ActorLine, Avatar, displayName, fullHandle } from "../components/actor-card.tsx";
import { ErrorNotice, PostButton } from "../components/form-fields.tsx";
import type { MemberFrame } from "../frame.ts";
import { text } from "../text.ts";

/** One of our actors that this member may follow as. */
export interface Follower {
  readonly as: "member" | "organization";
  readonly actor: ActorRecord;
}

/** How one of our actors stands with the actor that was found. */
export interface Standing {
  readonly follower: Follower;
  readonly state: FollowState | null;
}

interface FollowPageProps {
  readonly frame: MemberFrame;
  readonly query: string;
  readonly problem?: string | undefined;
  readonly found: { readonly actor: ActorRecord; readonly standings: readonly Standing[] } | null;
  readonly lists: readonly {
    readonly follower: Follower;
    readonly entries: readonly FollowEntry[];
  }[];
}

/** Find somebody by handle or address, and follow, as oneself or as the organization. */
export function FollowPage({ frame, query, problem, found, lists }: FollowPageProps) {
  return (
    <>
      <header class="intro">
        <h1>{text.follow.title}</h1>
      </header>
      {problem === undefined ? null : (
        <ErrorNotice title={text.follow.problem}>{problem}</ErrorNotice>
      )}
      <form class="search" method="get" action="/follow" role="search">
        <label for="q">
          <strong>{text.follow.label}</strong>
        </label>
        <p class="hint" id="q-hint">
          {text.follow.hint}
        </p>
        <div class="row">
          <input
            id="q"
            name="q"
            value={query}
            required
            maxlength={500}
            autocapitalize="none"
            autocomplete="off"
            aria-describedby="q-hint"
          />
          <button class="button" type="submit">
            {text.follow.find}
          </button>
        </div>
      </form>
      {found === null ? null : <FoundActor frame={frame} {...found} />}
      <div class="following">
        {lists.map(({ follower, entries }) => (
          <FollowList frame={frame} follower={follower} entries={entries} />
        ))}
      </div>
    </>
  );
}

function FoundActor({
  frame,
  actor,
  standings,
}: {
  readonly frame: MemberFrame;
  readonly actor: ActorRecord;
  readonly standings: readonly Standing[];
}) {
  const summary = htmlToText(actor.summary, 500);
  return (
    <section class="card" aria-labelledby="found-title">
      <div class="profile">
        <Avatar actor={actor} large />
        <div>
          <h2 id="found-title" dir="auto">
            {displayName(actor)}
          </h2>
          <p class="handle quiet">{fullHandle(actor)}</p>
        </div>
      </div>
      {summary === "" ? null : <p dir="auto">{summary}</p>}
      {actor.movedTo === null ? null : <p class="notice">{text.follow.moved}</p>}
      <p class="small">
        <a href={safeHref(actor.url)} rel="noopener noreferrer nofollow">
          {text.follow.openPage(actor.host)}
        </a>
      </p>
      {standings.map((standing) => (
        <StandingRow frame={frame} actor={actor} standing={standing} />
      ))}
    </section>
  );
}

function StandingRow({
  frame,
  actor,
  standing: { follower, state },
}: {
  readonly frame: MemberFrame;
  readonly actor: ActorRecord;
  readonly standing: Standing;
}) {
  const name = displayName(follower.actor);
  if (follower.actor.id === actor.id) {
    return <p class="quiet">{follower.as === "member" ? text.follow.itself : text.follow.ours}</p>;
  }
  return (
    <div class="standing">
      <span>
        {text.follow.actAs}{" "}
        <strong>
          {follower.as === "member" ? text.follow.myself(name) : text.follow.organization(name)}
        </strong>
      </span>
      <span class="actions">
        {state === null || state === "cancelled" ? null : (
          <span class="state">{text.follow.states[state]}</span>
        )}
        <FollowButton frame={frame} actor={actor} follower={follower} state={state} />
      </span>
    </div>
  );
}

function FollowButton({
  frame,
  actor,
  follower,
  state,
}: {
  readonly frame: MemberFrame;
  readonly actor: ActorRecord;
  readonly follower: Follower;
  readonly state: FollowState | null;
}) {
  const fields = { actor: actor.id.toString(), as: follower.as };
  const about = `${displayName(actor)}, ${text.follow.actAs.toLowerCase()} ${displayName(follower.actor)}`;
  if (state === "accepted" || state === "pending") {
    return (
      <PostButton
        frame={frame}
        action="/follow/cancel"
        fields={fields}
        label={state === "accepted" ? text.follow.unfollow : text.follow.cancel}
        about={about}
        plain
      />
    );
  }
  return (
    <PostButton
      frame={frame}
      action="/follow"
      fields={fields}
      label={text.follow.follow}
      about={about}
    />
  );
}

function FollowList({
  frame,
  follower,
  entries,
}: {
  readonly frame: MemberFrame;
  readonly follower: Follower;
  readonly entries: readonly FollowEntry[];
}) {
  const id = `followed-${follower.as}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {follower.as === "member"
          ? text.follow.byMember
          : text.follow.byOrganization(displayName(follower.actor))}
      </h2>
      {entries.length === 0 ? (
        <p class="quiet">{text.follow.nobody}</p>
      ) : (
        <ul class="actor-list">
          {entries.map((entry) => (
            <li>
              <ActorLine actor={entry.actor} />
              <span class="actions">
                <span class="state">{text.follow.states[entry.state]}</span>
                <FollowButton
                  frame={frame}
                  actor={entry.actor}
                  follower={follower}
                  state={entry.state}
                />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
