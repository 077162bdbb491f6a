import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { Layout, type PageHead } from "./components/layout.tsx";
import type { WebContext } from "./frame.ts";
import { NotFoundPage } from "./pages/message-pages.tsx";
import { allowCaching, keepPrivate } from "./response-headers.ts";
import { text } from "./text.ts";

/** A page that anybody may see; caches may keep the one for visitors for a minute. */
export function publicPage(c: WebContext, head: PageHead, body: Child): Promise<Response> {
  allowCaching(c);
  return page(c, head, body, 200);
}

/** A page for one person; nothing keeps it. */
export function privatePage(
  c: WebContext,
  head: PageHead,
  body: Child,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  keepPrivate(c);
  return page(c, { ...head, canonical: undefined }, body, status);
}

/** The 404. It is the same, byte for byte, for what is missing and for what is hidden. */
export function notFoundPage(c: WebContext): Promise<Response> {
  return privatePage(c, { title: text.errors.notFoundTitle }, <NotFoundPage />, 404);
}

async function page(
  c: WebContext,
  head: PageHead,
  body: Child,
  status: ContentfulStatusCode,
): Promise<Response> {
  const markup = await (
    <Layout frame={c.var.frame} head={head}>
      {body}
    </Layout>
  );
  return c.html(`<!DOCTYPE html>${markup.toString()}`, status);
}
