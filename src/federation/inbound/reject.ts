import { receiveReject } from "../../services/received-follows.ts";
import { receiveQuoteAnswer } from "../../services/received-quotes.ts";
import { receiveRejectedOffer } from "../../services/received-partnership-answers.ts";
import { answeredFollow } from "./answered-follow.ts";
import { answeredQuote } from "./answered-quote.ts";
import { ignore, type Handler } from "./handler.ts";
import { answeredOffer } from "./offered-partnership.ts";

/** Whom the organization offered a partnership, or one of our actors follows or asked to, says no. */
export const reject: Handler = ({ context, rules, activity, actor }) => {
  const offer = answeredOffer(activity);
  const reference = answeredFollow(activity, rules);
  const requestIri = answeredQuote(activity);
  if (offer === null && reference === null && requestIri === null) return ignore("object-type");
  return async (tx) => {
    const answered = { requestIri: requestIri ?? "", stamp: null };
    const quote =
      requestIri === null ? null : await receiveQuoteAnswer(context, tx, actor, answered);
    if (quote !== null) return quote;
    const rejected =
      offer === null ? null : await receiveRejectedOffer(context, tx, actor, offer.offerIri);
    if (rejected !== null) return rejected;
    if (reference === null) return "ignored:unknown-offer";
    return receiveReject(context, tx, actor, reference);
  };
};
