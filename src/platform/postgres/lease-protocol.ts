import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { hasCode } from "./failures.ts";
import { parseObject } from "./json-object.ts";
import { processIdentity } from "./process-identity.ts";

/** What the keeper writes to keeper.json for those who may read the folder: where it listens and the secret to show. */
export interface KeeperAddress {
  /** The keeper's process (see processIdentity), so that nobody talks to what came after a dead one. */
  readonly keeper: string;
  readonly port: number;
  readonly token: string;
}

export const addressFile = "keeper.json";

/** Where the keeper of `folder` listens; undefined when none is running. */
export async function keeperAddress(folder: string): Promise<KeeperAddress | undefined> {
  const text = await readFile(join(folder, addressFile), "utf8").catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return "";
    throw error;
  });
  const { keeper, port, token } = parseObject(text) ?? {};
  if (typeof keeper !== "string" || typeof port !== "number" || typeof token !== "string")
    return undefined;
  if (processIdentity(Number.parseInt(keeper, 10)) !== keeper) return undefined;
  return { keeper, port, token };
}

/** A holder's first message is the token; `leave` gives the lease back on purpose. */
export type HolderMessage = { readonly token: string } | { readonly leave: true };

/** `closing` says that the keeper ends in good order, so that nobody needs to start another. */
export type KeeperMessage =
  | { readonly url: string }
  | { readonly log: string }
  | { readonly error: { readonly code: string; readonly safe: string } }
  | { readonly closing: true };

/** No message is longer than this; a peer that sends more is cut off. */
const longestMessage = 16_384;

/** Sends one message as a line of JSON; a socket that has closed meanwhile is no error. */
export function send(socket: Socket, message: HolderMessage | KeeperMessage): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls `onMessage` with each line that holds a JSON object; anything else ends the connection. */
export function receive(
  socket: Socket,
  onMessage: (message: Record<string, unknown>) => void,
): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestMessage) socket.destroy();
    for (const line of lines) {
      const message = parseObject(line);
      if (message === undefined) return void socket.destroy();
      onMessage(message);
    }
  });
}
