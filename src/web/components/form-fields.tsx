import type { Child } from "hono/jsx";
import { FORM_TOKEN_FIELD } from "../form-protection.ts";
import type { Frame } from "../frame.ts";
import { text } from "../text.ts";

/** Field → what is wrong with it. */
export type Problems = Readonly<Record<string, string>>;

/** The hidden field that every form of ours carries. */
export function FormToken({ frame }: { readonly frame: Frame }) {
  return <input type="hidden" name={FORM_TOKEN_FIELD} value={frame.formToken} />;
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string | undefined;
  readonly type?: "text" | "email" | "password";
  readonly autocomplete?: string;
  readonly maxlength?: number;
  readonly problem?: string | undefined;
  /** typed as it is: no capitals */
  readonly plain?: boolean;
  readonly optional?: boolean;
}

/** A labelled input with its hint and, after a failed attempt, what is wrong with it. */
export function Field(props: FieldProps) {
  const { name, label, hint, problem, plain = false, optional = false } = props;
  const described = [
    hint === undefined ? null : `${name}-hint`,
    problem === undefined ? null : `${name}-problem`,
  ].filter((id) => id !== null);
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint === undefined ? null : (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {problem === undefined ? null : (
        <p class="problem" id={`${name}-problem`}>
          {problem}
        </p>
      )}
      <input
        id={name}
        name={name}
        type={props.type ?? "text"}
        value={props.value}
        required={!optional}
        maxlength={props.maxlength}
        autocomplete={props.autocomplete}
        autocapitalize={plain ? "none" : undefined}
        aria-describedby={described.length === 0 ? undefined : described.join(" ")}
        aria-invalid={problem === undefined ? undefined : "true"}
      />
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
}

/** One radio button. */
export function Choice({ name, value, label, hint, checked }: ChoiceProps) {
  const id = `${name}-${value}`;
  return (
    <div class="choice">
      <input
        type="radio"
        id={id}
        name={name}
        value={value}
        checked={checked}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      <label for={id}>{label}</label>
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** Everything that is wrong with a form, linked to the fields. Nothing when there is nothing. */
export function ErrorSummary({
  problems,
  title = text.errors.summary,
}: {
  readonly problems: Problems;
  readonly title?: string;
}) {
  const entries = Object.entries(problems);
  if (entries.length === 0) return null;
  return (
    <div class="error-summary" role="alert" aria-labelledby="error-summary-title">
      <h2 id="error-summary-title">{title}</h2>
      <ul>
        {entries.map(([field, problem]) => (
          <li>
            <a href={`#${field}`}>{problem}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A problem that belongs to no single field. */
export function ErrorNotice({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: Child;
}) {
  return (
    <div class="error-summary" role="alert">
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}

interface PostButtonProps {
  readonly frame: Frame;
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly label: string;
  /** what the button is about, for those who cannot see its surroundings */
  readonly about: string;
  readonly plain?: boolean;
}

/** A form of one button. */
export function PostButton({
  frame,
  action,
  fields,
  label,
  about,
  plain = false,
}: PostButtonProps) {
  return (
    <form method="post" action={action}>
      <FormToken frame={frame} />
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button class={plain ? "button plain" : "button"} type="submit">
        {label}
        <span class="visually-hidden"> – {about}</span>
      </button>
    </form>
  );
}
