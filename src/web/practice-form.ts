import { formatAtom, type Audience } from "../domain/audience/audience.ts";
import { parseCircleAt } from "../domain/circle.ts";
import { LABELS, PRACTICE_KINDS } from "../domain/practice.ts";
import type { Circle } from "../services/circles.ts";
import type { EditablePractice } from "../services/practice-editing.ts";
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
  /** atoms, in their stored form, that the practice has and no choice is offered for; kept if ticked */
  readonly others: readonly string[];
  /** whether people on other kinds of server are told the title */
  readonly noticeTitle: boolean;
  /** ids of uploads and of files that the practice has; attached if ticked */
  readonly files: readonly string[];
  /** id and revision of the practice that is revised; empty for a new one */
  readonly practice: string;
  readonly revision: string;
  readonly changeNote: string;
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
  others: [],
  noticeTitle: false,
  files: [],
  practice: "",
  revision: "",
  changeNote: "",
};

/** Most entries of a list that travels in a form. */
const MOST_LISTED = 100;

/** The form of a practice that is there, as it stands. */
export function practiceFormOf(
  { post, draft, files, names }: EditablePractice,
  choices: AudienceChoices,
): PracticeFormFields {
  const { audience } = post;
  const partners = choices.partners.filter(({ iri }) =>
    audience.some((atom) => atom.kind === "partner" && atom.organization === iri),
  );
  const circles = choices.circles.filter(({ id }) => hasCircle(audience, id));
  const people = audience.flatMap((atom) => {
    const name = atom.kind === "person" ? names.get(formatAtom(atom)) : undefined;
    return name?.startsWith("person:@") === true ? [name.slice("person:".length)] : [];
  });
  return {
    title: draft.title,
    summary: draft.summary,
    content: draft.content,
    kind: draft.kind,
    topics: draft.topics.join(", "),
    label: draft.label,
    reach: reachOf(audience),
    partners: partners.map(({ id }) => id.toString()),
    circles: circles.map(({ id }) => id.toString()),
    people: people.join(", "),
    others: audience
      .filter((atom) => {
        if (atom.kind === "partner") return !partners.some(({ iri }) => iri === atom.organization);
        if (atom.kind === "circle") return !circles.some(({ id }) => hasCircle([atom], id));
        if (atom.kind === "person")
          return names.get(formatAtom(atom))?.startsWith("person:@") !== true;
        return atom.kind === "members" && audience.length > 1;
      })
      .map(formatAtom),
    noticeTitle: false,
    files: files.map(({ id }) => id.toString()),
    practice: post.id.toString(),
    revision: post.revision.toString(),
    changeNote: "",
  };
}

function hasCircle(audience: Audience, id: bigint): boolean {
  return audience.some(
    (atom) => atom.kind === "circle" && parseCircleAt(atom.circle)?.circle === id.toString(),
  );
}

function reachOf(audience: Audience): Reach {
  if (audience.some(({ kind }) => kind === "public")) return "public";
  if (audience.some(({ kind }) => kind === "followers")) return "followers";
  return audience.some(({ kind }) => kind !== "members") ? "named" : "members";
}

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
    others: tickedOf(form, "others", "other"),
    noticeTitle: form("notice-title") !== "",
    files: tickedOf(form, "files", "file"),
    practice: form("practice"),
    revision: form("revision"),
    changeNote: form("change-note"),
  };
}

/** Of the values that the field `list` names, those whose box is ticked. */
function tickedOf(form: Form, list: string, box: string): string[] {
  const all = form(list).split(" ").slice(0, MOST_LISTED);
  return all.filter((value) => value !== "" && form(`${box}-${value}`) !== "");
}

/** The fields as the REST API takes them. */
export function toPracticeInput(fields: PracticeFormFields, choices: AudienceChoices) {
  return {
    title: fields.title,
    summary: fields.summary,
    content: fields.content,
    kind: fields.kind,
    topics: commaList(fields.topics),
    media_ids: fields.files,
    notice_title: fields.noticeTitle,
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
    ...fields.others,
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
  const { partners, circles, others, files, noticeTitle, changeNote, ...texts } = fields;
  return [
    ...Object.entries(texts),
    ["change-note", changeNote],
    ["others", others.join(" ")],
    ["files", files.join(" ")],
    ...(noticeTitle ? [["notice-title", "on"] satisfies [string, string]] : []),
    ...others.map((atom): [string, string] => [`other-${atom}`, "on"]),
    ...files.map((id): [string, string] => [`file-${id}`, "on"]),
    ...partners.map((id): [string, string] => [`partner-${id}`, "on"]),
    ...circles.map((id): [string, string] => [`circle-${id}`, "on"]),
  ];
}
