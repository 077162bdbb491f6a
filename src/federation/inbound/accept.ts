import { receiveAccept } from "../../services/received-follows.ts";
import { receiveQuoteAnswer } from "../../services/received-quotes.ts";
import { receiveAcknowledgement } from "../../services/received-recalls.ts";
import { receiveAcceptedOffer } from "../../services/received-partnership-answers.ts";
import { iriOf } from "../remote/wire-values.ts";
import { answeredFollow } from "./answered-follow.ts";
import { answeredQuote } from "./answered-quote.ts";
import { ignore, type Handler } from "./handler.ts";
import { answeredOffer } from "./offered-partnership.ts";

/** Whom the organization offered a partnership, or one of our actors asked to follow or to quote, says yes. */
export const accept: Handler = async ({ context, rules, activity, actor }) => {
  const offer = answeredOffer(activity);
  const accepted = offer === null ? null : await receiveAcceptedOffer(context, actor, offer);
  if (accepted !== null) return accepted;
  const reference = answeredFollow(activity, rules);
  const requestIri = answeredQuote(activity);
  if (reference === null && requestIri === null) return ignore("object-type");
  return async (tx) => {
    if (requestIri !== null) {
      const stamp = iriOf(activity.json["result"], rules) ?? undefined;
      const quote = await receiveQuoteAnswer(context, tx, actor, { requestIri, stamp });
      if (quote !== null) return quote;
    }
    if (reference === null) return "ignored:not-asked";
    const { iri } = reference;
    const recall = iri === null ? null : await receiveAcknowledgement(context, tx, actor, iri);
    return recall ?? receiveAccept(context, tx, actor, reference);
  };
};
