import { removeRelayedReply } from "../../services/relayed-replies.ts";
import { Refused } from "./answer.ts";
import type { Handler } from "./handler.ts";

/** The owner of a discussion takes a reply out that it passed on. */
export const remove: Handler = ({ context, activity, actor }) => {
  const { objectIri } = activity;
  if (objectIri === null) throw new Refused(400, "The Remove does not say what.");
  return (tx) => removeRelayedReply(context, tx, actor, objectIri);
};
