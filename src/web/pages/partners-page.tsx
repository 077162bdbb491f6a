import { LABELS } from "../../domain/practice.ts";
import type { PartnershipView } from "../../services/partnerships.ts";
import { ActorLine, displayName } from "../components/actor-card.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { ErrorSummary, Field, FormToken, type Problems } from "../components/form-fields.tsx";
import { Pager } from "../components/pager.tsx";
import type { MemberFrame } from "../frame.ts";
import { stateInWords } from "../partnership-state.ts";
import { text } from "../text.ts";
import type { Id } from "../../domain/ids.ts";

/** What was typed into the form of an offer. */
export interface OfferFields {
  readonly handle: string;
  readonly terms: string;
  readonly label: string;
  readonly starts: string;
  readonly ends: string;
  readonly practice: string;
}

export const EMPTY_OFFER: OfferFields = {
  handle: "",
  terms: "",
  label: "TLP:AMBER+STRICT",
  starts: "",
  ends: "",
  practice: "",
};

interface PartnersPageProps {
  readonly frame: MemberFrame;
  readonly partnerships: readonly PartnershipView[];
  readonly now: Date;
  readonly fields: OfferFields;
  readonly problems: Problems;
  readonly next: Id | null;
  readonly atStart: boolean;
}

/** All partnerships and offers, and the form for a new one. For editors. */
export function PartnersPage({
  frame,
  partnerships,
  now,
  fields,
  problems,
  next,
  atStart,
}: PartnersPageProps) {
  const among = (...states: PartnershipView["state"][]) =>
    partnerships.filter((each) => states.includes(each.state));
  return (
    <>
      <header class="intro">
        <h1>{text.partners.title}</h1>
        <p class="lead">{text.partners.lead(displayName(frame.organization.actor))}</p>
      </header>
      <ErrorSummary problems={problems} />
      {partnerships.length === 0 ? (
        <EmptyState title={text.partners.none}>
          <p>{text.partners.noneHint}</p>
        </EmptyState>
      ) : null}
      <Section id="waiting" title={text.partners.waiting} entries={among("asked")} now={now} />
      <Section id="active" title={text.partners.active} entries={among("active")} now={now} />
      <Section id="offered" title={text.partners.offered} entries={among("offered")} now={now} />
      <Section
        id="over"
        title={text.partners.over}
        entries={among("rejected", "ended")}
        now={now}
      />
      <Pager path="/partners" next={next} atStart={atStart} />
      <OfferForm frame={frame} fields={fields} problems={problems} />
    </>
  );
}

function Section({
  id,
  title,
  entries,
  now,
}: {
  readonly id: string;
  readonly title: string;
  readonly entries: readonly PartnershipView[];
  readonly now: Date;
}) {
  if (entries.length === 0) return null;
  return (
    <section aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <ul class="actor-list">
        {entries.map((entry) => (
          <li>
            <ActorLine actor={entry.partner} />
            <span class="actions">
              <span class="state">{stateInWords(entry, now)}</span>
              <a class="button plain" href={`/partners/${entry.id}`}>
                {entry.state === "asked" ? text.partners.readAndAnswer : text.partners.open}
                <span class="visually-hidden"> – {displayName(entry.partner)}</span>
              </a>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function OfferForm({
  frame,
  fields,
  problems,
}: {
  readonly frame: MemberFrame;
  readonly fields: OfferFields;
  readonly problems: Problems;
}) {
  const words = text.partners.propose;
  return (
    <section aria-labelledby="propose-title">
      <h2 id="propose-title">{words.title}</h2>
      <form class="form" method="post" action="/partners" novalidate>
        <FormToken frame={frame} />
        <p>{words.lead}</p>
        <Field
          name="handle"
          label={words.handle}
          hint={words.handleHint}
          value={fields.handle}
          autocomplete="off"
          maxlength={500}
          problem={problems["handle"]}
          plain
        />
        <TermsField value={fields.terms} problem={problems["terms"]} />
        <div class="field">
          <label for="label_ceiling">{words.label}</label>
          <select id="label_ceiling" name="label_ceiling">
            {LABELS.map((label) => (
              <option value={label} selected={label === fields.label}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <Field
          name="starts_at"
          label={words.starts}
          hint={words.dayHint}
          value={fields.starts}
          maxlength={40}
          problem={problems["starts_at"]}
          plain
          optional
        />
        <Field
          name="ends_at"
          label={words.ends}
          hint={words.dayHint}
          value={fields.ends}
          maxlength={40}
          problem={problems["ends_at"]}
          plain
          optional
        />
        <Field
          name="practice"
          label={words.practice}
          hint={words.practiceHint}
          value={fields.practice}
          maxlength={2000}
          problem={problems["practice"]}
          plain
          optional
        />
        <button class="button" type="submit">
          {words.submit}
        </button>
      </form>
    </section>
  );
}

function TermsField({
  value,
  problem,
}: {
  readonly value: string;
  readonly problem: string | undefined;
}) {
  const words = text.partners.propose;
  const described = problem === undefined ? "terms-hint" : "terms-hint terms-problem";
  return (
    <div class="field">
      <label for="terms">{words.terms}</label>
      <p class="hint" id="terms-hint">
        {words.termsHint}
      </p>
      {problem === undefined ? null : (
        <p class="problem" id="terms-problem">
          {problem}
        </p>
      )}
      <textarea
        id="terms"
        name="terms"
        rows={12}
        required
        aria-describedby={described}
        aria-invalid={problem === undefined ? undefined : "true"}
      >
        {value}
      </textarea>
    </div>
  );
}
