import { receiveOffer } from "../../services/received-offers.ts";
import { ignore, type Handler } from "./handler.ts";
import { readOffer } from "./offered-partnership.ts";

/** Another organization offers a partnership. */
export const offer: Handler = ({ context, rules, activity, actor }) => {
  const offered = readOffer(activity, rules);
  return offered === null ? ignore("object-type") : receiveOffer(context, actor, offered);
};
