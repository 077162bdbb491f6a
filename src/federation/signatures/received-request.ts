import type { RequestHeaders } from "./request-headers.ts";
import type { Target } from "./target.ts";

/** A request to be verified; `target` is our own public URL, never what its Host header says. */
export interface ReceivedRequest {
  readonly method: string;
  readonly target: Target;
  readonly headers: RequestHeaders;
  readonly body: Buffer;
}

/** Whether a signature must cover the body's digest. */
export function mustCoverBody({ method, body }: ReceivedRequest): boolean {
  return body.length > 0 || !["GET", "HEAD"].includes(method.toUpperCase());
}
