import { once } from "node:events";
import { WebSocket } from "ws";

/** A message of a stream; `payload` as it came, parsed where it is JSON. */
export interface StreamedMessage {
  readonly stream: readonly string[];
  readonly event: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  readonly payload: any;
  readonly error?: string;
  readonly code?: string;
  readonly status?: number;
}

/** A client that listens by a WebSocket and keeps what it hears. */
export interface StreamClient {
  readonly socket: WebSocket;
  readonly protocol: string;
  /** what was heard and not taken yet */
  readonly heard: StreamedMessage[];
  /** what was asked for so far has been worked off: the server answers in order */
  ready(): Promise<void>;
  /** the next message, waited for up to ten seconds */
  next(): Promise<StreamedMessage>;
  say(message: object): void;
  /** the code with which the server closes */
  readonly closed: Promise<number>;
  close(): void;
}

const SOON_MS = 10_000;

/** Opens a stream; rejects with `401 {…}` when the server refuses. */
export async function listenTo(
  port: number,
  token: string | null,
  query = "",
  { in: place = "protocol" }: { readonly in?: "protocol" | "header" | "query" } = {},
): Promise<StreamClient> {
  const asked = place === "query" && token !== null ? `${query}&access_token=${token}` : query;
  const url = `ws://127.0.0.1:${port}/api/v1/streaming?${asked}`;
  const protocols = place === "protocol" && token !== null ? [token] : [];
  const headers: Record<string, string> =
    place === "header" && token !== null ? { Authorization: `Bearer ${token}` } : {};
  const socket = new WebSocket(url, protocols, { headers });
  const heard: StreamedMessage[] = [];
  const asking: (() => void)[] = [];
  const waiting: ((message: StreamedMessage) => void)[] = [];
  socket.on("message", (data) => {
    if (!Buffer.isBuffer(data)) throw new Error("a message in pieces");
    const raw = JSON.parse(data.toString("utf8")) as StreamedMessage;
    const payload =
      typeof raw.payload === "string" && raw.payload.startsWith("{")
        ? JSON.parse(raw.payload)
        : raw.payload;
    const message = { ...raw, payload };
    if (raw.code === "request_unreadable" && asking.length > 0) {
      asking.shift()?.();
      return;
    }
    const taker = waiting.shift();
    if (taker === undefined) heard.push(message);
    else taker(message);
  });
  const closed = once(socket, "close").then(([code]) => Number(code));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
    socket.once("unexpected-response", (_, answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += String(chunk)));
      answer.on("end", () => reject(new Error(`${answer.statusCode} ${text}`)));
    });
  });
  return {
    socket,
    protocol: socket.protocol,
    heard,
    closed,
    say: (message) => socket.send(JSON.stringify(message)),
    close: () => socket.close(),
    ready: () =>
      new Promise((resolve) => {
        asking.push(resolve);
        // It is answered in its turn, by saying that it cannot be read.
        socket.send("{}");
      }),
    next() {
      const ready = heard.shift();
      if (ready !== undefined) return Promise.resolve(ready);
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error("nothing was heard")), SOON_MS);
        waiting.push((message) => {
          clearTimeout(late);
          resolve(message);
        });
      });
    },
  };
}
