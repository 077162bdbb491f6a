import { PRACTICE_KINDS, type PracticeKind } from "../../domain/practice.ts";
import { htmlToText } from "../../platform/html/text.ts";
import type { PracticePage } from "../../services/practice-lists.ts";
import type { ActorRecord } from "../../services/records.ts";
import { Avatar, displayName, fullHandle } from "../components/actor-card.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { Pager, withQuery } from "../components/pager.tsx";
import { PostList } from "../components/post-list.tsx";
import { ProfileFields } from "../components/profile-fields.tsx";
import type { OrganizationFrame } from "../frame.ts";
import { text } from "../text.ts";

interface OrganizationPageProps {
  readonly frame: OrganizationFrame;
  readonly page: PracticePage;
  readonly kind: PracticeKind | undefined;
  readonly topic: string | undefined;
  readonly atStart: boolean;
}

/** The organization and its practices, newest first. */
export function OrganizationPage({ frame, page, kind, topic, atStart }: OrganizationPageProps) {
  const { actor } = frame.organization;
  const name = displayName(actor);
  const summary = htmlToText(actor.summary, 500);
  return (
    <>
      <header class="intro">
        <div class="profile">
          <Avatar actor={actor} large />
          <div>
            <h1>{name}</h1>
            <p class="handle quiet">{fullHandle(actor)}</p>
          </div>
        </div>
        <p class="lead">{summary || text.organization.description(name)}</p>
        <ProfileFields actor={actor} />
      </header>
      <div class="beside">
        <section aria-labelledby="practices-title">
          <div class="filters">
            <h2 id="practices-title">
              {topic === undefined ? text.organization.heading : text.topic.title(topic)}
            </h2>
            <KindFilter kind={kind} topic={topic} />
          </div>
          {page.practices.length === 0 ? (
            <NoPractices
              name={name}
              filtered={kind !== undefined || topic !== undefined || !atStart}
            />
          ) : (
            <PostList posts={page.practices} level={3} />
          )}
          <Pager path="/" filters={{ kind, topic }} next={page.next} atStart={atStart} />
        </section>
        <HowToFollow actor={actor} />
      </div>
    </>
  );
}

function HowToFollow({ actor }: { readonly actor: ActorRecord }) {
  return (
    <aside class="about" aria-labelledby="follow-title">
      <h2 id="follow-title">{text.organization.followTitle(displayName(actor))}</h2>
      <div class="facts">
        <p>
          {text.organization.followFediverse} <strong class="handle">{fullHandle(actor)}</strong>
        </p>
        <p>
          {text.organization.followReader} <a href="/feed.atom">{text.layout.feed}</a>
        </p>
      </div>
    </aside>
  );
}

function KindFilter({
  kind,
  topic,
}: {
  readonly kind: PracticeKind | undefined;
  readonly topic: string | undefined;
}) {
  return (
    <nav aria-label={text.organization.filters}>
      <ul class="tags">
        <li>
          <a
            class="tag"
            href={withQuery("/", { topic })}
            aria-current={kind === undefined ? "true" : undefined}
          >
            {text.organization.all}
          </a>
        </li>
        {PRACTICE_KINDS.map((known) => (
          <li>
            <a
              class="tag"
              href={withQuery("/", { kind: known, topic })}
              aria-current={kind === known ? "true" : undefined}
            >
              {text.kindsInPlural[known]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function NoPractices({ name, filtered }: { readonly name: string; readonly filtered: boolean }) {
  if (!filtered) {
    return (
      <div class="empty">
        <h3>{text.organization.empty}</h3>
        <p>{text.organization.emptyHint(name)}</p>
      </div>
    );
  }
  return (
    <div class="empty">
      <h3>{text.organization.emptyFilter}</h3>
      <p>{text.organization.emptyFilterHint}</p>
      <a href="/">{text.organization.showAll}</a>
    </div>
  );
}

interface TopicPageProps {
  readonly frame: OrganizationFrame;
  readonly topic: string;
  readonly page: PracticePage;
  readonly atStart: boolean;
}

/** The organization's practices about one topic. */
export function TopicPage({ frame, topic, page, atStart }: TopicPageProps) {
  return (
    <>
      <header class="intro">
        <p class="kicker">{text.topic.kicker}</p>
        <h1>{text.topic.title(topic)}</h1>
        <p class="lead">{text.topic.description(topic, displayName(frame.organization.actor))}</p>
      </header>
      {page.practices.length === 0 ? (
        <EmptyState title={text.organization.emptyFilter}>
          <p>
            <a href="/">{text.organization.showAll}</a>
          </p>
        </EmptyState>
      ) : (
        <PostList posts={page.practices} level={2} />
      )}
      <Pager path={`/topics/${encodeURIComponent(topic)}`} next={page.next} atStart={atStart} />
    </>
  );
}
