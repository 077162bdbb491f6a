import { z } from "zod";
import { parseId } from "../../domain/ids.ts";

/** Building blocks of request schemas: clients write the same value in several ways. */

const TRUE = new Set(["true", "True", "TRUE", "1", "t", "on", "yes"]);
const FALSE = new Set(["false", "False", "FALSE", "0", "f", "off", "no", ""]);

/** `true`, `True`, `1`, `on`, …; anything else is refused. */
export const flag = z.preprocess((value) => {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value === 1 ? true : value === 0 ? false : value;
  if (typeof value !== "string") return value;
  if (TRUE.has(value)) return true;
  return FALSE.has(value) ? false : value;
}, z.boolean("true or false"));

/** A text; numbers and booleans in JSON are taken as what they look like, and half characters replaced. */
export function text(longest: number) {
  return z.preprocess(
    (value) => {
      // PostgreSQL keeps no half of a surrogate pair in JSON; clients that cut emoji send them.
      if (typeof value === "string") return value.toWellFormed();
      return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    },
    z
      .string("a text")
      .max(longest, `at most ${longest} characters`)
      // PostgreSQL keeps none.
      .refine((written) => !written.includes("\0"), "a text without NUL"),
  );
}

/** A whole number. */
export function whole(least: number, most: number) {
  const range = `a whole number from ${least} to ${most}`;
  return z.preprocess(
    (value) => (typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value),
    z.number(range).int(range).min(least, range).max(most, range),
  );
}

/** The id of something; a path or parameter that is no id finds nothing. */
export const id = z
  .preprocess((value) => (typeof value === "number" ? String(value) : value), z.string("an id"))
  .transform((value, context) => {
    const parsed = parseId(value);
    if (parsed !== null) return parsed;
    context.addIssue({ code: "custom", message: "an id" });
    return z.NEVER;
  });

/** `id[]=1&id[]=2`, `id=1`, `["1"]`, or `{ "0": "1" }` as some form encoders write it. */
export function list<Item extends z.ZodType>(item: Item, most: number) {
  return z.preprocess(
    (value) => {
      if (value === undefined || value === null || Array.isArray(value)) return value ?? undefined;
      return typeof value === "object" ? Object.values(value) : [value];
    },
    z.array(item).max(most, `at most ${most} of them`),
  );
}

/** An empty text counts as not given. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(
    (value) => (value === "" || value === null ? undefined : value),
    schema.optional(),
  );
}
