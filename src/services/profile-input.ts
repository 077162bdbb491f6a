import { invalid } from "../domain/errors.ts";
import { charactersOf } from "../platform/markdown/note-text.ts";
import type { TypedField } from "../persistence/schema/index.ts";

export const PROFILE_LIMITS = {
  /** characters */
  displayName: 100,
  note: 1_500,
  fieldName: 255,
  fieldValue: 255,
  description: 1_500,
  fields: 8,
  attributionDomains: 25,
} as const;

/** What a client changes of a profile; what is absent stays as it is. */
export interface ProfileChanges {
  readonly displayName?: string | undefined;
  /** plain text */
  readonly note?: string | undefined;
  readonly fields?: readonly TypedField[] | undefined;
  /** address of a picture that `receivePicture` took in; null = none */
  readonly avatar?: string | null | undefined;
  readonly header?: string | null | undefined;
  readonly avatarDescription?: string | undefined;
  readonly headerDescription?: string | undefined;
  readonly locked?: boolean | undefined;
  readonly bot?: boolean | undefined;
  readonly discoverable?: boolean | undefined;
  readonly indexable?: boolean | undefined;
  readonly hidesCollections?: boolean | undefined;
  readonly showsMedia?: boolean | undefined;
  readonly showsMediaOfReplies?: boolean | undefined;
  readonly showsFeatured?: boolean | undefined;
  readonly attributionDomains?: readonly string[] | undefined;
  readonly visibility?: "public" | "unlisted" | "private" | "direct" | undefined;
  readonly sensitive?: boolean | undefined;
  /** null = as the client's */
  readonly language?: string | null | undefined;
  readonly quotePolicy?: "public" | "followers" | "nobody" | undefined;
}

/** The changes without what no text of ours may have. @throws AppError `invalid_request` */
export function checkProfile(changes: ProfileChanges): ProfileChanges {
  const problems: Record<string, string> = {};
  const check = (name: string, text: string | undefined, most: number): void => {
    if (text !== undefined && charactersOf(text) > most) {
      problems[name] = `at most ${most.toLocaleString("en")} characters`;
    }
  };
  const displayName = changes.displayName === undefined ? undefined : line(changes.displayName);
  const note = changes.note === undefined ? undefined : lines(changes.note);
  const fields = changes.fields
    ?.map(({ name, value }) => ({ name: line(name), value: line(value) }))
    .filter(({ name, value }) => name !== "" || value !== "");
  check("display_name", displayName, PROFILE_LIMITS.displayName);
  check("note", note, PROFILE_LIMITS.note);
  check("avatar_description", changes.avatarDescription, PROFILE_LIMITS.description);
  check("header_description", changes.headerDescription, PROFILE_LIMITS.description);
  for (const { name, value } of fields ?? []) {
    if (name === "") problems["fields"] = "each has a name";
    check("fields", name, PROFILE_LIMITS.fieldName);
    check("fields", value, PROFILE_LIMITS.fieldValue);
  }
  if ((fields?.length ?? 0) > PROFILE_LIMITS.fields) {
    problems["fields"] = `at most ${PROFILE_LIMITS.fields} of them`;
  }
  if (Object.keys(problems).length > 0) throw invalid(problems);
  return {
    ...changes,
    ...(displayName === undefined ? {} : { displayName }),
    ...(note === undefined ? {} : { note }),
    ...(fields === undefined ? {} : { fields }),
  };
}

/** PostgreSQL takes neither NUL nor half a surrogate pair. */
function lines(text: string): string {
  const unix = text.toWellFormed().replaceAll(/\r\n?/g, "\n");
  return unix.replaceAll(/[^\P{Cc}\n\t]/gu, "").trim();
}

function line(text: string): string {
  return lines(text).replaceAll(/\s+/g, " ");
}
