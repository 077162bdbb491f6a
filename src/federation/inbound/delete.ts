import type { Effect } from "../../services/received-activities.ts";
import { receiveStampTakenBack } from "../../services/received-quotes.ts";
import { acknowledgeRecall } from "../../services/received-recalls.ts";
import { deleteRemotePost } from "../../services/deleted-posts.ts";
import { readRevision } from "../remote/read-post.ts";
import { irisOf } from "../remote/wire-values.ts";
import { Refused } from "./answer.ts";
import type { Handler, Inbound } from "./handler.ts";

const MAX_ADDRESSES = 1_000;

/**
 * An actor deleted a post or itself. The end of an actor cannot be taken back, so its own server is
 * asked whether it is true; that of a post counts at once, even before the post itself has arrived.
 */
export const deleteObject: Handler = (inbound) => {
  const { context, activity, actor } = inbound;
  const { objectIri } = activity;
  if (objectIri === null) throw new Refused(400, "The Delete does not say what.");
  if (objectIri !== actor.iri) return deletePost(inbound, objectIri);
  return async (tx) => {
    await context.jobs.enqueue(tx, "refresh-actor", { iri: actor.iri });
    return "fetching";
  };
};

/** Our kin number their revisions; what they recall from our organization, it says when it is gone. */
function deletePost({ context, rules, activity, actor }: Inbound, post: string): Effect {
  const revision = readRevision(activity.object?.["revision"]);
  const recall = { iri: activity.iri, to: irisOf(activity.json["to"], rules, MAX_ADDRESSES) };
  return async (tx) => {
    const stamp = await receiveStampTakenBack(context, tx, actor, post);
    if (stamp !== null) return stamp;
    const outcome = await deleteRemotePost(context, tx, post, actor, revision);
    const refused = outcome === "ignored:not-the-author";
    if (revision !== null && !refused) await acknowledgeRecall(context, tx, actor, recall);
    return outcome;
  };
}
