import { receiveBlock } from "../../services/blocks.ts";
import { Refused } from "./answer.ts";
import type { Handler } from "./handler.ts";

/** Somebody blocks one of our actors: from now on neither side sees the other. */
export const block: Handler = ({ context, activity, actor }) => {
  const { iri, objectIri } = activity;
  if (objectIri === null) throw new Refused(400, "The Block does not say whom.");
  return (tx) => receiveBlock(context, tx, actor, { iri, blocked: objectIri });
};
