import { timingSafeEqual } from "node:crypto";
import { sql } from "drizzle-orm";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Context } from "./services/context.ts";

/** Figures for Prometheus: of the process, and of the work that waits in the database. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  isToken(token: string | undefined): boolean;
}

export function createMetrics(context: Context): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const deliveries = new Gauge({
    name: "praxis_deliveries",
    help: "Deliveries to other instances by state",
    labelNames: ["state"],
    registers: [registry],
  });
  const hosts = new Gauge({
    name: "praxis_hosts_unreachable",
    help: "Hosts whose circuit is open: they cost one probe per interval",
    registers: [registry],
  });
  const jobs = new Gauge({
    name: "praxis_jobs",
    help: "Jobs that have not been completed, by queue and state",
    labelNames: ["queue", "state"],
    registers: [registry],
  });

  async function collect(): Promise<void> {
    const [states, [open], queues] = await Promise.all([
      context.db.execute<{ state: string; n: string }>(
        sql`select state, count(*) as n from deliveries group by state`,
      ),
      context.db.execute<{ n: string }>(
        sql`select count(*) as n from hosts where open_until is not null`,
      ),
      context.db.execute<{ name: string; state: string; n: string }>(
        sql`select name, state::text as state, count(*) as n from pgboss.job
            where state <> 'completed' and name not like '\\_\\_pgboss%' group by name, state`,
      ),
    ]);
    deliveries.reset();
    for (const row of states) deliveries.set({ state: row.state }, Number(row.n));
    hosts.set(Number(open?.n ?? 0));
    jobs.reset();
    for (const row of queues) jobs.set({ queue: row.name, state: row.state }, Number(row.n));
  }

  return {
    contentType: registry.contentType,
    async text() {
      await collect();
      return registry.metrics();
    },
    isToken(token) {
      const wanted = context.config.metricsToken;
      if (wanted === null || token === undefined) return false;
      const [left, right] = [Buffer.from(wanted), Buffer.from(token)];
      return left.length === right.length && timingSafeEqual(left, right);
    },
  };
}
