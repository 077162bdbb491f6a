import { deleteRemotePost } from "../../services/remote-posts.ts";
import { Refused } from "./answer.ts";
import type { Handler } from "./handler.ts";

/**
 * An actor deleted a post or itself. The end of an actor cannot be taken back, so its own server is
 * asked whether it is true; that of a post counts at once, even before the post itself has arrived.
 */
export const deleteObject: Handler = ({ context, activity, actor }) => {
  const { objectIri } = activity;
  if (objectIri === null) throw new Refused(400, "The Delete does not say what.");
  if (objectIri !== actor.iri) return (tx) => deleteRemotePost(context, tx, objectIri, actor);
  return async (tx) => {
    await context.jobs.enqueue(tx, "refresh-actor", { iri: actor.iri });
    return "fetching";
  };
};
