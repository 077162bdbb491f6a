import { AS_PUBLIC } from "../../domain/audience/address.ts";
import type { Visible } from "../../domain/audience/policy.ts";
import { escapeHtml } from "../../platform/html/escape.ts";
import type { PostRecord } from "../../services/records.ts";
import type {
  JsonLd,
  QuoteRequestOnWire,
  StampOnWire,
  TakenStampOnWire,
} from "../../services/wire.ts";
import { ACTIVITY_STREAMS, QUOTE_CONTEXT } from "../vocab/context.ts";

const OVER = new Set(["rejected", "revoked", "deleted"]);

/** What a post quotes (FEP-044f), with the author's consent once it is there; nothing without a quote. */
export function quoteOf({ parts }: Visible<PostRecord>): JsonLd {
  const quote = parts?.quote ?? null;
  if (quote === null || OVER.has(quote.state)) return {};
  const { quotedIri, approvalIri } = quote;
  return {
    quote: quotedIri,
    quoteUri: quotedIri,
    _misskey_quote: quotedIri,
    ...(approvalIri === null ? {} : { quoteAuthorization: approvalIri }),
  };
}

/** A line for servers that know no quotes; the others leave it out by its class. */
export function quoteLine({ parts }: Visible<PostRecord>): string {
  const quote = parts?.quote ?? null;
  if (quote === null || OVER.has(quote.state)) return "";
  const url = escapeHtml(quote.quotedIri);
  return `<p class="quote-inline">RE: <a href="${url}">${url}</a></p>`;
}

/** Asks to quote. The quoting post is named, not embedded: it is public, and several servers want that. */
export function quoteRequestActivity(iri: string, request: QuoteRequestOnWire): JsonLd {
  return { "@context": QUOTE_CONTEXT, ...requestObject({ ...request, iri }), to: [request.to] };
}

/** The answer to somebody who wants to quote; `stamp` is null for a no. */
export function answerQuoteActivity(
  iri: string,
  request: QuoteRequestOnWire,
  stamp: string | null,
): JsonLd {
  return {
    "@context": QUOTE_CONTEXT,
    type: stamp === null ? "Reject" : "Accept",
    id: iri,
    actor: request.to,
    to: [request.actor],
    object: requestObject(request),
    ...(stamp === null ? {} : { result: stamp }),
  };
}

function requestObject({ iri, actor, quoted, quoting }: QuoteRequestOnWire): JsonLd {
  return { type: "QuoteRequest", id: iri, actor, object: quoted, instrument: quoting };
}

export function stampDocument({ iri, author, quoting, quoted }: StampOnWire): JsonLd {
  return {
    "@context": QUOTE_CONTEXT,
    type: "QuoteAuthorization",
    id: iri,
    attributedTo: author,
    interactingObject: quoting,
    interactionTarget: quoted,
  };
}

/** A Delete of a stamp: the quote is not consented to any more. */
export function deleteStampActivity(iri: string, taken: TakenStampOnWire): JsonLd {
  const { stamp, actor, open, followers, to } = taken;
  const cc = [...(followers === null ? [] : [followers]), to];
  return {
    "@context": ACTIVITY_STREAMS,
    type: "Delete",
    id: iri,
    actor,
    ...(open ? { to: [AS_PUBLIC], cc } : { to: [to] }),
    object: stamp,
  };
}
