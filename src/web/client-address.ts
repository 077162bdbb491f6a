import { getConnInfo } from "@hono/node-server/conninfo";
import type { WebContext } from "./frame.ts";

/**
 * The network address that a request came from. Behind a trusted proxy it is the last entry of
 * `X-Forwarded-For`: the one that the proxy itself has written.
 */
export function clientAddress(c: WebContext, trustProxy: boolean): string {
  const forwarded = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim();
  if (trustProxy && forwarded) return forwarded.slice(0, 64);
  // Without a socket (the application called in process) there is nothing to ask.
  const env: unknown = c.env;
  if (typeof env !== "object" || env === null || !("incoming" in env)) return "in-process";
  return getConnInfo(c).remote.address ?? "unknown";
}
