import { Agent, request } from "node:http";
import { cpuOfTree } from "./cpu.ts";

const CONNECTIONS = 8;

/**
 * CPU milliseconds that a server (and its database) spends on one GET: `count` requests over a few
 * connections that stay open. Throws when any of them is not answered with 200.
 */
export async function measureGet(
  url: string,
  accept: string,
  pids: readonly number[],
  count = 3000,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ cpuMs: number; perSecond: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  await run(url, { accept, ...headers }, agent, 300); // warms the code and the connections
  const cpu = () => pids.reduce((sum, pid) => sum + cpuOfTree(pid), 0);
  const before = cpu();
  const start = performance.now();
  await run(url, { accept, ...headers }, agent, count);
  const seconds = (performance.now() - start) / 1000;
  const cpuMs = (cpu() - before) / count;
  agent.destroy();
  return { cpuMs, perSecond: count / seconds };
}

type Headers = Readonly<Record<string, string>>;

async function run(url: string, headers: Headers, agent: Agent, count: number): Promise<void> {
  let left = count;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      const status = await get(url, headers, agent);
      if (status !== 200) throw new Error(`${url} answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
}

function get(url: string, headers: Headers, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    })
      .once("error", reject)
      .end();
  });
}

const WRITTEN = 1_000;
const SETTLE_MS = 3_000;

/**
 * CPU milliseconds that a server and its database spend on one public post of a member, until the
 * work that follows it in the background is done too. A few at once, as above.
 */
export async function measurePosts(
  url: string,
  authorization: string,
  pids: readonly number[],
): Promise<number> {
  let written = 0;
  const write = async (count: number) => {
    let left = count;
    const one = async () => {
      while (left > 0) {
        left -= 1;
        written += 1;
        const body = JSON.stringify({ status: `What #bench ${written} has to say, in a line.` });
        const headers = { authorization, "content-type": "application/json" };
        const answer = await fetch(url, { method: "POST", headers, body });
        if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
        await answer.arrayBuffer();
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  };
  const cpu = () => pids.reduce((sum, pid) => sum + cpuOfTree(pid), 0);
  await write(WRITTEN / 5);
  const before = cpu();
  await write(WRITTEN);
  return (cpu() - before) / WRITTEN;
}
