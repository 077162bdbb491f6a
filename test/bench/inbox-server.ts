import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { readConfig } from "../../src/config/config.ts";
import { createInbox } from "../../src/federation/inbound/inbox.ts";
import { openInstance } from "../../src/instance.ts";
import { requestFollow } from "../../src/services/follows.ts";
import { receiveAccept } from "../../src/services/received-follows.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import { setUp } from "../../src/services/setup.ts";

/** What the parent asks of this process: `follow` prepares, `usage` reads the clocks. */
export type Order = { readonly follow: readonly string[] } | "usage";

/** CPU milliseconds so far, of this process and of the backends of its database. */
export interface Usage {
  readonly node: number;
  readonly postgres: number;
}

/** One tick of /proc/<pid>/stat in milliseconds. */
const TICK_MS = 10;

const config = readConfig(process.env);
const instance = await openInstance(config, { works: false });
const { context, database } = instance;
const { actor: admin } = await setUp(
  context,
  {
    name: "Bench",
    handle: "bench",
    admin: "ana",
    email: "ana@bench.example",
    password: "correct horse battery",
    followers: "open",
  },
  null,
);

const inbox = createInbox(context);
const app = new Hono();
app.post("/ap/inbox", (c) => inbox(c.req.raw, null));
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: config.listen.port }, () =>
  process.send?.("ready"),
);

/** Our first member follows each of them, and each has accepted. */
async function follow(iris: readonly string[]): Promise<void> {
  for (const iri of iris) {
    const actor = await ensureActor(context, iri);
    const { iri: follow } = await requestFollow(context, admin, actor);
    const reference = { iri: follow, follower: null, followee: null };
    await context.db.transaction((tx) => receiveAccept(context, tx, actor, reference));
  }
}

async function usage(): Promise<Usage> {
  const rows = await database.sql`
    select pid from pg_stat_activity where datname = current_database() and pid is not null`;
  const ticks = rows.map(({ pid }) => ticksOf(Number(pid)));
  const { user, system } = process.cpuUsage();
  return {
    node: (user + system) / 1000,
    postgres: ticks.reduce((sum, each) => sum + each, 0) * TICK_MS,
  };
}

/** User and system time: fields 14 and 15, counted from behind the name in brackets. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

process.on("message", (order: Order) => {
  const answer = order === "usage" ? usage() : follow(order.follow);
  void answer.then((result) => process.send?.(result ?? "done"));
});
process.on("disconnect", () => {
  server.close();
  void instance.close();
});
