import type { LookupFunction } from "node:net";
import { buildConnector, Pool } from "undici";

interface PoolOptions {
  lookup: LookupFunction;
  connectionsPerHost: number;
  /** How many origins may keep connections while nothing is under way. */
  maxIdleOrigins: number;
  connectTimeoutMs: number;
  headersTimeoutMs: number;
  bodyTimeoutMs: number;
}

/** The keep-alive connections of the client, one pool per origin. */
interface Pools {
  /** The pool of an origin (`https://host[:port]`), made when needed. */
  get(origin: string): Pool;
  /** How many origins have a pool. */
  size(): number;
  close(): Promise<void>;
}

/**
 * Pools that forget. undici's own Agent keeps no upper bound on idle origins; here a pool goes as soon
 * as its last connection is gone (thousands of dead hosts leave nothing behind), and the longest unused
 * idle pool goes when a new origin would exceed `maxIdleOrigins`.
 */
export function createPools(options: PoolOptions): Pools {
  const pools = new Map<string, Pool>();
  // One connector for all, so that TLS sessions are resumed across pools. HTTP/1.1 only: an inbox
  // gets one request at a time, so HTTP/2 would add cost and attack surface and save nothing.
  const connect = buildConnector({
    allowH2: false,
    lookup: options.lookup,
    timeout: options.connectTimeoutMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 1000,
  });

  function drop(origin: string, pool: Pool): void {
    if (pools.get(origin) !== pool) return;
    pools.delete(origin);
    void pool.close();
  }

  function makeRoom(): void {
    if (pools.size < options.maxIdleOrigins) return;
    for (const [origin, pool] of pools) {
      if (pool.stats.size > 0) continue;
      drop(origin, pool);
      if (pools.size < options.maxIdleOrigins) return;
    }
  }

  function open(origin: string): Pool {
    makeRoom();
    const pool = new Pool(origin, {
      connect,
      connections: options.connectionsPerHost,
      pipelining: 1,
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.bodyTimeoutMs,
      keepAliveTimeout: 4000,
      keepAliveMaxTimeout: 60_000,
      maxHeaderSize: 16 * 1024,
    });
    const dropIfUnused = (): void => {
      const { connected, size } = pool.stats;
      if (connected === 0 && size === 0) drop(origin, pool);
    };
    pool.on("disconnect", dropIfUnused);
    pool.on("connectionError", dropIfUnused);
    return pool;
  }

  return {
    get(origin) {
      const known = pools.get(origin);
      // Delete and set again: a Map iterates in insertion order, so the first is the longest unused.
      if (known !== undefined) pools.delete(origin);
      const pool = known ?? open(origin);
      pools.set(origin, pool);
      return pool;
    },
    size: () => pools.size,
    async close() {
      const all = [...pools.values()];
      pools.clear();
      await Promise.all(all.map((pool) => pool.destroy()));
    },
  };
}
