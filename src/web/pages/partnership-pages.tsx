import type { Child } from "hono/jsx";
import type { PartnershipView } from "../../services/partnerships.ts";
import type { TermsRecord } from "../../services/terms.ts";
import { ActorLine, displayName, fullHandle } from "../components/actor-card.tsx";
import { Day } from "../components/day.tsx";
import { FormToken, PostButton } from "../components/form-fields.tsx";
import { PostBody } from "../components/post-body.tsx";
import type { MemberFrame } from "../frame.ts";
import { stateInWords } from "../partnership-state.ts";
import { text } from "../text.ts";

const words = text.partners;

interface PartnershipPageProps {
  readonly frame: MemberFrame;
  readonly view: PartnershipView;
  /** the terms, sanitized */
  readonly termsHtml: string;
  readonly now: Date;
}

/** One partnership: its terms, how it stands and what can be done. For editors. */
export function PartnershipPage({ frame, view, termsHtml, now }: PartnershipPageProps) {
  return (
    <article>
      <header class="intro">
        <p class="kicker">
          <span class="state">{stateInWords(view, now)}</span>
        </p>
        <h1 dir="auto">{displayName(view.partner)}</h1>
        <ActorLine actor={view.partner} />
        <DeliveryNotice view={view} />
        <Actions frame={frame} view={view} />
      </header>
      <div class="beside">
        <section aria-labelledby="terms-title">
          <h2 id="terms-title">{words.terms}</h2>
          <PostBody html={termsHtml} language={undefined} />
        </section>
        <About view={view} />
      </div>
    </article>
  );
}

/** Told only while it matters: an offer's own state says so already. */
function DeliveryNotice({ view }: { readonly view: PartnershipView }) {
  if (view.delivery === "not_yet") return <p class="notice">{words.undelivered}</p>;
  if (view.delivery === "failed") return <p class="notice">{words.undeliverable}</p>;
  return null;
}

function Actions({ frame, view }: { readonly frame: MemberFrame; readonly view: PartnershipView }) {
  const path = `/partners/${view.id}`;
  const about = displayName(view.partner);
  const button = (action: string, label: string, plain = false) => (
    <PostButton
      frame={frame}
      action={`${path}/${action}`}
      fields={{}}
      label={label}
      about={about}
      plain={plain}
    />
  );
  const suspended = view.suspendedByUsAt !== null;
  return (
    <div class="actions">
      {view.state === "asked" ? (
        <>
          {button("accept", words.accept)}
          {button("reject", words.reject, true)}
        </>
      ) : null}
      {view.state === "offered" ? button("end", words.withdraw, true) : null}
      {view.state === "active" ? (
        <>
          {suspended || view.moveUnconfirmed
            ? button("resume", view.moveUnconfirmed ? words.confirmMove : words.resume)
            : null}
          {suspended ? null : (
            <a class="button plain" href={`${path}/suspend`}>
              {words.suspend}
            </a>
          )}
          <a class="button plain" href={`${path}/end`}>
            {words.end}
          </a>
        </>
      ) : null}
    </div>
  );
}

function About({ view }: { readonly view: PartnershipView }) {
  return (
    <section class="about" aria-labelledby="about-title">
      <h2 id="about-title">{words.about}</h2>
      <dl class="facts">
        <Fact name={words.label}>{view.labelCeiling}</Fact>
        <Fact name={words.scope}>
          {view.practiceIri === null ? (
            words.standing
          ) : (
            <>
              {words.onePractice}
              <br />
              <span class="quiet small">{view.practiceIri}</span>
            </>
          )}
        </Fact>
        <Fact name={words.starts}>
          {view.startsAt === null ? words.atOnce : <Day date={view.startsAt} />}
        </Fact>
        <Fact name={words.ends}>
          {view.endsAt === null ? words.openEnd : <Day date={view.endsAt} />}
        </Fact>
        <Fact name={words.proposedBy}>
          {view.proposedBy === "us" ? words.us : fullHandle(view.partner)}
        </Fact>
        <Fact name={words.offeredOn}>
          <Day date={view.createdAt} />
        </Fact>
        {view.answeredAt === null ? null : (
          <Fact name={words.answeredOn}>
            <Day date={view.answeredAt} />
          </Fact>
        )}
        {view.endedAt === null ? null : (
          <Fact name={words.endedOn}>
            <Day date={view.endedAt} />
          </Fact>
        )}
        <Fact name={words.hash}>
          <code>{view.terms.sha256}</code>
        </Fact>
        <Fact name={words.evidenceName}>
          <a href={`/partners/${view.id}/evidence`} download>
            {words.evidence}
          </a>
          <br />
          <span class="quiet small">{words.evidenceHint}</span>
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children?: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Asks once more before something that the other side will notice. */
export function ConfirmPage({
  frame,
  view,
  action,
}: {
  readonly frame: MemberFrame;
  readonly view: PartnershipView;
  readonly action: "end" | "suspend";
}) {
  const { title, body, button } = words.confirm[action];
  const path = `/partners/${view.id}`;
  return (
    <>
      <header class="intro">
        <h1>{title(displayName(view.partner))}</h1>
        <p class="lead">{body}</p>
      </header>
      <form method="post" action={`${path}/${action}`}>
        <FormToken frame={frame} />
        <div class="actions">
          <button class="button" type="submit">
            {button}
          </button>
          <a class="button plain" href={path}>
            {words.confirm.cancel}
          </a>
        </div>
      </form>
    </>
  );
}

/** A terms document, for members. */
export function TermsPage({
  frame,
  terms,
  html,
}: {
  readonly frame: MemberFrame;
  readonly terms: TermsRecord;
  readonly html: string;
}) {
  return (
    <article class="practice">
      <header class="intro">
        <h1>{words.ownTerms}</h1>
        <p class="lead">{words.ownTermsLead(displayName(frame.organization.actor))}</p>
      </header>
      <PostBody html={html} language={undefined} />
      <section class="about" aria-labelledby="about-title">
        <h2 id="about-title">{words.about}</h2>
        <dl class="facts">
          <Fact name={words.offeredOn}>
            <Day date={terms.createdAt} />
          </Fact>
          <Fact name={words.hash}>
            <code>{terms.sha256}</code>
          </Fact>
        </dl>
      </section>
    </article>
  );
}
