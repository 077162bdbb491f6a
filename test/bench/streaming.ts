import { once } from "node:events";
import { WebSocket } from "ws";
import { rssOf } from "./cpu.ts";
import type { ServerProcess } from "./server-process.ts";

const SETTLE_MS = 3_000;
/** A token opens so many streams at most, and a member so many. */
const PER_TOKEN = 20;
const PER_MEMBER = 60;

/**
 * What `count` open streams that nothing happens on cost a server, in megabytes of resident memory:
 * beside what it had when a few were open already, as the first ones load code.
 */
export async function measureIdleStreams(
  server: ServerProcess,
  count: number,
): Promise<{ growthMb: number; eachKb: number }> {
  const tokens: string[] = [];
  for (let member = 0; member * PER_MEMBER < count + PER_TOKEN; member += 1) {
    const handle = `listener${member}`;
    await server.command(
      "member",
      "add",
      handle,
      `--email=${handle}@bench.example`,
      "--role=reader",
      "--password=correct horse",
    );
    for (let each = 0; each < PER_MEMBER / PER_TOKEN; each += 1) {
      const made = await server.command("token", "create", `--member=${handle}`, "--scopes=read");
      tokens.push(made["access_token"] ?? "");
    }
  }
  const sockets: WebSocket[] = [];
  const open = async (streams: number) => {
    for (let opened = 0; opened < streams; opened += 1) {
      const token = tokens[Math.floor(sockets.length / PER_TOKEN)] ?? "";
      const url = `${server.origin.replace("http", "ws")}/api/v1/streaming?stream=user`;
      const socket = new WebSocket(url, [token], { perMessageDeflate: false });
      await once(socket, "open");
      sockets.push(socket);
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return rssOf(server.pid);
  };
  const before = await open(PER_TOKEN);
  const after = await open(count);
  for (const socket of sockets) socket.terminate();
  return { growthMb: after - before, eachKb: ((after - before) * 1024) / count };
}
