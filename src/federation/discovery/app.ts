import type { Federation } from "@fedify/fedify";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { isPublic } from "../../domain/audience/audience.ts";
import { ANONYMOUS } from "../../domain/audience/policy.ts";
import type { Context } from "../../services/context.ts";
import { publishedKeys } from "../../services/keys.ts";
import { findNotice } from "../../services/notice-reading.ts";
import { countFollows, findOwnActivity, findOwnActor, findOwnPost } from "../../services/outbox.ts";
import { findOwnActorByHandle } from "../../services/own-handles.ts";
import { findOwnPracticeIri } from "../../services/practice-lists.ts";
import { findOwnPostIri } from "../../services/reading.ts";
import type { ActorRecord } from "../../services/records.ts";
import { findStamp } from "../../services/quote-control.ts";
import { findTermsFor } from "../../services/terms.ts";
import type { JsonLd } from "../../services/wire.ts";
import { actorDocument } from "../outbound/actor.ts";
import { acceptsJson } from "./accept.ts";
import {
  noDocument,
  notAcceptable,
  privateDocument,
  privateMarkdown,
  publicDocument,
} from "./answers.ts";
import { countOnly, featured, outbox } from "./collections.ts";
import { discussionRoutes } from "./discussions.ts";
import type { DocumentCache } from "./document-cache.ts";
import { hostMetaJson, hostMetaXml } from "./host-meta.ts";
import { isSigned, viewerOf, type FindSigner } from "./viewer.ts";

/** Where our actors are; `domain/iris` makes their IRIs. */
export const ACTOR_PATHS = ["/ap/org", "/ap/instance", "/ap/actors/:handle"] as const;

/** What others may GET of us: documents, collections, WebFinger, NodeInfo, host-meta. */
export interface DiscoveryApp {
  readonly routes: Hono;
  /** The document behind a page's path, for whoever asks for the page as ActivityPub; else null. */
  pageDocument(request: Request, path: string): Promise<Response | null>;
}

