import type { Conversation } from "../../../services/conversation-reading.ts";
import type { StatusView } from "../../../services/status-views.ts";
import { accountJson } from "./account.ts";
import { statusJson } from "./status.ts";

/** A thread of direct messages as clients know it (`Conversation`). `origin` is our own. */
export function conversationJson(
  { id, unread, actors }: Omit<Conversation, "last">,
  last: StatusView,
  origin: string,
) {
  return {
    id: id.toString(),
    unread,
    accounts: actors.map((actor) => accountJson(actor, origin)),
    last_status: statusJson(last, origin),
  };
}
