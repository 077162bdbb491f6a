import {
  Choice,
  ErrorSummary,
  Field,
  FormToken,
  type Problems,
} from "../components/form-fields.tsx";
import type { Frame } from "../frame.ts";
import type { SetupFields } from "../setup-form.ts";
import { text } from "../text.ts";

interface SetupPageProps {
  readonly frame: Frame;
  readonly token: string;
  readonly fields: SetupFields;
  readonly problems: Problems;
}

/** The first-run page behind the one-time link. */
export function SetupPage({ frame, token, fields, problems }: SetupPageProps) {
  return (
    <>
      <header class="intro">
        <h1>{text.setup.title}</h1>
        <p class="lead">{text.setup.lead}</p>
      </header>
      <ErrorSummary problems={problems} title={text.setup.errors} />
      <form class="form" method="post" action="/setup" novalidate>
        <FormToken frame={frame} />
        <input type="hidden" name="token" value={token} />
        <fieldset>
          <legend class="section">{text.setup.organization}</legend>
          <Field
            name="name"
            label={text.setup.name}
            hint={text.setup.nameHint}
            value={fields.name}
            autocomplete="organization"
            maxlength={100}
            problem={problems["name"]}
          />
          <Field
            name="handle"
            label={text.setup.handle}
            hint={text.setup.handleHint(frame.host)}
            value={fields.handle}
            autocomplete="off"
            maxlength={30}
            problem={problems["handle"]}
            plain
          />
          <FollowerChoice fields={fields} problem={problems["followers-approve"]} />
        </fieldset>
        <fieldset>
          <legend class="section">{text.setup.administrator}</legend>
          <Field
            name="admin_name"
            label={text.setup.adminName}
            hint={text.setup.adminNameHint}
            value={fields.adminName}
            autocomplete="name"
            maxlength={100}
            problem={problems["admin_name"]}
            optional
          />
          <Field
            name="admin"
            label={text.setup.admin}
            hint={text.setup.adminHint}
            value={fields.admin}
            autocomplete="username"
            maxlength={30}
            problem={problems["admin"]}
            plain
          />
          <Field
            name="email"
            label={text.setup.email}
            value={fields.email}
            type="email"
            autocomplete="email"
            maxlength={255}
            problem={problems["email"]}
          />
          <Field
            name="password"
            label={text.setup.password}
            hint={text.setup.passwordHint}
            type="password"
            autocomplete="new-password"
            maxlength={1000}
            problem={problems["password"]}
          />
          <Field
            name="password_again"
            label={text.setup.passwordAgain}
            type="password"
            autocomplete="new-password"
            maxlength={1000}
            problem={problems["password_again"]}
          />
        </fieldset>
        <button class="button" type="submit">
          {text.setup.submit}
        </button>
      </form>
    </>
  );
}

function FollowerChoice({
  fields,
  problem,
}: {
  readonly fields: SetupFields;
  readonly problem: string | undefined;
}) {
  return (
    <fieldset class="choices">
      <legend>{text.setup.followers}</legend>
      {problem === undefined ? null : <p class="problem">{problem}</p>}
      <Choice
        name="followers"
        value="approve"
        label={text.setup.approve}
        hint={text.setup.approveHint}
        checked={fields.followers === "approve"}
      />
      <Choice
        name="followers"
        value="open"
        label={text.setup.open}
        hint={text.setup.openHint}
        checked={fields.followers === "open"}
      />
    </fieldset>
  );
}