export function createDiscoveryApp(
  context: Context,
  options: { findSigner: FindSigner; cache: DocumentCache },
): DiscoveryApp {
  const { cache, findSigner } = options;
  // Half a second and 60 MB: loaded when somebody first asks for what it answers.
  let loading: Promise<Federation<void>> | null = null;
  const fedify = () =>
    (loading ??= import("./fedify.ts").then((module) => module.createDiscovery(context)));
  const routes = new Hono();

  /** Public documents come from memory when nobody signed; everything else is decided anew. */
  async function serve(
    request: Request,
    iri: string,
    load: () => Promise<{ json: JsonLd; open: boolean } | null>,
  ): Promise<Response> {
    if (!acceptsJson(request.headers.get("accept") ?? undefined)) return notAcceptable();
    const known = isSigned(request) ? undefined : cache.get(iri);
    if (known !== undefined) return publicDocument(known);
    const found = await load();
    if (found === null) return noDocument();
    const body = JSON.stringify(found.json);
    if (!found.open) return privateDocument(body);
    if (!isSigned(request)) cache.set(iri, body);
    return publicDocument(body);
  }

  async function loadActor(iri: string) {
    const actor = await findOwnActor(context, iri);
    if (actor === null) return null;
    const keys = await publishedKeys(context, actor.id);
    return { json: actorDocument(actor, keys), open: true };
  }

  async function loadPost(request: Request, iri: string) {
    const viewer = await viewerOf(request, findSigner);
    const post = await findOwnPost(context, viewer, iri);
    if (post === null) return null;
    return { json: context.wire.object(post), open: isPublic(post.audience) };
  }

  for (const path of ACTOR_PATHS) {
    routes.get(path, (c) => {
      const iri = context.iris.origin + c.req.path;
      return serve(c.req.raw, iri, () => loadActor(iri));
    });
    for (const collection of ["followers", "following", "featured", "outbox"] as const) {
      routes.get(`${path}/${collection}`, async (c) => {
        if (!acceptsJson(c.req.header("accept"))) return notAcceptable();
        const iri = context.iris.origin + c.req.path.slice(0, -`/${collection}`.length);
        const actor = await findOwnActor(context, iri);
        return actor === null ? noDocument() : serveCollection(c.req.raw, actor, collection);
      });
    }
  }

  async function serveCollection(
    request: Request,
    actor: ActorRecord,
    collection: "followers" | "following" | "featured" | "outbox",
  ): Promise<Response> {
    const id = context.iris[collection](actor.iri);
    if (collection === "featured") return json(await featured(context, actor), true);
    if (collection !== "outbox") {
      const counts = await countFollows(context, actor.id);
      return json(countOnly(id, counts[collection]), true);
    }
    const viewer = await viewerOf(request, findSigner);
    const query = new URL(request.url).searchParams;
    const cursor = { page: query.has("page"), before: query.get("before") };
    return json(await outbox(context, viewer, actor, cursor), viewer === ANONYMOUS);
  }

  routes.get("/ap/practices/:key", (c) => {
    const iri = context.iris.practice(c.req.param("key"));
    return serve(c.req.raw, iri, () => loadPost(c.req.raw, iri));
  });
  routes.get("/ap/posts/:key", (c) => {
    const iri = context.iris.post(c.req.param("key"));
    return serve(c.req.raw, iri, () => loadPost(c.req.raw, iri));
  });
  discussionRoutes(routes, context, findSigner);
  routes.get("/ap/quote-approvals/:key", (c) => {
    const key = c.req.param("key");
    // Taken back at any time, so it is never kept.
    return serve(c.req.raw, `${context.iris.quoteApproval(key)}#uncached`, async () => {
      const stamp = await findStamp(context, await viewerOf(c.req.raw, findSigner), key);
      return stamp === null ? null : { json: context.wire.stamp(stamp), open: false };
    });
  });
  routes.get("/ap/notices/:key", (c) => {
    const key = c.req.param("key");
    return serve(c.req.raw, context.iris.notice(key), async () => {
      const json = await findNotice(context, await viewerOf(c.req.raw, findSigner), key);
      return json === null ? null : { json, open: false };
    });
  });
  routes.get("/ap/terms/:key", async (c) => {
    const viewer = await viewerOf(c.req.raw, findSigner);
    const terms = await findTermsFor(context, viewer, context.iris.terms(c.req.param("key")));
    return terms === null ? noDocument() : privateMarkdown(terms.markdown);
  });
  routes.get("/ap/activities/:key", (c) => {
    const iri = context.iris.activity(c.req.param("key"));
    return serve(c.req.raw, `${iri}#uncached`, async () => {
      const viewer = await viewerOf(c.req.raw, findSigner);
      return findOwnActivity(context, viewer, iri);
    });
  });

  routes.use("/.well-known/*", cors());
  routes.use("/nodeinfo/*", cors());
  routes.get("/.well-known/webfinger", async (c) => {
    const resource = c.req.query("resource") ?? "";
    if (resource.includes("\0")) return noDocument();
    const key = `webfinger:${resource.slice(0, 500)}`;
    const known = cache.get(key);
    if (known !== undefined) return webFinger(known);
    const answer = await (await fedify()).fetch(pinned(c.req.raw), { contextData: undefined });
    if (!answer.ok) return answer;
    const body = await withCanonicalSubject((await answer.json()) as WebFingerDescriptor);
    cache.set(key, body);
    return webFinger(body);
  });
  const byFedify = async (c: { req: { raw: Request } }) =>
    (await fedify()).fetch(pinned(c.req.raw), { contextData: undefined });
  routes.get("/.well-known/nodeinfo", byFedify);
  routes.get("/nodeinfo/2.1", byFedify);
  routes.get("/.well-known/host-meta", (c) =>
    c.body(hostMetaXml(context.iris.origin), 200, { "Content-Type": "application/xrd+xml" }),
  );
  routes.get("/.well-known/host-meta.json", (c) =>
    c.body(hostMetaJson(context.iris.origin), 200, { "Content-Type": "application/json" }),
  );
  routes.all("/ap/*", (c) =>
    ["GET", "HEAD", "POST"].includes(c.req.method) ? noDocument() : c.body(null, 405),
  );

  /** Fedify repeats what was asked for; the subject is the actor's one handle, however it was spelt. */
  async function withCanonicalSubject(descriptor: WebFingerDescriptor): Promise<string> {
    const self = descriptor.links.find((link) => link.rel === "self")?.href ?? "";
    const actor = await findOwnActor(context, self);
    if (actor === null) return JSON.stringify(descriptor);
    const subject = `acct:${actor.handle}@${actor.host}`;
    return JSON.stringify({ ...descriptor, subject, aliases: [actor.url, actor.iri] });
  }

  /** The request as if it had come to our pinned origin, whatever its Host header says. */
  function pinned(request: Request): Request {
    const { pathname, search } = new URL(request.url);
    return new Request(context.iris.origin + pathname + search, { headers: request.headers });
  }

  // Looked up and decided like any other, so that what is missing costs what is hidden costs.
  const nothing = context.iris.practice("nothing");

  return {
    routes,
    async pageDocument(request, path) {
      if (path === "/") {
        const iri = context.iris.organization;
        return serve(request, iri, () => loadActor(iri));
      }
      const handle = /^\/@([^/]+)$/.exec(path)?.[1];
      if (handle !== undefined) {
        const actor = await findOwnActorByHandle(context, handle);
        if (actor === null) return noDocument();
        return serve(request, actor.iri, () => loadActor(actor.iri));
      }
      const reply = /^\/posts\/([0-9]+)$/.exec(path)?.[1];
      if (reply !== undefined) {
        const iri = (await findOwnPostIri(context, reply)) ?? nothing;
        return serve(request, iri, () => loadPost(request, iri));
      }
      const slug = /^\/practices\/([^/]+)$/.exec(path)?.[1];
      if (slug === undefined) return null;
      const iri = (await findOwnPracticeIri(context, slug)) ?? nothing;
      return serve(request, iri, () => loadPost(request, iri));
    },
  };
}

/** What we look at in a JSON Resource Descriptor (RFC 7033 §4.4). */
interface WebFingerDescriptor {
  readonly links: readonly { readonly rel: string; readonly href?: string }[];
}

function json(document: JsonLd | null, open: boolean): Response {
  if (document === null) return noDocument();
  const body = JSON.stringify(document);
  return open ? publicDocument(body) : privateDocument(body);
}

function webFinger(body: string): Response {
  return new Response(body, {
    headers: {
      "Content-Type": "application/jrd+json",
      "Cache-Control": "public, max-age=300",
      Vary: "Accept",
    },
  });
}
