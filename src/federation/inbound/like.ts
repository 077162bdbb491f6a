import { receiveFavourite } from "../../services/reactions.ts";
import { Refused } from "./answer.ts";
import type { Handler } from "./handler.ts";

/** Somebody likes a post. */
export const like: Handler = ({ context, activity, actor }) => {
  const { iri, objectIri } = activity;
  if (objectIri === null) throw new Refused(400, "The Like does not say what.");
  return (tx) => receiveFavourite(context, tx, actor, { iri, post: objectIri });
};
