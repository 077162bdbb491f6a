import { accept } from "./accept.ts";
import { add } from "./add.ts";
import { announce } from "./announce.ts";
import { block } from "./block.ts";
import { create } from "./create.ts";
import { deleteObject } from "./delete.ts";
import { flag } from "./flag.ts";
import { follow } from "./follow.ts";
import { ignore, type Handler } from "./handler.ts";
import { like } from "./like.ts";
import { move } from "./move.ts";
import { offer } from "./offer.ts";
import { quoteRequest } from "./quote-request.ts";
import { reject } from "./reject.ts";
import { remove } from "./remove.ts";
import { suspension } from "./suspension.ts";
import { undo } from "./undo.ts";
import { update } from "./update.ts";

const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ["Accept", accept],
  ["Add", add],
  ["Announce", announce],
  ["Block", block],
  ["Create", create],
  ["Delete", deleteObject],
  ["Flag", flag],
  ["Follow", follow],
  ["Like", like],
  ["Move", move],
  ["Offer", offer],
  ["QuoteRequest", quoteRequest],
  ["https://w3id.org/fep/044f#QuoteRequest", quoteRequest],
  ["Reject", reject],
  ["Resume", suspension],
  ["Suspend", suspension],
  ["Remove", remove],
  ["Undo", undo],
  ["Update", update],
]);

/** The handler of a type; one that we do not know is acknowledged and written down. */
export function handlerOf(type: string): Handler {
  return HANDLERS.get(type) ?? ignoreType;
}

function ignoreType({ activity }: Parameters<Handler>[0]) {
  return ignore(activity.type);
}
