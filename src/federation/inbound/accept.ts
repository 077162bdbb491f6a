import { receiveAccept } from "../../services/received-follows.ts";
import { receiveAcknowledgement } from "../../services/received-recalls.ts";
import { receiveAcceptedOffer } from "../../services/received-partnership-answers.ts";
import { answeredFollow } from "./answered-follow.ts";
import { ignore, type Handler } from "./handler.ts";
import { answeredOffer } from "./offered-partnership.ts";

/** Whom the organization offered a partnership, or one of our actors asked to follow, says yes. */
export const accept: Handler = async ({ context, rules, activity, actor }) => {
  const offer = answeredOffer(activity);
  const accepted = offer === null ? null : await receiveAcceptedOffer(context, actor, offer);
  if (accepted !== null) return accepted;
  const reference = answeredFollow(activity, rules);
  if (reference === null) return ignore("object-type");
  return async (tx) => {
    const { iri } = reference;
    const recall = iri === null ? null : await receiveAcknowledgement(context, tx, actor, iri);
    return recall ?? receiveAccept(context, tx, actor, reference);
  };
};
