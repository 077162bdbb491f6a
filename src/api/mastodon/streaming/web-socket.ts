import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { AppError } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import { authenticate, type Credential } from "../../../services/tokens.ts";
import { errorJson } from "../errors.ts";
import type { ClosingReason, Peer, StreamConnection } from "./connection.ts";
import { STREAM_LIMITS, type StreamHub } from "./hub.ts";
import { openStream, readStream, type AskedStream } from "./open-stream.ts";
import { tokenOf } from "./token.ts";

const PATH = /^\/api\/v1\/streaming\/?$/;
const LARGEST_MESSAGE = 4 * 1024;
/** What may wait for a client that reads slowly, in bytes. */
const MOST_WAITING = 1024 * 1024;
/** Messages of a client that are not worked off yet. */
const MOST_ASKED = 100;
/** Handshakes that wait for the database. */
const MOST_KNOCKING = 100;
const GOODBYE_MS = 2_000;

/** RFC 6455 §7.4.1 */
const CLOSING: Readonly<Record<ClosingReason, readonly [number, string]>> = {
  access_over: [1008, "access is over"],
  too_slow: [1008, "too slow"],
  restart: [1012, "come again"],
};

/** Answers a request to upgrade a connection. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * `/api/v1/streaming` as a WebSocket (RFC 6455). The token comes as its subprotocol, in the header or in the
 * query; streams in the query, and in messages that subscribe and unsubscribe.
 */
export function createUpgradeHandler(
  context: Context,
  hub: StreamHub,
  { onError }: { readonly onError: (error: unknown) => void },
): UpgradeHandler {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_MESSAGE,
    perMessageDeflate: false,
    clientTracking: false,
  });
  let knocking = 0;

  return (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const url = URL.parse(request.url ?? "", "http://localhost");
    if (url === null || !PATH.test(url.pathname))
      return refuse(socket, 404, { error: "Not found" });
    if (knocking >= MOST_KNOCKING) return refuse(socket, 503, { error: "Try again soon" });
    knocking += 1;
    letIn(url.searchParams)
      .catch((error: unknown) => {
        if (error instanceof AppError) return refuse(socket, error.status, errorJson(error));
        onError(error);
        return refuse(socket, 500, { error: "Something went wrong on our side." });
      })
      .finally(() => {
        knocking -= 1;
      });

    async function letIn(query: URLSearchParams): Promise<void> {
      const token = tokenOf({
        protocol: request.headers["sec-websocket-protocol"],
        authorization: request.headers.authorization,
        query: query.get("access_token"),
      });
      if (token === null) throw new AppError("token_missing", "Sign in first.", { status: 401 });
      const credential = await authenticate(context, token);
      hub.requireRoom(credential);
      if (socket.destroyed) return;
      sockets.handleUpgrade(request, socket, head, (client) => {
        attend(context, hub, client, { credential, asked: askedIn(query), onError });
      });
    }
  };
}

function askedIn(query: URLSearchParams): AskedStream | null {
  const stream = query.get("stream");
  if (stream === null || stream === "") return null;
  return {
    stream,
    tag: query.get("tag") ?? undefined,
    list: query.get("list") ?? undefined,
  };
}

/** Listens to a client from its first message to its last. */
function attend(
  context: Context,
  hub: StreamHub,
  client: WebSocket,
  {
    credential,
    asked,
    onError,
  }: {
    readonly credential: Credential;
    readonly asked: AskedStream | null;
    readonly onError: (error: unknown) => void;
  },
): void {
  client.on("error", () => client.terminate());
  let connection: StreamConnection;
  try {
    connection = hub.open(credential, peerOf(client));
  } catch {
    return client.terminate();
  }
  client.on("close", () => hub.close(connection));
  let waiting = 0;
  let working: Promise<void> = Promise.resolve();
  const after = (work: () => Promise<void>) => {
    if (waiting >= MOST_ASKED) return hub.drop(connection, "too_slow");
    waiting += 1;
    working = working
      .then(work)
      .catch((error: unknown) => {
        if (!(error instanceof AppError)) onError(error);
        const known =
          error instanceof AppError
            ? error
            : new AppError("internal_error", "Something went wrong on our side.", { status: 500 });
        // What clients of Mastodon look for besides: the status that an answer would have.
        client.send(JSON.stringify({ ...errorJson(known), status: known.status }));
      })
      .finally(() => {
        waiting -= 1;
      });
  };
  const follow = (message: AskedMessage) => after(() => obey(context, connection, message));
  if (asked !== null) follow({ ...asked, type: "subscribe" });
  client.on("message", (data, isBinary) => {
    const message = Buffer.isBuffer(data) && !isBinary ? readMessage(data.toString("utf8")) : null;
    if (message === null) return after(() => Promise.reject(unreadable()));
    return follow(message);
  });
}

type AskedMessage = AskedStream & { readonly type: string };

/** @throws AppError `stream_unknown`, `scope_missing`, `not_found`, `too_many_streams`, `request_unreadable` */
async function obey(
  context: Context,
  connection: StreamConnection,
  message: AskedMessage,
): Promise<void> {
  if (message.type === "unsubscribe") return connection.unsubscribe(readStream(message));
  if (message.type !== "subscribe") throw unreadable();
  const stream = await openStream(context, connection.credential, message);
  if (connection.size >= STREAM_LIMITS.subscriptions) {
    throw new AppError("too_many_streams", "This connection has too many streams already.", {
      status: 429,
    });
  }
  connection.subscribe(stream);
}

/** Null for what is no object of texts. */
function readMessage(text: string): AskedMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const fields = new Map<string, unknown>(Object.entries(value));
    const field = (name: string) => {
      const found = fields.get(name);
      return typeof found === "string" || typeof found === "number" ? String(found) : undefined;
    };
    const type = field("type");
    if (type === undefined) return null;
    return { type, stream: field("stream"), tag: field("tag"), list: field("list") };
  } catch {
    return null;
  }
}

function unreadable(): AppError {
  return new AppError(
    "request_unreadable",
    "Messages are JSON objects that subscribe or unsubscribe.",
    {
      status: 400,
    },
  );
}

function peerOf(client: WebSocket): Peer {
  let heard = true;
  client.on("pong", () => {
    heard = true;
  });
  return {
    send(message) {
      if (client.bufferedAmount > MOST_WAITING) return false;
      client.send(message.asJson());
      return true;
    },
    beat() {
      if (!heard) return false;
      heard = false;
      client.ping();
      return true;
    },
    close(reason) {
      if (reason === "too_slow") return client.terminate();
      client.close(...CLOSING[reason]);
      setTimeout(() => client.terminate(), GOODBYE_MS).unref();
    },
  };
}

function refuse(socket: Duplex, status: number, body: object): void {
  if (socket.destroyed) return;
  const text = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
      "Connection: close",
      "Content-Type: application/json; charset=utf-8",
      "Access-Control-Allow-Origin: *",
      "Cache-Control: no-store",
      `Content-Length: ${Buffer.byteLength(text)}`,
      "",
      text,
    ].join("\r\n"),
  );
}
