import type { IncomingMessage } from "node:http";
import { serve, type ServerType } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { sql } from "drizzle-orm";
import { Hono } from "hono";
import { mastodonApi } from "./api/mastodon/app.ts";
import { StreamHub } from "./api/mastodon/streaming/hub.ts";
import { createUpgradeHandler, type UpgradeHandler } from "./api/mastodon/streaming/web-socket.ts";
import { praxisApi } from "./api/praxis/app.ts";
import { prefersActivity } from "./federation/discovery/accept.ts";
import { ACTOR_PATHS, createDiscoveryApp } from "./federation/discovery/app.ts";
import type { FindSigner } from "./federation/discovery/viewer.ts";
import { DocumentCache } from "./federation/discovery/document-cache.ts";
import { createMediaHandler } from "./federation/discovery/media.ts";
import { createInbox } from "./federation/inbound/inbox.ts";
import { refusedSigner } from "./federation/inbound/refused-origins.ts";
import { createVerifier } from "./federation/inbound/verify.ts";
import { SOFTWARE } from "./services/software.ts";
import type { Instance } from "./instance.ts";
import { createMetrics } from "./metrics.ts";
import { OAUTH_PATHS, oauthApp } from "./oauth/app.ts";
import { logger } from "./platform/logging.ts";
import { webApp } from "./web/app.tsx";
import { sessionViewer } from "./web/session-viewer.ts";

/** The web side of an instance: everything that answers HTTP. */
export interface WebServer {
  readonly app: Hono;
  readonly documents: DocumentCache;
  /** open streams of clients */
  readonly streams: StreamHub;
  readonly onUpgrade: UpgradeHandler;
}

const NO_BODY = Buffer.alloc(0);
const PRAXIS_API = "/api/praxis/v1";

/** Composes all surfaces into one Hono app. */
export function createServer({
  context,
  database,
}: Pick<Instance, "context" | "database">): WebServer {
  const log = logger("web");
  const documents = new DocumentCache();
  const verify = createVerifier(context);
  const inbox = createInbox(context);
  const metrics = createMetrics(context);
  const findSigner: FindSigner = async (request) => {
    const refused = await refusedSigner(context, request);
    if (refused !== null) return refused;
    const signer = await verify(request, NO_BODY);
    return signer.ok ? signer.actor : null;
  };
  const discovery = createDiscoveryApp(context, { cache: documents, findSigner });
  const media = createMediaHandler(context, findSigner);
  const web = webApp(context);
  const onError = (error: unknown) => log.error("a request failed: {error}", { error });
  const app = new Hono();

  app.get("/healthz", (c) => c.text("ok", 200, { "Cache-Control": "no-store" }));
  app.get("/readyz", async (c) => {
    const ready = await database.db.execute(sql`select 1 from pgboss.version`).then(
      () => true,
      () => false,
    );
    return c.text(ready ? "ready" : "not ready", ready ? 200 : 503, {
      "Cache-Control": "no-store",
    });
  });
  app.get("/metrics", async (c) => {
    const forwarded = c.req.header("X-Forwarded-For") ?? c.req.header("Forwarded");
    const token = /^Bearer (.+)$/.exec(c.req.header("Authorization") ?? "")?.[1];
    const address = getConnInfo(c).remote.address ?? "";
    const local = forwarded === undefined && isLoopback(address);
    if (!local && !metrics.isToken(token)) return c.text("not found", 404);
    return c.body(await metrics.text(), 200, { "Content-Type": metrics.contentType });
  });

  app.route(PRAXIS_API, praxisApi(context, { version: SOFTWARE.version, onError }));
  const streams = new StreamHub(context, { onError });
  const mastodon = mastodonApi(context, { onError, streams });
  for (const version of ["v1", "v2"]) {
    app.all(`/api/${version}/*`, (c) => mastodon.fetch(c.req.raw, c.env));
  }
  for (const path of [
    "/api/oembed",
    "/api/oembed/",
    "/media/default/*",
    "/media/avatars/*",
    "/media/headers/*",
  ]) {
    app.all(path, (c) => mastodon.fetch(c.req.raw, c.env));
  }
  const oauth = oauthApp(context, { onError });
  for (const path of OAUTH_PATHS) {
    app.all(path, (c) => oauth.fetch(c.req.raw, c.env));
    app.all(`${path}/`, (c) => oauth.fetch(c.req.raw, c.env));
  }
  app.all("/ap/inbox", (c) => inbox(c.req.raw, null));
  for (const path of ACTOR_PATHS) {
    app.all(`${path}/inbox`, (c) =>
      inbox(c.req.raw, context.iris.origin + c.req.path.slice(0, -"/inbox".length)),
    );
  }
  app.get("/ap/media/:key", (c) =>
    media(c.req.raw, c.req.param("key"), () => sessionViewer(context, c)),
  );
  app.use(async (c, next) => {
    const asked = c.req.method === "GET" || c.req.method === "HEAD";
    // Nothing is called by a name with NUL, which PostgreSQL would refuse to look for.
    if (c.req.path.includes("\0")) return web.fetch(c.req.raw, c.env);
    if (asked && prefersActivity(c.req.header("Accept"))) {
      const document = await discovery.pageDocument(c.req.raw, c.req.path);
      if (document !== null) return document;
    }
    await next();
    return undefined;
  });
  app.route("/", discovery.routes);
  app.all("*", (c) => web.fetch(c.req.raw, c.env));
  app.onError((error, c) => {
    onError(error);
    return c.text("Something went wrong on our side.", 500);
  });
  const onUpgrade = createUpgradeHandler(context, streams, { onError });
  return { app, documents, streams, onUpgrade };
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./.test(address);
}

/** Listens; resolves once the port is open. @throws AppError-free Node errors such as EADDRINUSE */
export function listen(
  { app, onUpgrade }: Pick<WebServer, "app" | "onUpgrade">,
  address: { host: string; port: number },
): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: app.fetch,
        hostname: address.host,
        port: address.port,
        // Other offers to upgrade (to HTTP/2, say) are declined by answering as usual.
        serverOptions: { shouldUpgradeCallback: isWebSocket },
      },
      (info) => resolve({ server, port: info.port }),
    );
    server.on("upgrade", onUpgrade);
    server.once("error", reject);
  });
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** Stops accepting, lets requests in hand finish for at most `timeoutMs`, then closes the rest. */
export function closeServer(server: ServerType, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const hard = setTimeout(() => {
      if ("closeAllConnections" in server) server.closeAllConnections();
    }, timeoutMs);
    server.close(() => {
      clearTimeout(hard);
      resolve();
    });
    if ("closeIdleConnections" in server) server.closeIdleConnections();
  });
}
