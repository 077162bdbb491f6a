import type { ScheduledStatus } from "../../../services/scheduled.ts";
import { mediaAttachmentJson } from "./media-attachment.ts";

/** A post that is published later (`ScheduledStatus`). */
export function scheduledStatusJson(scheduled: ScheduledStatus) {
  const { draft, appId } = scheduled;
  const { poll, inReplyTo } = draft;
  return {
    id: scheduled.id.toString(),
    scheduled_at: scheduled.scheduledAt.toISOString(),
    params: {
      text: draft.text,
      poll:
        poll === null
          ? null
          : {
              options: poll.options,
              expires_in: poll.expiresIn,
              multiple: poll.multiple,
              hide_totals: poll.hideTotals,
            },
      media_ids: draft.mediaIds.length === 0 ? null : draft.mediaIds,
      sensitive: draft.sensitive ?? null,
      spoiler_text: draft.spoilerText === "" ? null : draft.spoilerText,
      visibility: draft.visibility ?? null,
      language: draft.language ?? null,
      // A number in the documentation, and in real answers; ours does not fit into one.
      in_reply_to_id: inReplyTo,
      // Here nothing is lost by a number: clients read it as one, and never use it.
      application_id: Number(appId ?? 0n),
      quoted_status_id: draft.quotedId,
      ...(draft.quotePolicy === undefined ? {} : { quote_approval_policy: draft.quotePolicy }),
      scheduled_at: null,
      idempotency: null,
      with_rate_limit: false,
    },
    media_attachments: scheduled.media.map(mediaAttachmentJson),
    /** why it was not published when its time had come; ours */
    failure: scheduled.failure,
  };
}
