import type { Context as HonoContext } from "hono";
import { z } from "zod";
import type { Id } from "../../domain/ids.ts";
import type { KeysetPage } from "../../services/keyset-page.ts";
import { id, optional, whole } from "./fields.ts";
import { parseInput } from "./params.ts";

/**
 * `max_id`, `since_id`, `min_id` and `limit` of a request. A limit above `most` is taken for `most`.
 * @throws AppError `invalid_request`
 */
export function readPage(
  c: HonoContext,
  { usual, most }: { readonly usual: number; readonly most: number },
): KeysetPage {
  const query = c.req.query();
  const { max_id, since_id, min_id, limit } = parseInput(PAGE, query);
  return {
    before: max_id ?? null,
    after: min_id ?? since_id ?? null,
    upwards: min_id !== undefined,
    limit: Math.min(limit ?? usual, most),
  };
}

const PAGE = z.object({
  max_id: optional(id),
  since_id: optional(id),
  min_id: optional(id),
  limit: optional(whole(1, 1_000_000)),
});

/**
 * Sets the `Link` header of a page, for the ids by which it is paged, in the order in which they are
 * shown (newest first). An empty page has none.
 */
export function linkPages(c: HonoContext, origin: string, ids: readonly Id[]): void {
  const first = ids[0];
  const last = ids.at(-1);
  if (first === undefined || last === undefined) return;
  const link = (cursor: "max_id" | "min_id", value: Id, rel: "next" | "prev") => {
    const url = new URL(c.req.path, origin);
    for (const [name, text] of new URL(c.req.url).searchParams) {
      if (!["max_id", "since_id", "min_id"].includes(name)) url.searchParams.append(name, text);
    }
    url.searchParams.set(cursor, value.toString());
    return `<${url.href}>; rel="${rel}"`;
  };
  c.header("Link", [link("max_id", last, "next"), link("min_id", first, "prev")].join(", "));
}
