import type { BlockOnWire, ModerationWire } from "../../services/moderation-wire.ts";
import { ACTIVITY_STREAMS } from "../vocab/context.ts";

/** Blocks and reports. Each goes to one server, and names nobody but whom it is about. */
export const moderationWire: ModerationWire = {
  block: (block) => ({
    "@context": ACTIVITY_STREAMS,
    ...blockObject(block),
    to: [block.blocked],
  }),
  undoBlock: (iri, block) => ({
    "@context": ACTIVITY_STREAMS,
    type: "Undo",
    id: iri,
    actor: block.blocker,
    to: [block.blocked],
    object: blockObject(block),
  }),
  flag: ({ iri, by, about, posts, comment }) => ({
    "@context": ACTIVITY_STREAMS,
    type: "Flag",
    id: iri,
    actor: by,
    to: [about],
    content: comment,
    object: [about, ...posts],
  }),
};

function blockObject({ iri, blocker, blocked }: BlockOnWire) {
  return { type: "Block", id: iri, actor: blocker, object: blocked };
}
