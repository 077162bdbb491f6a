import { receiveAccept } from "../../services/received-follows.ts";
import { answeredFollow } from "./answered-follow.ts";
import { ignore, type Handler } from "./handler.ts";

/** Whom one of our actors asked to follow says yes. */
export const accept: Handler = ({ context, rules, activity, actor }) => {
  const reference = answeredFollow(activity, rules);
  if (reference === null) return ignore("object-type");
  return (tx) => receiveAccept(context, tx, actor, reference);
};
