import type { Handler } from "./handler.ts";
import { isRoster, writeRoster } from "./roster.ts";
import { writePost } from "./written-post.ts";

/**
 * An actor edited a post, the roster of a circle or its own profile. A profile, which holds keys and addresses, is read
 * again from its own server rather than believed as it came.
 */
export const update: Handler = (inbound) => {
  const { context, activity, actor, object } = inbound;
  if (object !== null && isRoster(object)) return writeRoster(inbound, object);
  if (activity.objectIri !== actor.iri) return writePost(inbound);
  return async (tx) => {
    await context.jobs.enqueue(tx, "refresh-actor", { iri: actor.iri });
    return "fetching";
  };
};
