import type { NoteDraft } from "../../src/services/publish-note.ts";

/** A public note as a client sends it, with those changes. */
export function noteDraft(changes: Partial<NoteDraft>): NoteDraft {
  return {
    text: "We ask.",
    spoilerText: "",
    inReplyTo: null,
    visibility: "public",
    sensitive: undefined,
    language: undefined,
    quotePolicy: undefined,
    mediaIds: [],
    poll: null,
    quotedId: null,
    ...changes,
  };
}
