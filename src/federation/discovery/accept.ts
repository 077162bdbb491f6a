const ACTIVITY = ["application/activity+json", "application/ld+json"];
const ANY_JSON = [...ACTIVITY, "application/json", "application/*", "*/*"];

/** Quality (0–1) that an Accept header gives to the best of `types`; 0 when it wants none of them. */
function quality(accept: string, types: readonly string[]): number {
  let best = 0;
  for (const range of accept.slice(0, 1000).split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    if (!types.includes(type)) continue;
    const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    best = Math.max(best, q === undefined ? 1 : Number(q) || 0);
  }
  return best;
}

/** Whether somebody who asks for a document under `/ap/` can take JSON; no header takes anything. */
export function acceptsJson(accept: string | undefined): boolean {
  return accept === undefined || accept === "" || quality(accept, ANY_JSON) > 0;
}

/** Whether a page was asked for as ActivityPub: it is named, and HTML is not preferred to it. */
export function prefersActivity(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const wanted = quality(accept, ACTIVITY);
  return wanted > 0 && wanted >= quality(accept, ["text/html", "application/xhtml+xml"]);
}
