import type { Hono } from "hono";
import { isPublic } from "../../domain/audience/audience.ts";
import type { Visible } from "../../domain/audience/policy.ts";
import { parseId } from "../../domain/ids.ts";
import type { Context } from "../../services/context.ts";
import { findDiscussion } from "../../services/discussion.ts";
import type { PostRecord } from "../../services/records.ts";
import type { JsonLd } from "../../services/wire.ts";
import { acceptsJson } from "./accept.ts";
import { noDocument, notAcceptable, privateDocument, publicDocument } from "./answers.ts";
import { viewerOf, type FindSigner } from "./viewer.ts";

const PAGE = 50;
const CONTEXT = "https://www.w3.org/ns/activitystreams";

/**
 * The collections of a discussion, per viewer: a practice's direct replies, of a public one the
 * public ones alone, and its context (FEP-7888), the practice with everything below it. Hidden
 * replies are not in their counts either.
 */
export function discussionRoutes(routes: Hono, context: Context, findSigner: FindSigner): void {
  const { iris } = context;

  async function serve(
    request: Request,
    key: string,
    collection: (practice: Visible<PostRecord>, replies: readonly Visible<PostRecord>[]) => Listed,
  ): Promise<Response> {
    if (!acceptsJson(request.headers.get("accept") ?? undefined)) return notAcceptable();
    const viewer = await viewerOf(request, findSigner);
    const found = await findDiscussion(context, viewer, iris.context(key));
    if (found === null) return noDocument();
    const { practice, replies } = found;
    const listed = collection(practice, replies);
    const document = page(listed, new URL(request.url).searchParams);
    if (document === null) return noDocument();
    const body = JSON.stringify(document);
    const open = viewer.kind === "anonymous" && isPublic(practice.audience);
    return open ? publicDocument(body) : privateDocument(body);
  }

  routes.get("/ap/practices/:key/replies", (c) =>
    serve(c.req.raw, c.req.param("key"), (practice, replies) => ({
      id: iris.replies(practice.iri),
      attributedTo: practice.author,
      posts: replies.filter(
        (reply) =>
          reply.inReplyToId === practice.id &&
          (isPublic(reply.audience) || !isPublic(practice.audience)),
      ),
    })),
  );
  routes.get("/ap/contexts/:key", (c) =>
    serve(c.req.raw, c.req.param("key"), (practice, replies) => ({
      id: iris.context(c.req.param("key")),
      attributedTo: practice.author,
      posts: [practice, ...replies],
    })),
  );
}

interface Listed {
  readonly id: string;
  readonly attributedTo: string;
  readonly posts: readonly Visible<PostRecord>[];
}

/** The collection, or the page after the id `after`; null when the cursor is not one of ours. */
function page({ id, attributedTo, posts }: Listed, query: URLSearchParams): JsonLd | null {
  const all = { "@context": CONTEXT, attributedTo };
  if (!query.has("page")) {
    return {
      ...all,
      id,
      type: "OrderedCollection",
      totalItems: posts.length,
      first: `${id}?page=true`,
    };
  }
  const cursor = query.get("after");
  const after = cursor === null ? 0n : parseId(cursor);
  if (after === null) return null;
  const rest = posts.filter((post) => post.id > after);
  const shown = rest.slice(0, PAGE);
  const last = shown.at(-1);
  return {
    ...all,
    id: cursor === null ? `${id}?page=true` : `${id}?page=true&after=${after}`,
    type: "OrderedCollectionPage",
    partOf: id,
    ...(last !== undefined && rest.length > PAGE
      ? { next: `${id}?page=true&after=${last.id}` }
      : {}),
    orderedItems: shown.map((post) => post.iri),
  };
}
