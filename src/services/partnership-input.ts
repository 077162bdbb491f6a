import { z } from "zod";
import { invalid } from "../domain/errors.ts";
import { dateProblem } from "../domain/partnership.ts";
import { LABELS, type Label } from "../domain/practice.ts";
import { MAX_MARKDOWN_LENGTH } from "../platform/markdown/render.ts";

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;
/** What others take for a date ends with 2199; a day ends in the next. */
const LAST_YEAR = 2198;

/** A proposal as the REST API, the command line and the form name it. */
export const proposalFields = z.strictObject({
  handle: z.string().min(1).max(2000),
  /** Markdown */
  terms: z.string().min(1).max(MAX_MARKDOWN_LENGTH),
  label_ceiling: z.enum(LABELS).default("TLP:AMBER+STRICT"),
  starts_at: z.string().max(40).nullable().default(null),
  ends_at: z.string().max(40).nullable().default(null),
  practice: z.string().min(1).max(2000).nullable().default(null),
});

/** What a manager proposes; `practice` as it was written, to be looked up. */
export interface ProposalInput {
  readonly handle: string;
  readonly terms: string;
  readonly labelCeiling: Label;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly practice: string | null;
}

/**
 * Reads a proposal. A date is a moment (`2027-01-31T12:00:00Z`) or a day in UTC: it starts with its
 * first moment and ends with its last.
 * @throws AppError `invalid_request` that names each wrong field
 */
export function readProposal(input: unknown, now: Date): ProposalInput {
  const parsed = proposalFields.safeParse(input);
  if (!parsed.success) {
    throw invalid(
      Object.fromEntries(
        parsed.error.issues.map((issue) =>
          issue.code === "unrecognized_keys"
            ? [issue.keys.join(", "), "is not a field of a proposal"]
            : [issue.path.join(".") || "body", inWords(issue)],
        ),
      ),
    );
  }
  const { handle, label_ceiling: labelCeiling, practice } = parsed.data;
  const terms = parsed.data.terms.replaceAll("\r\n", "\n");
  if (terms.trim() === "") throw invalid({ terms: "say under which terms, in Markdown" });
  if (!terms.isWellFormed() || terms.includes("\0")) throw invalid({ terms: "is not plain text" });
  const startsAt = readMoment("starts_at", parsed.data.starts_at, 0);
  const endsAt = readMoment("ends_at", parsed.data.ends_at, DAY_MS);
  const problem = dateProblem({ startsAt, endsAt }, now);
  if (problem === "ends_before_start") throw invalid({ ends_at: "comes after the start" });
  if (problem === "run_out" || (endsAt !== null && endsAt <= now)) {
    throw invalid({ ends_at: "is over already" });
  }
  return { handle, terms, labelCeiling, startsAt, endsAt, practice };
}

function readMoment(field: string, text: string | null, dayOffsetMs: number): Date | null {
  if (text === null || text.trim() === "") return null;
  const wanted = text.trim();
  const isDay = DAY.test(wanted);
  const date = new Date(isDay ? `${wanted}T00:00:00.000Z` : wanted);
  const year = date.getUTCFullYear();
  if ((!isDay && !INSTANT.test(wanted)) || Number.isNaN(date.getTime()) || year > LAST_YEAR) {
    throw invalid({
      [field]: "a day such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z",
    });
  }
  return isDay ? new Date(date.getTime() + dayOffsetMs) : date;
}

function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `one of ${issue.values.join(", ")}`;
  if (issue.code === "too_big") return `at most ${Number(issue.maximum).toLocaleString("en")}`;
  if (issue.code === "too_small") return "is missing";
  if (issue.code === "invalid_type") return `must be of type ${issue.expected}`;
  return issue.message.toLowerCase();
}
