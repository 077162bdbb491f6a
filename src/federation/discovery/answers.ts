const JSON_TYPE = "application/activity+json; charset=utf-8";

/** What may make an answer differ; a cache must keep them apart. */
const VARY = "Accept, Signature, Signature-Input";

/** A document that everybody may see and keep for a short while. */
export function publicDocument(body: string): Response {
  return new Response(body, {
    headers: { "Content-Type": JSON_TYPE, Vary: VARY, "Cache-Control": "public, max-age=60" },
  });
}

/** A document for the signer of this request alone. */
export function privateDocument(body: string): Response {
  return new Response(body, {
    headers: { "Content-Type": JSON_TYPE, Vary: VARY, "Cache-Control": "private, no-store" },
  });
}

/** Terms of a partnership, byte for byte as their hash says, for the signer of this request alone. */
export function privateMarkdown(text: string): Response {
  return new Response(text, {
    headers: {
      "Content-Type": "text/markdown; charset=utf-8",
      "X-Content-Type-Options": "nosniff",
      Vary: VARY,
      "Cache-Control": "private, no-store",
    },
  });
}

/** Hidden and missing are one answer: same status, bytes and headers. */
export function noDocument(): Response {
  return new Response('{"error":"not_found"}', {
    status: 404,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      Vary: VARY,
      "Cache-Control": "private, no-store",
    },
  });
}

/** Documents under `/ap/` are JSON; whoever can only take something else is told so before any look-up. */
export function notAcceptable(): Response {
  return new Response('{"error":"not_acceptable","supported":"application/activity+json"}', {
    status: 406,
    headers: { "Content-Type": "application/json; charset=utf-8", Vary: VARY },
  });
}
