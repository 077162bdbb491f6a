import { ANONYMOUS, type Viewer } from "../../domain/audience/policy.ts";

/** Who signed a request: the actor's IRI, or null when nobody did or the signature is refused. */
export type FindSigner = (request: Request) => Promise<string | null>;

/**
 * The viewer of a GET. A refused signature counts as none: it must not learn more, nor anything
 * else, than somebody who did not sign.
 */
export async function viewerOf(request: Request, findSigner: FindSigner): Promise<Viewer> {
  if (!isSigned(request)) return ANONYMOUS;
  const actor = await findSigner(request);
  return actor === null ? ANONYMOUS : { kind: "remote", actor };
}

/** Whether a request carries a signature of either kind. */
export function isSigned(request: Request): boolean {
  return request.headers.has("signature") || request.headers.has("signature-input");
}
