import type { StatusState } from "../../../services/status-history.ts";
import { accountJson } from "./account.ts";
import { mediaAttachmentJson } from "./media-attachment.ts";
import { contentOf } from "./status.ts";

/** How a post stood at some time (`StatusEdit`). `origin` is our own. */
export function statusEditJson({ post, since, files, pollOptions }: StatusState, origin: string) {
  return {
    content: contentOf(post),
    spoiler_text: post.practice === null ? post.summary : "",
    sensitive: post.sensitive,
    created_at: since.toISOString(),
    account: accountJson(post.authorActor, origin),
    media_attachments: files.map(mediaAttachmentJson),
    emojis: [],
    ...(pollOptions === null ? {} : { poll: { options: pollOptions.map((title) => ({ title })) } }),
  };
}
