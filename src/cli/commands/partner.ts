import { readFile, stat } from "node:fs/promises";
import { defineCommand } from "citty";
import { AppError, invalid, notFound } from "../../domain/errors.ts";
import { parseId, type Id } from "../../domain/ids.ts";
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
import {
  listPartnerships,
  viewOf,
  type PartnershipRecord,
  type PartnershipView,
} from "../../services/partnerships.ts";
import { proposePartnership } from "../../services/propose-partnership.ts";
import { findEditor } from "../editor.ts";
import { COMMON, withInstance } from "../session.ts";

const LARGEST_FILE = 256 * 1024;
const SHOWN = 500;

const EDITOR = {
  type: "string",
  description: "Handle of the editor who acts; default: the first admin",
} as const;
const ID = { type: "positional", required: true, description: "Id, as `list` shows it" } as const;

const propose = defineCommand({
  meta: { name: "propose", description: "Offer a partnership, or new terms for one" },
  args: {
    ...COMMON,
    handle: { type: "positional", required: true, description: "Such as @bravo@bravo.example" },
    terms: { type: "string", required: true, description: "Markdown file with the terms" },
    label: { type: "string", description: "Strictest label to share; default TLP:AMBER+STRICT" },
    starts: { type: "string", description: "First day, such as 2027-01-01; default: at once" },
    ends: { type: "string", description: "Last day; default: until one side ends it" },
    practice: { type: "string", description: "For this one practice alone: its id or address" },
    editor: EDITOR,
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const input = readProposal(
        {
          handle: args.handle,
          terms: await readTerms(args.terms),
          label_ceiling: args.label,
          starts_at: args.starts,
          ends_at: args.ends,
          practice: args.practice,
        },
        context.now(),
      );
      const member = await findEditor(context, args.editor);
      const record = await proposePartnership(context, member, input);
      output.answer(json(await viewOf(context, record)), describe(record));
    }),
});

const list = defineCommand({
  meta: { name: "list", description: "List partnerships and offers, newest first" },
  args: { ...COMMON, editor: EDITOR },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const member = await findEditor(context, args.editor);
      const found = await listPartnerships(context, member, { limit: SHOWN });
      output.answer(
        found.map(json),
        found.length === 0 ? "There are no partnerships yet." : found.map(describe).join("\n"),
      );
    }),
});

const evidence = defineCommand({
  meta: { name: "evidence", description: "Print what proves a partnership, as JSON" },
  args: { ...COMMON, id: ID, editor: EDITOR },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const member = await findEditor(context, args.editor);
      const proof = await partnershipEvidence(context, member, readId(args.id));
      output.answer(proof, JSON.stringify(proof, null, 2));
    }),
});

type Action = (context: Context, member: Member, id: Id) => Promise<PartnershipRecord>;

/** A command that does one thing with one partnership. */
function action(name: string, description: string, act: Action) {
  return defineCommand({
    meta: { name, description },
    args: { ...COMMON, id: ID, editor: EDITOR },
    run: ({ args }) =>
      withInstance(args, async ({ context, output }) => {
        const member = await findEditor(context, args.editor);
        const record = await act(context, member, readId(args.id));
        output.answer(json(await viewOf(context, record)), describe(record));
      }),
  });
}

/** `praxis partner …` */
export const partner = defineCommand({
  meta: { name: "partner", description: "Agree partnerships with other organizations" },
  subCommands: {
    propose,
    accept: action("accept", "Accept an offer", (context, member, id) =>
      answerPartnership(context, member, id, "accept"),
    ),
    reject: action("reject", "Decline an offer", (context, member, id) =>
      answerPartnership(context, member, id, "reject"),
    ),
    end: action("end", "End a partnership, or take an offer back", endPartnership),
    suspend: action("suspend", "Suspend a partnership", suspendPartnership),
    resume: action("resume", "End our suspension", resumePartnership),
    list,
    evidence,
  },
});

function json(view: PartnershipView) {
  return {
    id: view.id.toString(),
    partner: handleOf(view),
    uri: view.partner.iri,
    state: view.state,
    in_force: view.inForce,
    proposed_by: view.proposedBy,
    terms: { url: view.terms.url, sha256: view.terms.sha256 },
    label_ceiling: view.labelCeiling,
    practice: view.practiceIri,
    starts_at: view.startsAt?.toISOString() ?? null,
    ends_at: view.endsAt?.toISOString() ?? null,
    suspended_by_us: view.suspendedByUsAt?.toISOString() ?? null,
    suspended_by_them: view.suspendedByThemAt?.toISOString() ?? null,
    delivery: view.delivery,
    end_reason: view.endReason,
  };
}

function describe(record: PartnershipRecord): string {
  const { id, state, suspendedByUsAt, suspendedByThemAt, endsAt, practiceIri } = record;
  const parts = [
    `${id}  ${handleOf(record)}: ${STATES[state]}`,
    suspendedByUsAt === null ? "" : "suspended by us",
    suspendedByThemAt === null ? "" : "suspended by them",
    practiceIri === null ? "" : `for ${practiceIri} alone`,
    `up to ${record.labelCeiling}`,
    endsAt === null ? "" : `until ${endsAt.toISOString()}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

const STATES = {
  offered: "offered, waiting for them",
  asked: "asks us, waiting for our answer",
  active: "active",
  rejected: "declined",
  ended: "ended",
} as const;

function handleOf({ partner: actor }: PartnershipRecord): string {
  return `@${actor.handle}@${actor.host}`;
}

function readId(text: string): Id {
  const id = parseId(text);
  if (id === null) throw notFound();
  return id;
}

async function readTerms(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > LARGEST_FILE) {
      throw new AppError("file_too_large", `${path} is larger than 256 KiB.`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (cause instanceof TypeError) throw invalid({ terms: "is not a text file in UTF-8" });
    throw new AppError("file_unreadable", `${path} cannot be read.`, { cause });
  }
}
