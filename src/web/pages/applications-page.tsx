import { safeHref } from "../../platform/html/link.ts";
import type { AuthorizedApp } from "../../services/authorized-apps.ts";
import { ActorLine, displayName } from "../components/actor-card.tsx";
import { Day } from "../components/day.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { PostButton } from "../components/form-fields.tsx";
import type { MemberFrame } from "../frame.ts";
import { text } from "../text.ts";
import { ScopeList } from "./authorize-pages.tsx";

const words = text.applications;

interface ApplicationsPageProps {
  readonly frame: MemberFrame;
  readonly apps: readonly AuthorizedApp[];
}

/** Which applications act for a member, and what each may do. */
export function ApplicationsPage({ frame, apps }: ApplicationsPageProps) {
  return (
    <>
      <header class="intro">
        <h1>{words.title}</h1>
        <p class="lead">{words.lead}</p>
      </header>
      {apps.length === 0 ? (
        <EmptyState title={words.none}>
          <p>{words.noneHint(frame.host)}</p>
        </EmptyState>
      ) : (
        <ul class="entries">
          {apps.map((app) => (
            <li>
              <Application frame={frame} entry={app} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Application({
  frame,
  entry: { tokenId, app, actor, scopes, createdAt, lastUsedAt },
}: {
  readonly frame: MemberFrame;
  readonly entry: AuthorizedApp;
}) {
  const name = app?.name ?? words.commandLine;
  return (
    <article class="entry">
      <h2 dir="auto">{name}</h2>
      <dl class="facts">
        {app === null || app.website === null ? null : (
          <div>
            <dt>{words.website}</dt>
            <dd>
              <a href={safeHref(app.website)} rel="noopener noreferrer nofollow">
                {app.website}
              </a>
            </dd>
          </div>
        )}
        <div>
          <dt>{words.actsAs}</dt>
          <dd>
            <ActorLine actor={actor} />
          </dd>
        </div>
        <div>
          <dt>{words.may}</dt>
          <dd>
            <ScopeList scopes={scopes} />
          </dd>
        </div>
        <div>
          <dt>{words.lastUsed}</dt>
          <dd>{lastUsedAt === null ? words.never : <Day date={lastUsedAt} />}</dd>
        </div>
        <div>
          <dt>{words.since}</dt>
          <dd>
            <Day date={createdAt} />
          </dd>
        </div>
      </dl>
      <PostButton
        frame={frame}
        action="/settings/applications/revoke"
        fields={{ token: tokenId.toString() }}
        label={words.revoke}
        about={`${name}, ${words.actsAs.toLowerCase()} ${displayName(actor)}`}
        plain
      />
    </article>
  );
}
