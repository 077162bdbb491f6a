import { receiveReject } from "../../services/received-follows.ts";
import { answeredFollow } from "./answered-follow.ts";
import { ignore, type Handler } from "./handler.ts";

/** Whom one of our actors follows, or asked to follow, says no. */
export const reject: Handler = ({ context, rules, activity, actor }) => {
  const reference = answeredFollow(activity, rules);
  if (reference === null) return ignore("object-type");
  return (tx) => receiveReject(context, tx, actor, reference);
};
