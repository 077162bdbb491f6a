import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { receive, send, type KeeperMessage } from "./lease-protocol.ts";

/** How long the server stays up after the last holder vanished: another command may come next. */
const graceMs = 1_000;
/** How long a new keeper waits for the first holder. */
const firstHolderMs = 15_000;
/** How long holders may go on after the keeper was told to end. */
const drainMs = 5_000;

export interface LeaseDesk {
  readonly port: number;
  /** Tells every holder, present and future, the address of the database. */
  settle(url: string): void;
  /** Future holders wait for the next settle(). */
  suspend(): void;
  /** Tells every holder what went wrong; resolves when whoever is waiting had time to hear it. */
  settleWithError(error: { readonly code: string; readonly safe: string }): Promise<void>;
  announce(message: KeeperMessage): void;
  /** Ends as soon as all holders have left, or after five seconds; told again, at once. */
  drain(): void;
  /** Says good-bye to everybody and takes no one any more. */
  close(): void;
}

/**
 * Counts who needs the database: one connection to 127.0.0.1 each, admitted by the token.
 * Calls `onDeserted` when the last has left, or nobody ever came.
 */
export async function openLeaseDesk(
  token: string,
  { onDeserted }: { readonly onDeserted: () => void },
): Promise<LeaseDesk> {
  const holders = new Set<Socket>();
  const strangers = new Set<Socket>();
  /** Those who left as the last: their connection stays open until the server has stopped. */
  const leavers = new Set<Socket>();
  let outcome: KeeperMessage | undefined;
  let draining = false;
  let timer = setTimeout(onDeserted, firstHolderMs);

  function admit(socket: Socket): void {
    clearTimeout(timer);
    strangers.delete(socket);
    holders.add(socket);
    // The server goes on, so they need not wait.
    for (const leaver of leavers) leaver.end();
    if (outcome !== undefined) send(socket, outcome);
  }

  function remove(socket: Socket, patience: number): void {
    if (!holders.delete(socket) || holders.size > 0) return;
    clearTimeout(timer);
    timer = setTimeout(onDeserted, draining ? 0 : patience);
  }

  const server = createServer((socket) => {
    strangers.add(socket);
    const unknown = setTimeout(() => socket.destroy(), 5_000);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearTimeout(unknown);
      strangers.delete(socket);
      leavers.delete(socket);
      remove(socket, graceMs);
    });
    receive(socket, (message) => {
      if (holders.has(socket) && message["leave"] === true) {
        if (holders.size > 1) socket.end();
        else leavers.add(socket);
        return remove(socket, 0);
      }
      if (!sameToken(message["token"], token)) return void socket.destroy();
      clearTimeout(unknown);
      admit(socket);
    });
  });
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the keeper has no port");

  function announce(message: KeeperMessage): void {
    for (const holder of holders) send(holder, message);
  }

  return {
    port: address.port,
    announce,
    settle(url) {
      outcome = { url };
      announce(outcome);
    },
    suspend() {
      outcome = undefined;
    },
    async settleWithError(error) {
      outcome = { error };
      announce(outcome);
      await delay(holders.size > 0 ? 100 : 2_000);
    },
    drain() {
      clearTimeout(timer);
      timer = setTimeout(onDeserted, draining || holders.size === 0 ? 0 : drainMs);
      draining = true;
    },
    close() {
      clearTimeout(timer);
      server.close();
      announce({ closing: true });
      for (const stranger of strangers) stranger.destroy();
    },
  };
}

function sameToken(shown: unknown, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return typeof shown === "string" && timingSafeEqual(digest(shown), digest(token));
}
