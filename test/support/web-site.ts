import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createServer as createInstanceServer } from "../../src/server.ts";
import { webApp } from "../../src/web/app.tsx";
import { Memory } from "../../src/services/memory.ts";
import type { Context } from "../../src/services/context.ts";
import { createTestInstance, type TestInstance } from "./context.ts";
import { createTestDatabase } from "./database.ts";

/** The whole server of an organization on a real socket, for a browser. */
export interface Site {
  readonly origin: string;
  readonly instance: TestInstance;
  /** an instance beside it that nobody has set up */
  readonly fresh: { readonly origin: string; readonly context: Context };
  close(): Promise<void>;
}

/** Starts both on free ports of loopback. */
export async function startSite(): Promise<Site> {
  const [set, fresh] = await Promise.all([listen(), listen()]);
  const [instance, beside, emptyDatabase] = await Promise.all([
    createTestInstance({ origin: set.origin, followers: "approve" }),
    createTestInstance({ origin: fresh.origin }),
    createTestDatabase(),
  ]);
  const { db } = emptyDatabase;
  const freshContext: Context = { ...beside.context, db, facts: db, memory: new Memory() };
  const { context, database } = instance;
  set.answerWith(createInstanceServer({ context, database }).app.fetch);
  fresh.answerWith(webApp(freshContext).fetch);
  return {
    origin: set.origin,
    instance,
    fresh: { origin: fresh.origin, context: freshContext },
    async close() {
      await Promise.all([set.close(), fresh.close()]);
      await Promise.all([instance.close(), beside.close(), emptyDatabase.drop()]);
    },
  };
}

type Fetch = (request: Request) => Promise<Response> | Response;

async function listen() {
  let fetch: Fetch = () => new Response("starting", { status: 503 });
  const listener = getRequestListener((request) => fetch(request));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    answerWith: (handler: Fetch) => {
      fetch = handler;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
