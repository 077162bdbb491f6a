import type { HttpClient } from "../../platform/http/client.ts";

/** Throws AppError `origin_refused` for an address on a server that an administrator refuses. */
type CheckOrigin = (url: string) => Promise<void>;

/**
 * The same client, which asks nothing of refused origins, wherever a redirect leads: neither
 * documents nor files, neither keys nor handles.
 */
export function withoutRefused(http: HttpClient, check: CheckOrigin): HttpClient {
  return {
    ...http,
    async request(input) {
      await check(input.url);
      return http.request({ ...input, checkRedirect: (url) => check(url.href) });
    },
    async open(input) {
      await check(input.url);
      return http.open(input);
    },
  };
}
