import type { HttpClient } from "../platform/http/client.ts";
import type { Site } from "./site.ts";

/** What every step of the demo works with. */
export interface Stage {
  readonly sites: readonly Site[];
  readonly http: HttpClient;
  /** aborted when the demo has to end */
  readonly signal: AbortSignal;
  /** tells the visitor what happens */
  readonly say: (line: string) => void;
}
