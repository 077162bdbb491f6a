import { LABELS, LIMITS, PRACTICE_KINDS } from "../../domain/practice.ts";
import { displayName, fullHandle } from "../components/actor-card.tsx";
import {
  Choice,
  ErrorSummary,
  Field,
  FormToken,
  type Problems,
} from "../components/form-fields.tsx";
import type { MemberFrame } from "../frame.ts";
import type { AudienceChoices, PracticeFormFields } from "../practice-form.ts";
import { text } from "../text.ts";

const words = text.publishing.write;

interface WritePageProps {
  readonly frame: MemberFrame;
  readonly fields: PracticeFormFields;
  readonly choices: AudienceChoices;
  readonly problems: Problems;
}

/** A new practice. Nothing is published from here: the next step shows who would get it. */
export function WritePage({ frame, fields, choices, problems }: WritePageProps) {
  return (
    <>
      <header class="intro">
        <h1>{words.title}</h1>
        <p class="lead">{words.lead(displayName(frame.organization.actor))}</p>
      </header>
      <ErrorSummary problems={problems} title={words.problems} />
      <form class="form" method="post" action="/write/preview" novalidate>
        <FormToken frame={frame} />
        <fieldset>
          <legend class="section">{words.text}</legend>
          <Field
            name="title"
            label={words.name}
            value={fields.title}
            maxlength={LIMITS.title}
            problem={problems["title"]}
          />
          <Field
            name="summary"
            label={words.summary}
            hint={words.summaryHint}
            value={fields.summary}
            maxlength={LIMITS.summary}
            problem={problems["summary"]}
            optional
          />
          <div class="field">
            <label for="content">{words.content}</label>
            <p class="hint" id="content-hint">
              {words.contentHint}
            </p>
            <textarea
              id="content"
              name="content"
              rows={16}
              required
              aria-describedby="content-hint"
              aria-invalid={problems["content"] === undefined ? undefined : "true"}
            >
              {fields.content}
            </textarea>
          </div>
          <div class="field">
            <label for="kind">{words.kind}</label>
            <select id="kind" name="kind">
              {PRACTICE_KINDS.map((kind) => (
                <option value={kind} selected={kind === fields.kind}>
                  {text.kinds[kind]}
                </option>
              ))}
            </select>
          </div>
          <Field
            name="topics"
            label={words.topics}
            hint={words.topicsHint}
            value={fields.topics}
            problem={problems["topics"]}
            optional
          />
        </fieldset>
        <AudienceFields fields={fields} choices={choices} />
        <button class="button" type="submit">
          {words.preview}
        </button>
      </form>
    </>
  );
}

function AudienceFields({ fields, choices }: Pick<WritePageProps, "fields" | "choices">) {
  const reach = (value: PracticeFormFields["reach"], label: string, hint: string) => (
    <Choice name="reach" value={value} label={label} hint={hint} checked={fields.reach === value} />
  );
  return (
    <>
      <fieldset id="audience">
        <legend class="section">{words.audience}</legend>
        {reach("members", words.members, words.membersHint)}
        {choices.outside ? (
          <>
            {reach("named", words.named, words.namedHint)}
            {reach("followers", words.followers, words.followersHint)}
            {reach("public", words.public, words.publicHint)}
          </>
        ) : null}
      </fieldset>
      {choices.outside ? <NamedFields fields={fields} choices={choices} /> : null}
      <div class="field">
        <label for="label">{words.label}</label>
        <p class="hint" id="label-hint">
          {words.labelHint}
        </p>
        <select id="label" name="label" aria-describedby="label-hint">
          <option value="" selected={fields.label === ""}>
            {words.labelDefault}
          </option>
          {LABELS.map((label) => (
            <option value={label} selected={fields.label === label}>
              {`${label}: ${text.labels[label]}`}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}

function NamedFields({ fields, choices }: Pick<WritePageProps, "fields" | "choices">) {
  return (
    <>
      <fieldset>
        <legend>{words.partners}</legend>
        {choices.partners.length === 0 ? <p class="hint">{words.noPartners}</p> : null}
        {choices.partners.map((partner) => (
          <Tick
            name={`partner-${partner.id}`}
            label={`${displayName(partner)} (${fullHandle(partner)})`}
            checked={fields.partners.includes(partner.id.toString())}
          />
        ))}
      </fieldset>
      {choices.circles.length === 0 ? null : (
        <fieldset>
          <legend>{words.circles}</legend>
          {choices.circles.map((circle) => (
            <Tick
              name={`circle-${circle.id}`}
              label={circle.name}
              checked={fields.circles.includes(circle.id.toString())}
            />
          ))}
        </fieldset>
      )}
      <Field
        name="people"
        label={words.people}
        hint={words.peopleHint}
        value={fields.people}
        plain
        optional
      />
    </>
  );
}

function Tick({
  name,
  label,
  checked,
}: {
  readonly name: string;
  readonly label: string;
  readonly checked: boolean;
}) {
  return (
    <div class="choice">
      <input type="checkbox" id={name} name={name} checked={checked} />
      <label for={name}>{label}</label>
    </div>
  );
}
