import { sql } from "drizzle-orm";
import { signingKey } from "./keys.ts";
import type { Context } from "./context.ts";
import { getOrganization } from "./organization.ts";

/** One thing that was looked at. `warn` works but wants attention, `fail` does not work. */
export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
}

/** Looks at everything that commonly goes wrong. It changes nothing. */
export async function examine(context: Context): Promise<Finding[]> {
  return [
    await database(context),
    await setUpDone(context),
    await secretKey(context),
    origin(context),
    await jobs(context),
    ...(await deliveries(context)),
  ];
}

async function database(context: Context): Promise<Finding> {
  const [row] = await context.db.execute<{ version: string; size: string }>(
    sql`select current_setting('server_version') as version, pg_size_pretty(pg_database_size(current_database())) as size`,
  );
  return ok("database", `PostgreSQL ${row?.version}, ${row?.size}, migrations applied`);
}

async function setUpDone(context: Context): Promise<Finding> {
  const organization = await getOrganization(context);
  if (organization === null) return warn("set-up", "not set up yet: run praxis setup");
  const { actor } = organization;
  return ok("set-up", `${actor.name} (@${actor.handle}@${actor.host})`);
}

async function secretKey(context: Context): Promise<Finding> {
  const organization = await getOrganization(context);
  if (organization === null) return ok("secret key", "nothing is encrypted with it yet");
  try {
    await signingKey(context, organization.actor.id);
    return ok("secret key", "opens the organization's private key");
  } catch {
    return fail(
      "secret key",
      "does not open the private keys: it is not the one they were made with",
    );
  }
}

function origin(context: Context): Finding {
  const { origin: own, allowPrivateNetwork } = context.config;
  if (own.startsWith("https://")) return ok("origin", own);
  return allowPrivateNetwork
    ? warn("origin", `${own}: plain http works only on a closed network`)
    : warn("origin", `${own}: nobody outside this machine can reach it; set PRAXIS_ORIGIN`);
}

async function jobs(context: Context): Promise<Finding> {
  const [row] = await context.db.execute<{ waiting: string; dead: string }>(sql`
    select count(*) filter (where state in ('created', 'retry') and name <> 'dead-letters') as waiting,
      count(*) filter (where name = 'dead-letters') as dead from pgboss.job`);
  const detail = `${row?.waiting ?? 0} waiting, ${row?.dead ?? 0} given up`;
  return Number(row?.dead ?? 0) > 0 ? warn("jobs", detail) : ok("jobs", detail);
}

async function deliveries(context: Context): Promise<Finding[]> {
  const [row] = await context.db.execute<{ queued: string; dead: string }>(sql`
    select count(*) filter (where state = 'queued') as queued,
      count(*) filter (where state = 'dead') as dead from deliveries`);
  const down = await context.db.execute<{ name: string }>(sql`
    select name from hosts where open_until is not null order by failing_since limit 5`);
  const detail = `${row?.queued ?? 0} queued, ${row?.dead ?? 0} given up in the last two weeks`;
  const names = down.map((host) => host.name).join(", ");
  return [
    ok("deliveries", detail),
    names === ""
      ? ok("peers", "none is known to be down")
      : warn("peers", `not answering: ${names}`),
  ];
}

function ok(check: string, detail: string): Finding {
  return { check, status: "ok", detail };
}

function warn(check: string, detail: string): Finding {
  return { check, status: "warn", detail };
}

function fail(check: string, detail: string): Finding {
  return { check, status: "fail", detail };
}
