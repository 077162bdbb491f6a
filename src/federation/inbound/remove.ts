import { receiveUnpin } from "../../services/pins.ts";
import { removeRelayedReply } from "../../services/relayed-replies.ts";
import { iriOf } from "../remote/wire-values.ts";
import { Refused } from "./answer.ts";
import type { Handler } from "./handler.ts";

/** An actor takes a pin back, or the owner of a discussion takes a reply out that it passed on. */
export const remove: Handler = ({ context, rules, activity, actor }) => {
  const { json, objectIri } = activity;
  if (objectIri === null) throw new Refused(400, "The Remove does not say what.");
  const target = iriOf(json["target"], rules);
  if (target !== null && target === actor.featuredIri) {
    return (tx) => receiveUnpin(tx, actor, objectIri);
  }
  return (tx) => removeRelayedReply(context, tx, actor, objectIri);
};
