import type { QuoteStamp } from "../../services/remote.ts";
import type { RemoteQuote } from "../../services/remote-quotes.ts";
import { remoteInvalid } from "./problems.ts";
import { iriOf, typesOf, type Json, type WireRules } from "./wire-values.ts";

/** FEP-044f first; the others are older servers' words for the same. */
const NAMES = ["quote", "quoteUri", "quoteUrl", "_misskey_quote"];
const STAMP_TYPES = new Set(["QuoteAuthorization", "https://w3id.org/fep/044f#QuoteAuthorization"]);

/** What a post says that it quotes; null when it quotes nothing, or itself. */
export function readQuote(document: Json, iri: string, rules: WireRules): RemoteQuote | null {
  for (const name of NAMES) {
    const quoted = iriOf(document[name], rules);
    if (quoted === null || quoted === iri) continue;
    return { iri: quoted, stamp: iriOf(document["quoteAuthorization"], rules) };
  }
  return null;
}

/** @throws AppError `remote_invalid` for what is no stamp */
export function readQuoteStamp(document: Json, rules: WireRules): QuoteStamp {
  const author = iriOf(document["attributedTo"], rules);
  const quoting = iriOf(document["interactingObject"], rules);
  const quoted = iriOf(document["interactionTarget"], rules);
  const isStamp = typesOf(document).some((type) => STAMP_TYPES.has(type));
  if (!isStamp || author === null || quoting === null || quoted === null) {
    throw remoteInvalid("This is no consent to a quote.");
  }
  return { author, quoting, quoted };
}

const LINE_CLASS = "quote-inline";
const LONGEST_TAG = 300;

/** The text without the line that stands in for the quote on servers that know none. */
export function withoutQuoteLine(html: string): string {
  const at = html.indexOf(LINE_CLASS);
  const start = at < 0 ? -1 : html.lastIndexOf("<", at);
  if (start < 0 || at - start > LONGEST_TAG) return html;
  const name = /^<(p|span) [^<>]*class="[^"<>]*$/i.exec(html.slice(start, at))?.[1];
  if (name === undefined) return html;
  const close = `</${name}>`;
  const end = html.indexOf(close, at);
  return end < 0 ? html : html.slice(0, start) + html.slice(end + close.length);
}
