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
import type { MediaRecord } from "../../services/media.ts";
import type { AudienceChoices, PracticeFormFields } from "../practice-form.ts";
import { mediaTypeName, sizeInWords, text } from "../text.ts";

const words = text.publishing.write;

interface WritePageProps {
  readonly frame: MemberFrame;
  readonly fields: PracticeFormFields;
  readonly choices: AudienceChoices;
  /** the files that are named in the form */
  readonly files: readonly MediaRecord[];
  /** stored atom → how people write it */
  readonly names: ReadonlyMap<string, string>;
  readonly problems: Problems;
}

/** A practice to write or to revise. Nothing is published from here: the next step shows who would get it. */
export function WritePage({ frame, fields, choices, files, names, problems }: WritePageProps) {
  const revises = fields.practice !== "";
  return (
    <>
      <header class="intro">
        <h1>{revises ? words.reviseTitle : words.title}</h1>
        <p class="lead">{words.lead(displayName(frame.organization.actor))}</p>
      </header>
      <ErrorSummary problems={problems} title={words.problems} />
      <form class="form" method="post" action="/write/preview" novalidate>
        <FormToken frame={frame} />
        {/* Enter in a field presses the first button: it must not be the one that adds a file. */}
        <button class="visually-hidden" type="submit" tabindex={-1} aria-hidden="true">
          {words.preview}
        </button>
        <input type="hidden" name="practice" value={fields.practice} />
        <input type="hidden" name="revision" value={fields.revision} />
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
        <FileFields files={files} problem={problems["file"]} />
        <AudienceFields fields={fields} choices={choices} names={names} />
        {revises ? (
          <Field
            name="change-note"
            label={words.changeNote}
            hint={words.changeNoteHint}
            value={fields.changeNote}
            maxlength={LIMITS.changeNote}
            problem={problems["change_note"]}
            optional
          />
        ) : null}
        <button class="button" type="submit">
          {words.preview}
        </button>
      </form>
    </>
  );
}

/** What is attached, and one more file: it is sent by a button of its own, which needs no script. */
function FileFields({
  files,
  problem,
}: Pick<WritePageProps, "files"> & { readonly problem: string | undefined }) {
  return (
    <fieldset>
      <legend class="section">{words.files}</legend>
      <input type="hidden" name="files" value={files.map(({ id }) => id).join(" ")} />
      {files.map((file) => (
        <Tick
          name={`file-${file.id}`}
          label={`${file.fileName} (${mediaTypeName(file.mediaType)}, ${sizeInWords(file.bytes)})`}
          checked
        />
      ))}
      <div class="field">
        <label for="file">{words.file}</label>
        <p class="hint" id="file-hint">
          {words.fileHint}
        </p>
        {problem === undefined ? null : (
          <p class="problem" id="file-problem">
            {problem}
          </p>
        )}
        <input
          type="file"
          id="file"
          name="file"
          aria-describedby={problem === undefined ? "file-hint" : "file-hint file-problem"}
        />
      </div>
      <Field name="description" label={words.fileDescription} optional />
      <button
        class="button plain"
        type="submit"
        formaction="/write/files"
        formenctype="multipart/form-data"
      >
        {words.addFile}
      </button>
    </fieldset>
  );
}

function AudienceFields({
  fields,
  choices,
  names,
}: Pick<WritePageProps, "fields" | "choices" | "names">) {
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
      {choices.outside ? <NamedFields fields={fields} choices={choices} names={names} /> : null}
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

function NamedFields({
  fields,
  choices,
  names,
}: Pick<WritePageProps, "fields" | "choices" | "names">) {
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
      {fields.others.length === 0 ? null : (
        <fieldset>
          <legend>{words.others}</legend>
          <input type="hidden" name="others" value={fields.others.join(" ")} />
          {fields.others.map((atom) => (
            <Tick name={`other-${atom}`} label={names.get(atom) ?? atom} checked />
          ))}
        </fieldset>
      )}
      <Tick name="notice-title" label={words.noticeTitle} checked={fields.noticeTitle} />
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
