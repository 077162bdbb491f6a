import type { List } from "../../../services/lists.ts";

/** A list as clients know it (`List`). */
export function listJson({ id, title, repliesPolicy, exclusive }: List) {
  return { id: id.toString(), title, replies_policy: repliesPolicy, exclusive };
}
