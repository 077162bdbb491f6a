import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { receiveUndoBlock } from "./blocks.ts";
import type { Context } from "./context.ts";
import { receiveUndoReaction } from "./reactions.ts";
import { suppressActivity, type Outcome } from "./received-activities.ts";
import { receiveUndoFollow } from "./received-follows.ts";
import { receiveUndoneOffer } from "./received-partnership-answers.ts";

const UNDOABLE = ["Follow", "Like", "Announce", "Block", "Offer"] as const;

/** The activities that we can undo. */
export type Undoable = (typeof UNDOABLE)[number];

/** The activity that an Undo is about; some peers leave its id out, others everything but the id. */
export interface UndoneActivity {
  readonly iri: string | null;
  readonly type: Undoable | null;
  readonly object: string | null;
}

export function isUndoable(type: string | undefined): type is Undoable {
  return UNDOABLE.some((undoable) => undoable === type);
}

/**
 * An actor takes back something that the same actor did. What has not arrived yet is suppressed: an
 * activity and its Undo may overtake each other on the way.
 */
export async function receiveUndo(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  undone: UndoneActivity,
): Promise<Outcome> {
  for (const type of undone.type === null ? UNDOABLE : [undone.type]) {
    const outcome = await undo(context, tx, actor, { ...undone, type });
    if (outcome === "stored") return outcome;
  }
  if (undone.iri !== null) {
    const type = undone.type ?? "unknown";
    await suppressActivity(tx, { iri: undone.iri, actorIri: actor.iri, type });
  }
  return "ignored:nothing-to-undo";
}

async function undo(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  { iri, type, object }: UndoneActivity & { type: Undoable },
): Promise<Outcome> {
  switch (type) {
    case "Follow":
      return receiveUndoFollow(context, tx, actor, { iri, follower: actor.iri, followee: object });
    case "Like":
      return receiveUndoReaction(tx, actor, { iri, type: "favourite", post: object });
    case "Announce":
      return receiveUndoReaction(tx, actor, { iri, type: "boost", post: object });
    case "Block":
      return receiveUndoBlock(tx, actor, { iri, blocked: object });
    case "Offer":
      return receiveUndoneOffer(context, tx, actor, iri);
  }
}
