import type { Context as HonoContext, Hono } from "hono";
import { AppError } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import { authenticate } from "../../../services/tokens.ts";
import { noteAuthenticated } from "../rate-limits.ts";
import type { Peer, StreamConnection } from "./connection.ts";
import type { StreamHub } from "./hub.ts";
import { openStream } from "./open-stream.ts";
import { tokenOf } from "./token.ts";

/** What may wait for a client that reads slowly, in bytes. */
const MOST_WAITING = 1024 * 1024;
const ROOT = "/api/v1/streaming";

/** Path below `/api/v1/streaming` → stream, and the one that it is with `only_media`. */
const PATHS = {
  user: ["user", "user"],
  "user/notification": ["user:notification", "user:notification"],
  public: ["public", "public:media"],
  "public/local": ["public:local", "public:local:media"],
  "public/remote": ["public:remote", "public:remote:media"],
  hashtag: ["hashtag", "hashtag"],
  "hashtag/local": ["hashtag:local", "hashtag:local"],
  list: ["list", "list"],
  direct: ["direct", "direct"],
} as const;

/** `/api/v1/streaming/…`: streams as server-sent events (WHATWG HTML §9.2). */
export function streamingRoutes(app: Hono, context: Context, hub: StreamHub): void {
  app.get(`${ROOT}/health`, (c) => c.text("OK"));
  for (const [path, [plain, onlyMedia]] of Object.entries(PATHS)) {
    app.get(`${ROOT}/${path}`, async (c) => {
      const { only_media, tag, list } = c.req.query();
      const credential = await authenticate(context, requireToken(c));
      noteAuthenticated(c);
      const name = ["1", "true"].includes(only_media ?? "") ? onlyMedia : plain;
      const stream = await openStream(context, credential, { stream: name, tag, list });
      hub.requireRoom(credential);
      return answer((peer) => {
        const connection = hub.open(credential, peer);
        connection.subscribe(stream);
        return connection;
      }, hub);
    });
  }
}

function requireToken(c: HonoContext): string {
  const token = tokenOf({
    authorization: c.req.header("Authorization"),
    query: c.req.query("access_token"),
  });
  if (token !== null) return token;
  throw new AppError("token_missing", "Sign in first.", { status: 401 });
}

function answer(open: (peer: Peer) => StreamConnection, hub: StreamHub): Response {
  let connection: StreamConnection | null = null;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (text: string): boolean => {
          controller.enqueue(Buffer.from(text));
          return (controller.desiredSize ?? 0) > 0;
        };
        connection = open({
          send: (message) => write(message.asLines()),
          beat: () => write(":thump\n"),
          close: (reason) => {
            if (reason === "too_slow") controller.error(leftBehind());
            else controller.close();
          },
        });
        // The first bytes tell the client, and every proxy, that it is open.
        write(":)\n");
      },
      cancel() {
        if (connection !== null) hub.close(connection);
      },
    },
    { highWaterMark: MOST_WAITING, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  return new Response(body, {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "private, no-store",
      // nginx would keep events back until a buffer is full.
      "X-Accel-Buffering": "no",
    },
  });
}

/** The code has the HTTP server take it for a client that went away: it drops what waits, and is quiet. */
function leftBehind(): Error {
  return Object.assign(new Error("The client does not read."), {
    code: "ERR_STREAM_PREMATURE_CLOSE",
  });
}
