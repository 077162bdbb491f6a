import { spawn } from "node:child_process";
import { once } from "node:events";
import { rssOf } from "./cpu.ts";
import { openBenchDatabase } from "./database.ts";
import { addFollowers, measureDeliveryFloor, measureFanOut, startReceiver } from "./fan-out.ts";
import { measureFloor as measureInboxFloor, measureInbox } from "./inbox.ts";
import { measureLists } from "./lists.ts";
import { measureGet } from "./reading.ts";
import { measureIdleStreams } from "./streaming.ts";
import { freePort, startServerProcess, untilAnswer } from "./server-process.ts";

/**
 * `npm run bench`: the budgets of the project, each figure beside the floor of the same run. All
 * figures are CPU milliseconds of server and PostgreSQL together unless they say otherwise. Nothing
 * here is asserted: it is for reading, and for comparing ratios between machines and versions.
 */
interface Row {
  readonly work: string;
  readonly measured: string;
  readonly floor: string;
  readonly goal: string;
}

const rows: Row[] = [];
const ms = (value: number) => `${value.toFixed(2)} ms`;

function row(work: string, measured: string, floor: string, goal: string): void {
  rows.push({ work, measured, floor, goal });
  process.stderr.write(`${work}: ${measured} (floor ${floor}, goal ${goal})\n`);
}

/** A bare Node HTTP server: how fast it answers first, and how much memory it takes. */
async function bareNode(): Promise<{ startMs: number; rssMb: number }> {
  const port = await freePort();
  const code = `require("node:http").createServer((q, s) => s.end("ok")).listen(${port}, "127.0.0.1")`;
  const start = performance.now();
  const child = spawn(process.execPath, ["-e", code], { stdio: "ignore" });
  await untilAnswer(`http://127.0.0.1:${port}/`, child);
  const startMs = performance.now() - start;
  const rssMb = rssOf(child.pid ?? 0);
  child.kill();
  await once(child, "exit");
  return { startMs, rssMb };
}

const database = await openBenchDatabase();
const url = await database.create("bench");
const bare = await bareNode();
// The first start migrates; the second is what an administrator sees at every restart.
await (await startServerProcess(url)).stop();
const server = await startServerProcess(url);
row("start to first answer", ms(server.startMs), `${ms(bare.startMs)} (bare node)`, "≤ 1200 ms");
await server.command(
  "setup",
  "--name=Bench",
  "--handle=bench",
  "--admin=ana",
  "--email=ana@bench.example",
  "--password=correct horse",
  "--followers=open",
);
await new Promise((resolve) => setTimeout(resolve, 5000));
const idle = `${rssOf(server.pid).toFixed(0)} MB`;
row("idle RSS", idle, `${bare.rssMb.toFixed(0)} MB (bare node)`, "≤ 160 MB");

const receiver = await startReceiver();
await addFollowers(url, receiver, 0, 1000);
const deliveryFloor = await measureDeliveryFloor(receiver, 1000);
for (const inboxes of [1000, 10_000]) {
  if (inboxes > 1000) await addFollowers(url, receiver, 1000, inboxes);
  const figures = await measureFanOut(server, url, database.pid, receiver, inboxes);
  const each = figures.nodeMs + figures.postgresMs;
  const split = `node ${figures.nodeMs.toFixed(2)} + postgres ${figures.postgresMs.toFixed(2)}`;
  row(
    `deliver to ${inboxes} origins, each`,
    `${ms(each)} (${split}), ${figures.perSecond.toFixed(0)}/s`,
    `${ms(deliveryFloor)} (sign + POST)`,
    "≤ 1.2 ms, ≥ 800/s",
  );
  row(
    `queue row, ${inboxes} origins`,
    `${figures.queuedBytes.toFixed(0)} bytes with indexes`,
    "–",
    "≤ 300 bytes",
  );
  row(`peak RSS, ${inboxes} origins`, `${figures.peakRssMb.toFixed(0)} MB`, "–", "≤ 250 MB");
}

const pids = [server.pid, database.pid];
const json = "application/activity+json";
const empty = await measureGet(`${server.origin}/healthz`, "*/*", pids);
const practices = await fetch(`${server.origin}/api/praxis/v1/practices`);
const [practice] = (await practices.json()) as { uri: string }[];
const host = new URL(server.origin).host;
const targets: readonly [string, string][] = [
  ["GET actor", `${server.origin}/ap/org`],
  ["GET public object", practice?.uri ?? ""],
  ["GET WebFinger", `${server.origin}/.well-known/webfinger?resource=acct:bench@${host}`],
  ["GET practice page", `${server.origin}/practices/to-1000`],
];
for (const [work, target] of targets) {
  const accept = work === "GET practice page" ? "text/html" : json;
  const figures = await measureGet(target, accept, pids);
  const goal = work === "GET practice page" ? "–" : "≤ 0.7 ms";
  row(work, ms(figures.cpuMs), `${ms(empty.cpuMs)} (empty route)`, goal);
}
await receiver.close();
const idleStreams = 200;
const { growthMb, eachKb } = await measureIdleStreams(server, idleStreams);
row(
  `${idleStreams} idle streams`,
  `${growthMb.toFixed(1)} MB (${eachKb.toFixed(0)} KB each)`,
  "–",
  "a few MB",
);
await server.stop();

const inboxFloor = measureInboxFloor();
for (const figures of await measureInbox(await database.create("bench_inbox"))) {
  const split = `node ${figures.nodeMs.toFixed(2)} + postgres ${figures.postgresMs.toFixed(2)}`;
  row(
    `signed Create, ${figures.actors} known actor${figures.actors === 1 ? "" : "s"}`,
    `${ms(figures.nodeMs + figures.postgresMs)} (${split}), ${figures.perSecond.toFixed(0)}/s`,
    `${ms(inboxFloor)} (verify)`,
    "≤ 4 ms",
  );
}

// BENCH_POSTS=1000000 shows that lists cost the same among a hundred times as many posts.
for (const posts of [10_000, ...(process.env["BENCH_POSTS"] ?? "").split(",").filter(Boolean)]) {
  for (const { work, cpuMs, floorMs, goal } of await measureLists(database, Number(posts))) {
    row(work, ms(cpuMs), `${ms(floorMs)} (empty route)`, goal);
  }
}
await database.close();

const titles: Row = { work: "Work", measured: "Measured", floor: "Floor", goal: "Goal" };
const line = (each: Row) => `| ${each.work} | ${each.measured} | ${each.floor} | ${each.goal} |`;
process.stdout.write(`${line(titles)}\n|---|---|---|---|\n${rows.map(line).join("\n")}\n`);
