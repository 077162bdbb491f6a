import type { ReceivedVote } from "../../services/poll-votes.ts";
import { iriOf, typesOf, type Json, type WireRules } from "../remote/wire-values.ts";

/** A vote: a note that is nothing but the name of an option, below a question; null for all else. */
export function readVote(object: Json, rules: WireRules): ReceivedVote | null {
  if (!typesOf(object).includes("Note")) return null;
  const { name, content } = object;
  const iri = iriOf(object, rules);
  const poll = iriOf(object["inReplyTo"], rules);
  if (typeof name !== "string" || name === "" || iri === null || poll === null) return null;
  const says = content !== undefined && content !== null && content !== "";
  return says ? null : { iri, poll, title: name };
}
