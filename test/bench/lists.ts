import { readConfig } from "../../src/config/config.ts";
import { openInstance } from "../../src/instance.ts";
import { listHome } from "../../src/services/home-timeline.ts";
import { getMember } from "../../src/services/members.ts";
import type { BenchDatabase } from "./database.ts";
import { cpuOfTree } from "./cpu.ts";
import { fillForClient } from "./clients-data.ts";
import { fillWithPosts } from "./lists-data.ts";
import { measureGet, measurePosts } from "./reading.ts";
import { startServerProcess } from "./server-process.ts";

/** What one list cost, in CPU milliseconds of server and PostgreSQL for each request. */
export interface ListFigures {
  readonly work: string;
  readonly cpuMs: number;
  readonly floorMs: number;
  readonly goal: string;
}

const PASSWORD = "correct horse battery";
const PATH = "/api/praxis/v1/practices?limit=20";

const HOME = "/api/v1/timelines/home";

/** Lists of posts in a database of `posts` posts (see `fillWithPosts`), by real requests. */
export async function measureLists(database: BenchDatabase, posts: number): Promise<ListFigures[]> {
  const url = await database.create(`bench_lists_${posts}`);
  const server = await startServerProcess(url);
  try {
    await server.command(
      "setup",
      "--name=Bench",
      "--handle=bench",
      "--admin=ana",
      "--email=ana@bench.example",
      `--password=${PASSWORD}`,
    );
    await server.command(
      "member",
      "add",
      "rolf",
      "--email=rolf@bench.example",
      "--role=reader",
      `--password=${PASSWORD}`,
    );
    await fillWithPosts(url, posts);
    const pids = [server.pid, database.pid];
    const { cpuMs: floorMs } = await measureGet(`${server.origin}/healthz`, "*/*", pids);
    const figures: ListFigures[] = [];
    const tokens: string[] = [];
    const measure = async (who: string, token: string | null, what = "practices", path = PATH) => {
      const headers = token === null ? {} : { authorization: `Bearer ${token}` };
      const { cpuMs } = await measureGet(`${server.origin}${path}`, "*/*", pids, 2000, headers);
      const work = `GET ${what}, ${short(posts)} posts, ${who}`;
      figures.push({ work, cpuMs, floorMs, goal: "≤ 3 ms" });
    };
    await measure("anonymous", null);
    for (const [handle, who] of [
      ["rolf", "reader"],
      ["ana", "admin"],
    ] as const) {
      const { access_token: token } = await server.command(
        "token",
        "create",
        `--member=${handle}`,
        "--scopes=read write",
      );
      await measure(who, token ?? "");
      await measure(who, token ?? "", "home timeline", HOME);
      if (handle === "rolf") tokens.push(token ?? "");
    }
    const home = await measureHome(url, server.origin, database.pid);
    const work = `home (service), ${short(posts)} posts`;
    figures.push({ work, cpuMs: home, floorMs, goal: "≤ 3 ms" });
    const authorization = `Bearer ${tokens[0] ?? ""}`;
    const root = await fillForClient(url, "rolf");
    for (const [what, path] of [
      ["40 notifications", "/api/v1/notifications"],
      ["40 groups of 120 notifications", "/api/v2/notifications"],
      ["a thread of 200 replies", `/api/v1/statuses/${root}/context`],
    ] as const) {
      const target = `${server.origin}${path}`;
      const { cpuMs } = await measureGet(target, "*/*", pids, 500, { authorization });
      figures.push({ work: `GET ${what}, ${short(posts)} posts`, cpuMs, floorMs, goal: "–" });
    }
    const writing = await measurePosts(`${server.origin}/api/v1/statuses`, authorization, pids);
    const post = `POST status, ${short(posts)} posts`;
    figures.push({ work: post, cpuMs: writing, floorMs, goal: "≤ 8 ms" });
    return figures;
  } finally {
    await server.stop();
  }
}

/** The home of a member who follows 100 authors, without HTTP. */
async function measureHome(databaseUrl: string, origin: string, postgres: number): Promise<number> {
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    PRAXIS_ORIGIN: origin,
    PRAXIS_ALLOW_PRIVATE_NETWORK: "on",
    PRAXIS_RATE_LIMIT: "0",
    PRAXIS_SECRET_KEY: Buffer.alloc(32, 1).toString("base64"),
  });
  const instance = await openInstance(config, { works: false });
  try {
    const member = await getMember(instance.context, "rolf");
    const read = async (count: number) => {
      for (let left = count; left > 0; left -= 1) {
        const { posts } = await listHome(instance.context, member, { limit: 20 });
        if (posts.length !== 20) throw new Error(`home has ${posts.length} posts`);
      }
    };
    await read(200);
    const count = 500;
    const before = { node: process.cpuUsage(), postgres: cpuOfTree(postgres) };
    await read(count);
    const { user, system } = process.cpuUsage(before.node);
    return ((user + system) / 1000 + cpuOfTree(postgres) - before.postgres) / count;
  } finally {
    await instance.close();
  }
}

function short(posts: number): string {
  return posts >= 1_000_000 ? `${posts / 1_000_000}M` : `${posts / 1000}k`;
}
