import { fork } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { signRequest } from "../../src/federation/signatures/sign.ts";
import { createHttpClient } from "../../src/platform/http/client.ts";
import { cpuOfTree, peakRssOf } from "./cpu.ts";
import type { ServerProcess } from "./server-process.ts";

/** What the delivery of one activity to many inboxes cost, for each of them. */
export interface FanOutFigures {
  readonly inboxes: number;
  readonly nodeMs: number;
  readonly postgresMs: number;
  readonly perSecond: number;
  readonly statements: number;
  readonly queuedBytes: number;
  readonly peakRssMb: number;
}

const RECEIVER = fileURLToPath(new URL("receiver.ts", import.meta.url));

/** The process of all receivers. */
export interface Receiver {
  /** inbox of the follower of that number, on an origin of its own */
  inbox(number: number): string;
  counts(): Promise<{ count: number; distinct: number }>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const child = fork(RECEIVER);
  const [hello] = (await once(child, "message")) as [{ address: { port: number } }];
  return {
    inbox: (number) =>
      `http://127.${1 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}:${hello.address.port}/inbox`,
    async counts() {
      child.send("counts");
      const [counts] = (await once(child, "message")) as [{ count: number; distinct: number }];
      return counts;
    },
    async close() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

/** Gives the organization that many followers, each on an origin of its own. */
export async function addFollowers(
  databaseUrl: string,
  receiver: Receiver,
  from: number,
  to: number,
): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const inboxes = Array.from({ length: to - from }, (_, index) => receiver.inbox(from + index));
  await sql`
    with added as (
      insert into actors (iri, kind, type, handle, host, url, inbox)
      select 'http://' || split_part(inbox, '/', 3) || '/actor', 'remote', 'Person', 'f', split_part(inbox, '/', 3),
        inbox, inbox from unnest(${inboxes}::text[]) as inbox returning id, iri)
    insert into follows (follower_id, followee_id, iri, state)
    select added.id, organization.actor_id, added.iri || '/follow', 'accepted' from added, organization`;
  await sql.end();
}

/** Publishes a practice and waits until every follower has it. */
export async function measureFanOut(
  server: ServerProcess,
  databaseUrl: string,
  databasePid: number,
  receiver: Receiver,
  inboxes: number,
): Promise<FanOutFigures> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const { access_token: token } = await server.command(
    "token",
    "create",
    "--member",
    "ana",
    "--scopes",
    "read write",
  );
  const statements = async () => {
    const [row] = await sql`select sum(calls)::int as calls from pg_stat_statements`.catch(
      () => [],
    );
    return Number(row?.["calls"] ?? Number.NaN);
  };
  const start = await receiver.counts();
  const before = { node: cpuOfTree(server.pid), postgres: cpuOfTree(databasePid) };
  const statementsBefore = await statements();
  const began = performance.now();
  const answer = await fetch(`${server.origin}/api/praxis/v1/practices`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ title: `To ${inboxes}`, content: "A paragraph of text. ".repeat(60) }),
  });
  if (answer.status !== 201) throw new Error(`publishing answered ${answer.status}`);
  for (;;) {
    const { count } = await receiver.counts();
    if (count - start.count >= inboxes) break;
    if (performance.now() - began > 120_000) throw new Error(`only ${count - start.count} arrived`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seconds = (performance.now() - began) / 1000;
  // The last results are written a moment later; they belong to the price.
  await untilDelivered(sql);
  const after = { node: cpuOfTree(server.pid), postgres: cpuOfTree(databasePid) };
  const statementsAfter = await statements();
  const [size] = await sql`
    select pg_total_relation_size('deliveries')::float8 / nullif(count(*), 0) as bytes from deliveries`;
  await sql.end();
  return {
    inboxes,
    nodeMs: (after.node - before.node) / inboxes,
    postgresMs: (after.postgres - before.postgres) / inboxes,
    perSecond: inboxes / seconds,
    statements: (statementsAfter - statementsBefore) / inboxes,
    queuedBytes: Number(size?.["bytes"] ?? 0),
    peakRssMb: peakRssOf(server.pid),
  };
}

async function untilDelivered(sql: postgres.Sql): Promise<void> {
  for (;;) {
    const [row] = await sql`select count(*)::int as n from deliveries where state = 'queued'`;
    if (row?.["n"] === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** CPU milliseconds of the bare work: sign with a cached RSA-2048 key and POST, nothing else. */
export async function measureDeliveryFloor(receiver: Receiver, count: number): Promise<number> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const http = createHttpClient({ allowPrivateNetwork: true, userAgent: "bench" });
  const body = JSON.stringify({ content: "A paragraph of text. ".repeat(60) });
  const before = process.cpuUsage();
  let next = 0;
  const one = async () => {
    while (next < count) {
      const url = receiver.inbox(next);
      next += 1;
      const keyId = "https://a.example/ap/org#main-key";
      const headers = signRequest({
        method: "POST",
        url,
        body,
        keyId,
        privateKey,
        spec: "draft-cavage",
      });
      await http.request({ method: "POST", url, headers, body });
    }
  };
  await Promise.all(Array.from({ length: 64 }, one));
  const { user, system } = process.cpuUsage(before);
  await http.close();
  return (user + system) / 1000 / count;
}
