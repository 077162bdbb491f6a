import { z } from "zod";

/** The values that all entities are made of, as narrow as the strictest client reads them. */

/** A decimal string of 63 bits: clients page by it and compare it by length, then as text. */
export const id = z.string().regex(/^(?:0|[1-9][0-9]{0,18})$/, "a decimal id");

/** `2026-11-22T08:00:00.000Z`; some clients read dates in no other form. */
export const date = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, "a date with milliseconds, in UTC")
  .refine((text) => !Number.isNaN(Date.parse(text)), "a day that there is");

/** `2026-11-22` */
export const day = z.iso.date();

/** An address that a browser opens: clients parse it before they show anything. */
export const url = z.url({ protocol: /^https?$/ });

export const count = z.int().min(0);

/** BCP 47 as clients know it. */
export const language = z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]+)*$/, "a language tag");

export const visibility = z.enum(["public", "unlisted", "private", "direct"]);

export const quotePolicy = z.enum(["public", "followers", "nobody"]);

/** Lists that are always empty here: emoji of one's own, rules, collections. */
export const nothing = z.array(z.never());

/** `{}`: done, and nothing to say of it. */
export const done = z.strictObject({});

/** What is wrong, in the documented words and in ours. */
export const failure = z.strictObject({
  error: z.string().min(1),
  error_description: z.string().min(1),
  code: z.string().regex(/^[a-z][a-z_]*$/),
  details: z
    .record(
      z.string(),
      z.array(z.strictObject({ error: z.string(), description: z.string().min(1) })).min(1),
    )
    .optional(),
});
