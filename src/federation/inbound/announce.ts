import { receiveBoost } from "../../services/reactions.ts";
import { Refused } from "./answer.ts";
import type { Handler } from "./handler.ts";

/** Somebody boosted a post. Only its IRI counts, even when the post is embedded. */
export const announce: Handler = ({ context, activity, actor }) => {
  const { iri, objectIri } = activity;
  if (objectIri === null) throw new Refused(400, "The Announce does not say what.");
  return (tx) => receiveBoost(context, tx, actor, { iri, post: objectIri });
};
