import { receivePin } from "../../services/pins.ts";
import { storeRelayedReply, type RelayedAuthor } from "../../services/relayed-replies.ts";
import { isPostDocument, readPostDocument } from "../remote/read-post.ts";
import { iriOf, isJson, lineOf, listOf, pageUrlOf, type WireRules } from "../remote/wire-values.ts";
import { ignore, type Handler } from "./handler.ts";

const LONGEST = { handle: 128, name: 500 };

/**
 * An actor pins a post of its own, or the owner of a discussion passes a reply on. Its author's server is another one and hands it out to
 * nobody but the owner, so the embedded note counts: the service makes sure that it is in a
 * discussion which is the sender's, and keeps it within that.
 */
export const add: Handler = ({ context, rules, activity, actor }) => {
  const { json, object } = activity;
  const discussion = iriOf(json["target"], rules);
  if (discussion === null) return ignore("no-target");
  const { objectIri } = activity;
  if (discussion === actor.featuredIri && objectIri !== null) {
    return (tx) => receivePin(tx, actor, objectIri);
  }
  if (object === null || !isPostDocument(object)) return ignore("object-type");
  const post = readPostDocument(object, rules);
  const author = describedAuthor(object["attributedTo"], post.author, rules);
  return (tx) => storeRelayedReply(context, tx, actor, { post, author, discussion });
};

function describedAuthor(value: unknown, iri: string, rules: WireRules): RelayedAuthor {
  const described = listOf(value, 10).find((entry) => isJson(entry) && iriOf(entry, rules) === iri);
  const json = isJson(described) ? described : {};
  const last = new URL(iri).pathname.split("/").findLast((part) => part !== "") ?? "unknown";
  const handle = lineOf(json["preferredUsername"], LONGEST.handle).replaceAll(/[\s@/:]+/gu, "");
  return {
    handle: handle || last.slice(0, LONGEST.handle),
    name: lineOf(json["name"], LONGEST.name) || handle,
    url: pageUrlOf(json["url"], rules) ?? iri,
  };
}
