import { lookup as systemLookup, Resolver } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { isPublicAddress } from "./address.ts";
import { blockedAddress } from "./failure.ts";

/** One address that a host name stands for. */
export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** All addresses of a host name; rejects when there is none. */
export type Resolve = (hostname: string) => Promise<ResolvedAddress[]>;

/**
 * A resolver that asks the DNS servers directly, and the operating system only for names they do not
 * know (hosts file, mDNS). `getaddrinfo` alone would not do: it occupies one of the few threads that
 * signatures, files and compression also need, for seconds when a domain is dead.
 * `servers` (`address[:port]`) are asked instead of those the system is set up with.
 */
export function createDnsResolve(servers?: string[]): Resolve {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return async (hostname) => {
    const [v4, v6] = await Promise.allSettled([
      resolver.resolve4(hostname),
      resolver.resolve6(hostname),
    ]);
    const found: ResolvedAddress[] = [];
    if (v4.status === "fulfilled")
      for (const address of v4.value) found.push({ address, family: 4 });
    if (v6.status === "fulfilled")
      for (const address of v6.value) found.push({ address, family: 6 });
    if (found.length > 0) return found;
    if (v4.status === "rejected" && v4.reason?.code === "ETIMEOUT") throw v4.reason;
    return resolveBySystem(hostname);
  };
}

const LOOPBACK: readonly ResolvedAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/**
 * Whether a host name means this machine whatever a resolver says: `localhost` and all names below
 * it (RFC 6761 §6.3). Browsers hold to it; many systems' `getaddrinfo` know only `localhost` itself.
 */
function isLoopbackName(hostname: string): boolean {
  return /^(?:.+\.)?localhost\.?$/i.test(hostname);
}

/** All addresses according to the operating system (hosts file, mDNS, DNS). */
export async function resolveBySystem(hostname: string): Promise<ResolvedAddress[]> {
  const entries = await systemLookup(hostname, { all: true });
  return entries.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/**
 * `resolve` as the `lookup` function of a socket. The socket connects to exactly the addresses that
 * passed here, so a name that answers differently a second time (DNS rebinding) gains nothing.
 * Addresses off the public internet are left out; if none remains the socket fails with
 * `http_blocked_address`. With `allowPrivateNetwork` all addresses pass, and names of this machine
 * (`alpha.localhost`) need no resolver.
 */
export function guardedLookup(resolve: Resolve, allowPrivateNetwork: boolean): LookupFunction {
  return (hostname, options, callback) => {
    const answer = async (): Promise<ResolvedAddress[]> => {
      if (allowPrivateNetwork && isLoopbackName(hostname)) return [...LOOPBACK];
      const found = await resolve(hostname);
      const allowed = allowPrivateNetwork ? found : found.filter((a) => isPublicAddress(a.address));
      if (allowed.length === 0) throw blockedAddress(hostname);
      return allowed;
    };
    answer().then(
      (addresses) => {
        const first = addresses[0];
        if (options.all === true || first === undefined) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), []),
    );
  };
}
