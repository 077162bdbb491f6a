import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context as HonoContext } from "hono";
import ipaddr from "ipaddr.js";

/**
 * The network address that a request came from. Behind a trusted proxy it is the last entry of
 * `X-Forwarded-For`: the one that the proxy itself has written.
 */
export function clientAddress(c: HonoContext, trustProxy: boolean): string {
  const forwarded = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim();
  if (trustProxy && forwarded) return forwarded.slice(0, 64);
  // Without a socket (the application called in process) there is nothing to ask.
  const env: unknown = c.env;
  if (typeof env !== "object" || env === null || !("incoming" in env)) return "in-process";
  return getConnInfo(c).remote.address ?? "unknown";
}

/** Whom an address belongs to, for limits: of IPv6 the /64, as one connection gets a whole one. */
export function addressGroup(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
