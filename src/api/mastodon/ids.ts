import type { Context as HonoContext } from "hono";
import { parseId, type Id } from "../../domain/ids.ts";
import { unreadable } from "../../platform/http/request-body.ts";

/** So many at once and no more: each is looked up. */
const MOST_IDS = 200;

/**
 * The ids of `id[]=1&id[]=2` (or `id=1`, or `id[0]=1`) in a query, in their order. What is no id
 * finds nothing.
 * @throws AppError `request_unreadable` for more than 200
 */
export function idsInQuery(c: HonoContext): Id[] {
  const values = [...new URL(c.req.url).searchParams]
    .filter(([name]) => /^id(?:\[\d{0,4}\])?$/.test(name))
    .map(([, value]) => value);
  if (values.length > MOST_IDS) throw unreadable("Ask for fewer accounts at once.");
  return values.flatMap((value) => parseId(value) ?? []);
}
