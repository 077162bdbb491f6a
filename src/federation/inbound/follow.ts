import { receiveFollow } from "../../services/received-follows.ts";
import { Refused } from "./answer.ts";
import type { Handler } from "./handler.ts";

/** Somebody asks to follow one of our actors. */
export const follow: Handler = ({ context, activity, actor }) => {
  const { objectIri } = activity;
  if (objectIri === null) throw new Refused(400, "The Follow does not say whom.");
  return (tx) => receiveFollow(context, tx, actor, { iri: activity.iri, followee: objectIri });
};
