import { LABELS, PRACTICE_KINDS } from "../domain/practice.ts";
import type { Circle } from "../services/circles.ts";
import type { ActorRecord } from "../services/records.ts";
import type { Form } from "./form.ts";

/** Whom a practice may be chosen for: the partners in force and the circles. */
export interface AudienceChoices {
  readonly partners: readonly ActorRecord[];
  readonly circles: readonly Circle[];
  /** only editors publish outside */
  readonly outside: boolean;
}

const REACHES = ["public", "followers", "named", "members"] as const;
type Reach = (typeof REACHES)[number];

/** What somebody typed on the writing page. */
export interface PracticeFormFields {
  readonly title: string;
  readonly summary: string;
  readonly content: string;
  readonly kind: string;
  readonly topics: string;
  readonly label: string;
  readonly reach: Reach;
  /** ids of partners' actors */
  readonly partners: readonly string[];
  /** ids of circles */
  readonly circles: readonly string[];
  readonly people: string;
}

/** An empty form; members alone, until its author decides otherwise. */
export const EMPTY_PRACTICE: PracticeFormFields = {
  title: "",
  summary: "",
  content: "",
  kind: "practice",
  topics: "",
  label: "",
  reach: "members",
  partners: [],
  circles: [],
  people: "",
};

/** Reads the form as it was sent; what no choice was offered for does not count. */
export function readPracticeForm(form: Form, choices: AudienceChoices): PracticeFormFields {
  const reach = REACHES.find((known) => known === form("reach")) ?? "members";
  const ticked = (kind: string, all: readonly { readonly id: bigint }[]) =>
    all.map(({ id }) => id.toString()).filter((id) => form(`${kind}-${id}`) !== "");
  return {
    title: form("title"),
    summary: form("summary"),
    content: form("content"),
    kind: PRACTICE_KINDS.find((known) => known === form("kind")) ?? "practice",
    topics: form("topics"),
    label: LABELS.find((known) => known === form("label")) ?? "",
    reach,
    partners: ticked("partner", choices.partners),
    circles: ticked("circle", choices.circles),
    people: form("people"),
  };
}

/** The fields as the REST API takes them. */
export function toPracticeInput(fields: PracticeFormFields, choices: AudienceChoices) {
  return {
    title: fields.title,
    summary: fields.summary,
    content: fields.content,
    kind: fields.kind,
    topics: commaList(fields.topics),
    ...(fields.label === "" ? {} : { label: fields.label }),
    audience: audienceOf(fields, choices),
  };
}

/** `audience[]`. Everybody takes all others in; "members only" leaves whatever is ticked aside. */
function audienceOf(fields: PracticeFormFields, choices: AudienceChoices): string[] {
  if (fields.reach === "public" || fields.reach === "members") return [fields.reach];
  const partners = choices.partners.filter(({ id }) => fields.partners.includes(id.toString()));
  const circles = choices.circles.filter(({ id }) => fields.circles.includes(id.toString()));
  return [
    ...(fields.reach === "followers" ? ["followers"] : []),
    ...partners.map(({ handle, host }) => `partner:@${handle}@${host}`),
    ...circles.map(({ slug }) => `circle:${slug}`),
    ...commaList(fields.people).map((handle) => `person:${handle}`),
  ];
}

function commaList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Everything in the form as hidden fields: name and value. */
export function hiddenFields(fields: PracticeFormFields): [name: string, value: string][] {
  const { partners, circles, ...texts } = fields;
  return [
    ...Object.entries(texts),
    ...partners.map((id): [string, string] => [`partner-${id}`, "on"]),
    ...circles.map((id): [string, string] => [`circle-${id}`, "on"]),
  ];
}
