import { typesOf } from "../remote/wire-values.ts";
import type { IncomingActivity } from "./incoming-activity.ts";

const TYPES = new Set(["QuoteRequest", "https://w3id.org/fep/044f#QuoteRequest"]);

/** The QuoteRequest that an Accept or Reject may be about; null when it is about something else. */
export function answeredQuote({ object, objectIri }: IncomingActivity): string | null {
  const types = object === null ? [] : typesOf(object);
  return types.length === 0 || types.some((type) => TYPES.has(type)) ? objectIri : null;
}
