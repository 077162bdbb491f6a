import { isSameOrigin } from "../../domain/remote-iri.ts";
import { receiveQuoteRequest } from "../../services/received-quotes.ts";
import { iriOf } from "../remote/wire-values.ts";
import { Refused } from "./answer.ts";
import type { Handler } from "./handler.ts";

/** Somebody asks to quote one of our posts (FEP-044f) in a post on their own server. */
export const quoteRequest: Handler = ({ context, rules, activity, actor }) => {
  const { iri, objectIri: quoted, json } = activity;
  const quoting = iriOf(json["instrument"], rules);
  if (quoted === null || quoting === null) {
    throw new Refused(400, "The QuoteRequest does not say what, or where.");
  }
  if (!isSameOrigin(quoting, actor.iri)) {
    throw new Refused(403, "The quoting post is not on its author's server.");
  }
  return (tx) => receiveQuoteRequest(context, tx, actor, { iri, quoted, quoting });
};
