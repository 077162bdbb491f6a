import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** A request as an inbox got it. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** the activity */
  readonly json: Record<string, unknown>;
}

/** What an inbox does with a request: a status, a status with headers, or nothing at all. */
type Answer =
  | number
  | { readonly status: number; readonly headers: Record<string, string> }
  | "hang";

/** A server on loopback that is somebody's inboxes. */
export interface InboxServer {
  readonly origin: string;
  readonly host: string;
  readonly received: ReceivedRequest[];
  /** decides about each request; 202 until it is set */
  answer: (request: ReceivedRequest) => Answer | Promise<Answer>;
  /** nobody listens any more; `open` listens at the same address again */
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** Opens an inbox server on an own port. */
export async function openInboxes(): Promise<InboxServer> {
  let server: Server = listenOn(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const inboxes: InboxServer = {
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    received: [],
    answer: () => 202,
    async shut() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
    async open() {
      server = listenOn(port);
      await once(server, "listening");
    },
  };
  function listenOn(wanted: number): Server {
    return createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        const { url = "", headers } = request;
        const received = { path: url, headers, body, json: JSON.parse(body) };
        inboxes.received.push(received);
        void Promise.resolve(inboxes.answer(received)).then((answer) => reply(response, answer));
      });
    }).listen(wanted, "127.0.0.1");
  }
  return inboxes;
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer === "hang") return;
  if (typeof answer === "number") response.writeHead(answer).end();
  else response.writeHead(answer.status, answer.headers).end();
}
