import { receiveVote } from "../../services/poll-votes.ts";
import { concernsUs } from "../../services/relevance.ts";
import { storeRemotePost } from "../../services/remote-posts.ts";
import type { Effect } from "../../services/received-activities.ts";
import { isPostDocument, readPostDocument } from "../remote/read-post.ts";
import { irisOf } from "../remote/wire-values.ts";
import { Refused } from "./answer.ts";
import { readVote } from "./vote.ts";
import { ignore, type Inbound } from "./handler.ts";

const MAX_ADDRESSES = 1_000;

/**
 * What a Create or Update of a post does. The embedded post is stored if it has a reason to be
 * here. Where it cannot be believed, or is only named, it is read from its own server.
 * @throws Refused 400, 403; AppError `remote_invalid`
 */
export function writePost(inbound: Inbound): Effect {
  const { context, rules, activity, actor, object } = inbound;
  if (object === null) return readPostLater(inbound);
  const vote = activity.type === "Create" ? readVote(object, rules) : null;
  if (vote !== null) return (tx) => receiveVote(context, tx, actor, vote);
  if (!isPostDocument(object)) return ignore("object-type");
  const { to, cc } = activity.json;
  const post = readPostDocument(object, rules, { actor: actor.iri, to, cc });
  if (post.author !== actor.iri) {
    throw new Refused(403, "The object is not attributed to the actor.");
  }
  return (tx) => storeRemotePost(context, tx, actor, post);
}

function readPostLater({ context, rules, activity, actor }: Inbound): Effect {
  const { objectIri, json } = activity;
  if (objectIri === null) throw new Refused(400, "The activity has no object.");
  return async (tx) => {
    const related = await concernsUs(context, tx, {
      authorId: actor.id,
      to: irisOf(json["to"], rules, MAX_ADDRESSES),
      cc: irisOf(json["cc"], rules, MAX_ADDRESSES),
      posts: [objectIri],
    });
    if (!related) return "ignored:unrelated";
    await context.jobs.enqueue(tx, "fetch-post", { iri: objectIri, depth: 0 });
    return "fetching";
  };
}
