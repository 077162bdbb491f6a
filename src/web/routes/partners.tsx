import { Hono } from "hono";
import { AppError, notFound } from "../../domain/errors.ts";
import { parseId, type Id } from "../../domain/ids.ts";
import { renderMarkdown } from "../../platform/markdown/render.ts";
import { answerPartnership } from "../../services/answer-partnership.ts";
import type { Context } from "../../services/context.ts";
import {
  endPartnership,
  resumePartnership,
  suspendPartnership,
} from "../../services/end-partnership.ts";
import type { Member } from "../../services/members.ts";
import { partnershipEvidence } from "../../services/partnership-evidence.ts";
import { readProposal } from "../../services/partnership-input.ts";
import { getPartnership, listPartnerships } from "../../services/partnerships.ts";
import { proposePartnership } from "../../services/propose-partnership.ts";
import { getTermsByKey } from "../../services/terms.ts";
import { displayName } from "../components/actor-card.tsx";
import type { Problems } from "../components/form-fields.tsx";
import { readForm, type Form } from "../form.ts";
import type { WebContext, WebEnv } from "../frame.ts";
import { ConfirmPage, PartnershipPage, TermsPage } from "../pages/partnership-pages.tsx";
import { EMPTY_OFFER, PartnersPage, type OfferFields } from "../pages/partners-page.tsx";
import { privatePage } from "../render.tsx";
import { keepPrivate } from "../response-headers.ts";
import { text } from "../text.ts";
import { editorFrame, memberFrame, signedIn } from "./member.tsx";
import { readBefore } from "./reading.tsx";

const SHOWN = 100;

const ACTIONS = {
  accept: (context: Context, member: Member, id: Id) =>
    answerPartnership(context, member, id, "accept"),
  reject: (context: Context, member: Member, id: Id) =>
    answerPartnership(context, member, id, "reject"),
  end: endPartnership,
  suspend: suspendPartnership,
  resume: resumePartnership,
} as const;

/** Partnerships, for editors; the terms of each also for every member. */
export function partnerRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  for (const path of ["/partners", "/partners/*", "/terms/*"]) app.use(path, signedIn);

  async function overview(
    c: WebContext,
    fields: OfferFields,
    problems: Problems,
  ): Promise<Response> {
    const frame = editorFrame(c);
    const before = readBefore(c);
    const limit = SHOWN + 1;
    const found = await listPartnerships(context, frame.member, { before, limit });
    const shown = found.slice(0, SHOWN);
    return privatePage(
      c,
      { title: text.partners.title },
      <PartnersPage
        frame={frame}
        partnerships={shown}
        now={context.now()}
        fields={fields}
        problems={problems}
        next={found.length > SHOWN ? (shown.at(-1)?.id ?? null) : null}
        atStart={before === undefined}
      />,
      Object.keys(problems).length === 0 ? 200 : 422,
    );
  }

  app.get("/partners", (c) => overview(c, EMPTY_OFFER, {}));

  app.post("/partners", async (c) => {
    const { member } = editorFrame(c);
    const fields = offerFields(await readForm(c));
    try {
      const input = readProposal(proposalOf(fields), context.now());
      const { id } = await proposePartnership(context, member, input);
      return c.redirect(`/partners/${id}`, 303);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      return overview(c, fields, error.details ?? { handle: error.safe });
    }
  });

  app.get("/partners/:id", async (c) => {
    const frame = editorFrame(c);
    const view = await getPartnership(context, frame.member, readId(c));
    const { html } = renderMarkdown(view.terms.markdown);
    return privatePage(
      c,
      { title: displayName(view.partner) },
      <PartnershipPage frame={frame} view={view} termsHtml={html} now={context.now()} />,
    );
  });

  for (const action of ["end", "suspend"] as const) {
    app.get(`/partners/:id/${action}`, async (c) => {
      const frame = editorFrame(c);
      const view = await getPartnership(context, frame.member, readId(c));
      const title = text.partners.confirm[action].title(displayName(view.partner));
      return privatePage(c, { title }, <ConfirmPage frame={frame} view={view} action={action} />);
    });
  }

  app.get("/partners/:id/evidence", async (c) => {
    const { member } = editorFrame(c);
    const id = readId(c);
    const evidence = await partnershipEvidence(context, member, id);
    keepPrivate(c);
    c.header("Content-Disposition", `attachment; filename="partnership-${id}.json"`);
    return c.body(JSON.stringify(evidence, null, 2), 200, { "Content-Type": "application/json" });
  });

  for (const [action, act] of Object.entries(ACTIONS)) {
    app.post(`/partners/:id/${action}`, async (c) => {
      const { member } = editorFrame(c);
      const { id } = await act(context, member, readId(c));
      return c.redirect(`/partners/${id}`, 303);
    });
  }

  app.get("/terms/:key", async (c) => {
    const frame = memberFrame(c);
    const terms = await getTermsByKey(context, c.req.param("key"));
    const { html } = renderMarkdown(terms.markdown);
    return privatePage(
      c,
      { title: text.partners.ownTerms },
      <TermsPage frame={frame} terms={terms} html={html} />,
    );
  });

  return app;
}

function offerFields(form: Form): OfferFields {
  return {
    handle: form("handle").trim(),
    terms: form("terms"),
    label: form("label_ceiling"),
    starts: form("starts_at").trim(),
    ends: form("ends_at").trim(),
    practice: form("practice").trim(),
  };
}

function proposalOf(fields: OfferFields) {
  return {
    handle: fields.handle,
    terms: fields.terms,
    label_ceiling: fields.label,
    starts_at: fields.starts,
    ends_at: fields.ends,
    practice: fields.practice === "" ? null : fields.practice,
  };
}

function readId(c: WebContext): Id {
  const id = parseId(c.req.param("id") ?? "");
  if (id === null) throw notFound();
  return id;
}
