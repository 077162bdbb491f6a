import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createForeignPeer, type ForeignPeer } from "./foreign-peer.ts";

/** A foreign peer on a real socket of loopback. */
export interface ForeignServer extends ForeignPeer {
  /** what was POSTed to it, in order: to which path, with which headers and what in it */
  readonly posted: ForeignPost[];
  /** answers POSTs to a path in its own way; without an entry everything is taken with 202 */
  readonly answers: Map<string, () => Response>;
  close(): Promise<void>;
}

export interface ForeignPost {
  readonly path: string;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Starts one on a free port. */
export async function startForeignServer(): Promise<ForeignServer> {
  let answer: (request: Request) => Promise<Response> = async () =>
    new Response("starting", { status: 503 });
  const listener = getRequestListener((request) => answer(request));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const peer = createForeignPeer(`http://127.0.0.1:${port}`);
  const posted: ForeignPost[] = [];
  const answers = new Map<string, () => Response>();
  answer = async (request) => {
    if (request.method !== "POST") return peer.fetch(request);
    const text = await request.text();
    const { pathname: path } = new URL(request.url);
    posted.push({ path, headers: request.headers, text, json: JSON.parse(text) });
    return answers.get(path)?.() ?? new Response(null, { status: 202 });
  };
  return {
    ...peer,
    posted,
    answers,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
