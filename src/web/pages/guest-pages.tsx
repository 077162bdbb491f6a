import type { Visible } from "../../domain/audience/policy.ts";
import type { ActorRecord, PostRecord } from "../../services/records.ts";
import { displayName, fullHandle } from "../components/actor-card.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { ErrorNotice, Field, FormToken } from "../components/form-fields.tsx";
import { PostList } from "../components/post-list.tsx";
import type { OrganizationFrame } from "../frame.ts";
import { text } from "../text.ts";

interface LandingPageProps {
  readonly frame: OrganizationFrame;
  readonly account?: string;
  readonly problem?: string | undefined;
}

/**
 * Where a notice leads to. It says the same whatever link was followed: whether there is anything
 * behind it is told to the one person it is for. So the form goes to the page's own address.
 */
export function LandingPage({ frame, account, problem }: LandingPageProps) {
  return (
    <>
      <header class="intro">
        <h1>{text.guest.title}</h1>
        <p class="lead">{text.guest.lead}</p>
      </header>
      {problem === undefined ? null : (
        <ErrorNotice title={text.errors.summary}>{problem}</ErrorNotice>
      )}
      <form class="form" method="post">
        <FormToken frame={frame} />
        <Field
          name="account"
          label={text.guest.account}
          hint={text.guest.accountHint}
          value={account}
          autocomplete="username"
          maxlength={400}
          plain
        />
        <button class="button" type="submit">
          {text.guest.submit}
        </button>
        <p class="hint">{text.guest.how}</p>
      </form>
    </>
  );
}

/** Sends the browser on. A redirect from a form to another server is not allowed by our own policy. */
export function LeavingPage({ url, host }: { readonly url: string; readonly host: string }) {
  return (
    <div class="intro">
      <h1>{text.guest.leavingTitle(host)}</h1>
      <p class="lead">{text.guest.leaving(host)}</p>
      <p>
        <a class="button" href={url} rel="noreferrer nofollow">
          {text.guest.leave(host)}
        </a>
      </p>
    </div>
  );
}

/** Everything that a guest may read and that is not public. */
export function SharedPage({
  frame,
  guest,
  practices,
}: {
  readonly frame: OrganizationFrame;
  readonly guest: ActorRecord;
  readonly practices: readonly Visible<PostRecord>[];
}) {
  const name = displayName(frame.organization.actor);
  return (
    <>
      <header class="intro">
        <h1>{text.guest.sharedTitle}</h1>
        <p class="lead">{text.guest.sharedLead(name)}</p>
        <p class="small quiet">{text.guest.signedInAs(fullHandle(guest))}</p>
      </header>
      {practices.length === 0 ? (
        <EmptyState title={text.guest.nothing}>
          <p>{text.guest.nothingHint(name)}</p>
        </EmptyState>
      ) : (
        <PostList posts={practices} level={2} />
      )}
    </>
  );
}
