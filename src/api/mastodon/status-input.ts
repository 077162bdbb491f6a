import { z } from "zod";
import { VISIBILITIES } from "../../domain/audience/visibility.ts";
import { invalid, notFound } from "../../domain/errors.ts";
import { parseId, type Id } from "../../domain/ids.ts";
import { LIMITS } from "../../domain/practice.ts";
import type { StatusChanges } from "../../services/edit-status.ts";
import { MEDIA_LIMITS } from "../../services/media-upload.ts";
import { checkPoll, MOST_OPTIONS, type NewPoll } from "../../services/polls.ts";
import type { NoteDraft } from "../../services/publish-note.ts";
import { flag, list, optional, text, whole } from "./fields.ts";

const POLL = z.object({
  options: list(text(1_000), MOST_OPTIONS * 2),
  expires_in: whole(0, 1_000_000_000),
  multiple: optional(flag),
  hide_totals: optional(flag),
});

const WRITTEN = {
  status: optional(text(LIMITS.content)),
  spoiler_text: optional(text(LIMITS.content)),
  sensitive: optional(flag),
  language: optional(text(100)),
  media_ids: list(text(30), MEDIA_LIMITS.perPost).optional(),
  quote_approval_policy: optional(z.enum(["public", "followers", "nobody"])),
};

/** `POST /api/v1/statuses` */
export const NEW_STATUS = z.object({
  ...WRITTEN,
  in_reply_to_id: optional(text(30)),
  quoted_status_id: optional(text(30)),
  visibility: optional(z.enum(VISIBILITIES)),
  poll: optional(POLL),
  scheduled_at: optional(text(100)),
});

/** `PUT /api/v1/statuses/:id`; texts may be empty here, `poll: null` is no poll any more */
export const EDITED_STATUS = z.object({
  ...WRITTEN,
  status: text(LIMITS.content).nullish(),
  spoiler_text: text(LIMITS.content).nullish(),
  poll: z.preprocess((value) => (value === "" ? null : value), POLL.nullable().optional()),
  media_attributes: list(
    z.object({ id: text(30), description: text(10_000).nullish() }),
    64,
  ).optional(),
});

type NewStatus = z.output<typeof NEW_STATUS>;

/**
 * A new status as the services understand it; `now` is when its poll begins.
 * @throws AppError `invalid_request`, `not_found` for ids that are none
 */
export function toDraft(input: NewStatus, now: Date): NoteDraft {
  return {
    text: input.status ?? "",
    spoilerText: input.spoiler_text ?? "",
    inReplyTo: idOf(input.in_reply_to_id),
    quotedId: idOf(input.quoted_status_id),
    visibility: input.visibility,
    sensitive: input.sensitive,
    language: input.language,
    quotePolicy: input.quote_approval_policy,
    mediaIds: (input.media_ids ?? []).filter((id) => id !== ""),
    poll: input.poll === undefined ? null : toPoll(input.poll, now),
  };
}

/** An edit as the services understand it. @throws AppError `invalid_request` */
export function toChanges(input: z.output<typeof EDITED_STATUS>, now: Date): StatusChanges {
  const { poll, media_attributes = [] } = input;
  return {
    text: input.status ?? undefined,
    spoilerText: input.spoiler_text ?? undefined,
    sensitive: input.sensitive,
    language: input.language,
    mediaIds: input.media_ids?.filter((id) => id !== ""),
    descriptions: media_attributes.flatMap(({ id, description }) =>
      typeof description === "string" ? [{ id, description }] : [],
    ),
    poll: poll === undefined || poll === null ? poll : toPoll(poll, now),
    quotePolicy: input.quote_approval_policy,
  };
}

function toPoll(poll: z.output<typeof POLL>, now: Date): NewPoll {
  const { options, expires_in: expiresIn, multiple = false, hide_totals = false } = poll;
  return checkPoll({ options, expiresIn, multiple, hideTotals: hide_totals }, now);
}

function idOf(text: string | undefined): Id | null {
  if (text === undefined) return null;
  const id = parseId(text);
  if (id === null) throw notFound();
  return id;
}

/** When a status is to be published. @throws AppError `invalid_request` */
export function readSchedule(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999) {
    throw invalid({ scheduled_at: "a moment such as 2027-03-31T08:00:00Z" });
  }
  return at;
}
