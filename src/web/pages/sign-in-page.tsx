import { displayName } from "../components/actor-card.tsx";
import { ErrorNotice, Field, FormToken } from "../components/form-fields.tsx";
import type { OrganizationFrame } from "../frame.ts";
import { text } from "../text.ts";

interface SignInPageProps {
  readonly frame: OrganizationFrame;
  /** where to go afterwards; a path of ours */
  readonly to: string;
  /** what it is for; without it, that this is the door for members */
  readonly lead?: string;
  readonly name?: string;
  readonly problem?: string;
}

/** The door for members. */
export function SignInPage({ frame, to, lead, name = "", problem }: SignInPageProps) {
  return (
    <>
      <header class="intro">
        <h1>{text.signIn.title}</h1>
        <p class="lead">{lead ?? text.signIn.lead(displayName(frame.organization.actor))}</p>
      </header>
      {problem === undefined ? null : (
        <ErrorNotice title={text.errors.summary}>{problem}</ErrorNotice>
      )}
      <form class="form" method="post" action="/sign-in">
        <FormToken frame={frame} />
        <input type="hidden" name="to" value={to} />
        <Field
          name="name"
          label={text.signIn.name}
          value={name}
          autocomplete="username"
          maxlength={320}
          plain
        />
        <Field
          name="password"
          label={text.signIn.password}
          type="password"
          autocomplete="current-password"
          maxlength={1000}
        />
        <button class="button" type="submit">
          {text.signIn.submit}
        </button>
        <p class="hint">{text.signIn.lost}</p>
      </form>
    </>
  );
}
