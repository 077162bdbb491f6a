import { z } from "zod";
import type { Audience } from "../domain/audience/audience.ts";
import { AppError, invalid } from "../domain/errors.ts";
import {
  BENEFITS,
  LABELS,
  LIMITS,
  PRACTICE_KINDS,
  type PracticeDraft,
} from "../domain/practice.ts";

const texts = (most: number) => z.array(z.string().max(500)).max(most);

/** The fields of a practice as the REST API and front matter name them; the names are the contract's. */
const fields = {
  title: z.string().max(1000),
  summary: z.string().max(5000),
  content: z.string().max(LIMITS.content),
  kind: z.enum(PRACTICE_KINDS),
  topics: texts(LIMITS.topics),
  benefits: z.array(z.enum(BENEFITS)).max(BENEFITS.length),
  license: z.string().max(500).nullable(),
  language: z.string().max(35).nullable(),
  credits: texts(LIMITS.credits),
  label: z.enum(LABELS),
  review_by: z.string().max(10).nullable(),
  audience: texts(LIMITS.audience),
};

/** A new practice: what is left out has a default. */
export const practiceFields = z.strictObject({
  ...fields,
  summary: fields.summary.default(""),
  kind: fields.kind.default("practice"),
  topics: fields.topics.default([]),
  benefits: fields.benefits.default([]),
  license: fields.license.default(null),
  language: fields.language.default(null),
  credits: fields.credits.default([]),
  label: fields.label.optional(),
  review_by: fields.review_by.default(null),
  audience: fields.audience.default(["public"]),
  media_ids: texts(32).default([]),
  adapted_from: z.string().max(2000).nullable().default(null),
});

/** An edit: what is left out stays as it is, so nothing here may have a default. */
export const practiceChanges = z
  .strictObject(fields)
  .partial()
  .extend({ change_note: z.string().max(LIMITS.changeNote).optional() });

export type PracticeChanges = z.output<typeof practiceChanges>;

/**
 * Reads what an author sent into a draft and an audience.
 * @throws AppError `invalid_request` that names each wrong field; `audience_not_available`
 */
export function readPractice(input: unknown): { draft: PracticeDraft; audience: Audience } {
  const given = parseFields(practiceFields, input);
  if (given.media_ids.length > 0) {
    throw invalid({ media_ids: "attachments are not available in this version" });
  }
  if (given.adapted_from !== null) {
    throw invalid({ adapted_from: "adaptations are not available in this version" });
  }
  const audience = readAudience(given.audience);
  return {
    audience,
    draft: {
      title: given.title,
      summary: given.summary,
      content: given.content,
      kind: given.kind,
      topics: given.topics,
      benefits: given.benefits,
      license: given.license,
      language: given.language,
      credits: given.credits,
      label: given.label ?? (audience[0]?.kind === "public" ? "TLP:CLEAR" : "TLP:GREEN"),
      reviewBy: given.review_by,
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
