import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../domain/errors.ts";
import { startFailed } from "./failures.ts";
import { isObject } from "./json-object.ts";
import { startKeeper, type KeeperProcess } from "./keeper-process.ts";
import { keeperAddress, receive, send } from "./lease-protocol.ts";

export interface Lease {
  readonly url: string;
  /** Resolves when the connection is gone: to true if the keeper vanished, to false if it ended in good order. */
  readonly lost: Promise<boolean>;
  /** Gives the lease back; for the last holder this resolves when the server has stopped. */
  leave(): Promise<void>;
}

/** A keeper that neither listens nor ends for this long is stuck (stopping a server may take a minute). */
const patienceMs = 90_000;

/**
 * Joins the keeper of `folder`, starting one if there is none, and waits until the database answers.
 * Throws the AppError that says why there is no database.
 */
export async function takeLease(
  folder: string,
  durable: boolean,
  onLog: (line: string) => void,
): Promise<Lease> {
  const deadline = Date.now() + patienceMs;
  let keeper: KeeperProcess | undefined;
  try {
    while (Date.now() < deadline) {
      const lease = await joinKeeper(folder, onLog);
      if (lease !== undefined) return lease;
      const result = keeper?.result();
      if (result?.failure !== undefined) throw result.failure;
      if (keeper === undefined || result !== undefined) keeper = startKeeper(folder, durable);
      await delay(10);
    }
  } finally {
    keeper?.forget();
  }
  throw startFailed(folder, "the process that keeps it neither answers nor ends");
}

/** A lease from the keeper that is running; undefined if there is none, or it ends before it answers. */
async function joinKeeper(
  folder: string,
  onLog: (line: string) => void,
): Promise<Lease | undefined> {
  const address = await keeperAddress(folder);
  if (address === undefined) return undefined;
  const socket = connect({ host: "127.0.0.1", port: address.port });
  socket.once("connect", () => send(socket, { token: address.token }));
  return new Promise((resolve, reject) => {
    let joined = false;
    let closing = false;
    const lost = new Promise<boolean>((resolveLost) => {
      socket.once("close", () => {
        resolve(undefined);
        resolveLost(!closing);
      });
    });
    socket.on("error", () => undefined);
    receive(socket, ({ url, log, error, closing: ends }) => {
      if (typeof log === "string") onLog(log);
      if (ends === true) closing = true;
      if (isObject(error)) {
        const failure = new AppError(String(error["code"]), String(error["safe"]), { status: 500 });
        // One or the other: whoever already has the database only learns here that it is gone.
        if (joined) onLog(failure.safe);
        else reject(failure);
      }
      if (typeof url !== "string") return;
      joined = true;
      // From here on the connection only says that we are alive, so it must not keep us alive.
      socket.unref();
      resolve({ url, lost, leave: () => leave(socket, lost) });
    });
  });
}

async function leave(socket: Socket, lost: Promise<boolean>): Promise<void> {
  if (!socket.writable) return;
  socket.ref();
  send(socket, { leave: true });
  await lost;
}
