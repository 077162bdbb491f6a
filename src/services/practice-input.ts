import { z } from "zod";
import type { Audience } from "../domain/audience/audience.ts";
import { AppError, invalid } from "../domain/errors.ts";
import { BENEFITS, LABELS, LIMITS, PRACTICE_KINDS, type PracticeDraft } from "../domain/practice.ts";

const texts = (most: number) => z.array(z.string().max(500)).max(most);

/** What the REST API and the front matter of a file accept for a practice; names are the contract's. */
export const practiceFields = z.strictObject({
  title: z.string().max(1000),
  summary: z.string().max(5000).default(""),
  content: z.string().max(LIMITS.content),
  kind: z.enum(PRACTICE_KINDS).default("practice"),
  topics: texts(LIMITS.topics).default([]),
  benefits: z.array(z.enum(BENEFITS)).max(BENEFITS.length).default([]),
  license: z.string().max(500).nullable().default(null),
  language: z.string().max(35).nullable().default(null),
  credits: texts(LIMITS.credits).default([]),
  label: z.enum(LABELS).optional(),
  review_by: z.string().max(10).nullable().default(null),
  audience: texts(LIMITS.audience).default(["public"]),
  media_ids: texts(32).default([]),
  adapted_from: z.string().max(2000).nullable().default(null),
});

export type PracticeFields = z.input<typeof practiceFields>;

/** Fields of an edit: what is left out stays as it is. */
export const practiceChanges = practiceFields
  .omit({ media_ids: true, adapted_from: true })
  .partial()
  .extend({ change_note: z.string().max(LIMITS.changeNote).optional() });

export type PracticeChanges = z.output<typeof practiceChanges>;

/**
 * Reads what an author sent into a draft and an audience.
 * @throws AppError `invalid_request` that names each wrong field; `audience_not_available`
 */
export function readPractice(input: unknown): { draft: PracticeDraft; audience: Audience } {
  const fields = parseFields(practiceFields, input);
  if (fields.media_ids.length > 0) {
    throw invalid({ media_ids: "attachments are not available in this version" });
  }
  if (fields.adapted_from !== null) {
    throw invalid({ adapted_from: "adaptations are not available in this version" });
  }
  const audience = readAudience(fields.audience);
  return {
    audience,
    draft: {
      title: fields.title,
      summary: fields.summary,
      content: fields.content,
      kind: fields.kind,
      topics: fields.topics,
      benefits: fields.benefits,
      license: fields.license,
      language: fields.language,
      credits: fields.credits,
      label: fields.label ?? (audience[0]?.kind === "public" ? "TLP:CLEAR" : "TLP:GREEN"),
      reviewBy: fields.review_by,
    },
  };
}

/** Reads an edit. @throws AppError `invalid_request` */
export function readPracticeChanges(input: unknown): PracticeChanges {
  return parseFields(practiceChanges, input);
}

/**
 * Reads `audience[]`. Public takes followers in.
 * @throws AppError `audience_not_available`, `invalid_request`
 */
export function readAudience(atoms: readonly string[]): Audience {
  const [only, ...more] = [...new Set(atoms)].toSorted().toReversed();
  if (only === undefined) throw invalid({ audience: "say who it is for: public or followers" });
  const unavailable = atoms.find((atom) => atom !== "public" && atom !== "followers");
  if (unavailable !== undefined) {
    throw new AppError(
      "audience_not_available",
      `The audience "${unavailable.slice(0, 100)}" is not available in this version: ` +
        "a practice can be for public or followers. Nothing was published.",
      { status: 422, details: { audience: "public or followers" } },
    );
  }
  return more.length > 0 || only === "public" ? [{ kind: "public" }] : [{ kind: "followers" }];
}

function parseFields<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid(
    Object.fromEntries(
      parsed.error.issues.map((issue) =>
        issue.code === "unrecognized_keys"
          ? [issue.keys.join(", "), "is not a field of a practice"]
          : [issue.path.join(".") || "body", describe(issue)],
      ),
    ),
  );
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `one of ${issue.values.join(", ")}`;
  if (issue.code === "too_big") return `at most ${Number(issue.maximum).toLocaleString("en")}`;
  if (issue.code === "invalid_type") return `must be of type ${issue.expected}`;
  return issue.message.toLowerCase();
}
