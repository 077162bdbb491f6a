import { z } from "zod";
import type { Audience } from "../domain/audience/audience.ts";
import { invalid } from "../domain/errors.ts";
import { defaultLabel } from "../domain/label.ts";
import {
  BENEFITS,
  LABELS,
  LIMITS,
  PRACTICE_KINDS,
  type Label,
  type PracticeDraft,
} from "../domain/practice.ts";
import { refuseUnlessAllowed } from "./audience-check.ts";
import { readAudience } from "./audience-input.ts";
import type { Context } from "./context.ts";
import type { Once } from "./idempotency.ts";

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
  /** whether people on other kinds of server may be told the title before they sign in here */
  notice_title: z.boolean(),
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
  notice_title: fields.notice_title.default(false),
  media_ids: texts(32).default([]),
  adapted_from: z.string().max(2000).nullable().default(null),
});

/** An edit: what is left out stays as it is, so nothing here may have a default. */
export const practiceChanges = z
  .strictObject(fields)
  .partial()
  .extend({
    change_note: z.string().max(LIMITS.changeNote).optional(),
    media_ids: texts(32).optional(),
  });

export type PracticeChanges = z.output<typeof practiceChanges>;

/** A practice that is ready to be published. */
export interface NewPractice {
  readonly draft: PracticeDraft;
  readonly audience: Audience;
  /** uploads of the member that become its attachments */
  readonly mediaIds?: readonly string[];
  /** whether notices tell the title; default false */
  readonly noticeTitle?: boolean;
  /** for everybody, but not shown where strangers browse; default false */
  readonly quiet?: boolean;
  /** undoes everything when it was published before */
  readonly once?: Once | undefined;
}

/** A practice as it was sent, before anybody was asked whether its audience can be. */
export interface GivenPractice {
  /** `audience[]` */
  readonly audience: readonly string[];
  readonly mediaIds: readonly string[];
  readonly noticeTitle: boolean;
  /** the label is the audience's default when it is left out */
  readonly draft: Omit<PracticeDraft, "label"> & { readonly label: Label | undefined };
}

/** Reads the fields that an author sent. @throws AppError `invalid_request` that names each wrong field */
export function readGivenPractice(input: unknown): GivenPractice {
  const given = parseFields(practiceFields, input);
  if (given.adapted_from !== null) {
    throw invalid({ adapted_from: "adaptations are not available in this version" });
  }
  return {
    audience: given.audience,
    mediaIds: given.media_ids,
    noticeTitle: given.notice_title,
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
      label: given.label,
      reviewBy: given.review_by,
    },
  };
}

/**
 * Reads what an author sent into a practice that is ready to be published.
 * @throws AppError `invalid_request` that names each wrong field; `audience_refused`
 */
export async function readPractice(context: Context, input: unknown): Promise<NewPractice> {
  const { audience: wanted, draft, ...others } = readGivenPractice(input);
  const { audience, refused } = await readAudience(context, wanted);
  refuseUnlessAllowed(refused);
  return { ...others, audience, draft: { ...draft, label: draft.label ?? defaultLabel(audience) } };
}

/** Reads an edit. @throws AppError `invalid_request` */
export function readPracticeChanges(input: unknown): PracticeChanges {
  return parseFields(practiceChanges, input);
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
