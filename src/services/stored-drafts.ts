import { z } from "zod";
import { VISIBILITIES } from "../domain/audience/visibility.ts";
import type { NoteDraft } from "./publish-note.ts";

const decimal = z.string().nullable();

/** A draft as it is kept until its time comes. What is missing was not said. */
const STORED = z.object({
  text: z.string(),
  spoilerText: z.string(),
  inReplyTo: decimal,
  quotedId: decimal,
  visibility: z.enum(VISIBILITIES).optional(),
  sensitive: z.boolean().optional(),
  language: z.string().optional(),
  quotePolicy: z.enum(["public", "followers", "nobody"]).optional(),
  mediaIds: z.array(z.string()),
  poll: z
    .object({
      options: z.array(z.string()),
      multiple: z.boolean(),
      hideTotals: z.boolean(),
      /** seconds that it is open once it is published */
      expiresIn: z.number(),
    })
    .nullable(),
});

export type StoredDraft = z.output<typeof STORED>;

/** Reads what `toStored` made. */
export function fromStored(stored: unknown): StoredDraft {
  return STORED.parse(stored);
}

/** A draft as it is kept; `now` is when its poll would have begun. */
export function toStored(
  { inReplyTo, quotedId, poll, ...draft }: NoteDraft,
  now: Date,
): StoredDraft {
  return {
    ...draft,
    mediaIds: [...draft.mediaIds],
    inReplyTo: inReplyTo?.toString() ?? null,
    quotedId: quotedId?.toString() ?? null,
    poll:
      poll === null
        ? null
        : {
            options: [...poll.options],
            multiple: poll.multiple,
            hideTotals: poll.hideTotals,
            expiresIn: Math.round((poll.expiresAt.getTime() - now.getTime()) / 1000),
          },
  };
}

/** The draft as it is published at `now`. */
export function toDraft(
  { inReplyTo, quotedId, poll, ...stored }: StoredDraft,
  now: Date,
): NoteDraft {
  const { visibility, sensitive, language, quotePolicy } = stored;
  return {
    ...stored,
    visibility,
    sensitive,
    language,
    quotePolicy,
    inReplyTo: inReplyTo === null ? null : BigInt(inReplyTo),
    quotedId: quotedId === null ? null : BigInt(quotedId),
    poll:
      poll === null
        ? null
        : {
            options: poll.options,
            multiple: poll.multiple,
            hideTotals: poll.hideTotals,
            expiresAt: new Date(now.getTime() + poll.expiresIn * 1000),
          },
  };
}
