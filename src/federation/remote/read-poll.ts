import type { RemotePoll } from "../../services/remote-polls.ts";
import {
  instantOf,
  isJson,
  lineOf,
  listOf,
  textIn,
  typesOf,
  wholeNumberOf,
  type Json,
} from "./wire-values.ts";

const MOST_OPTIONS = 50;
const LONGEST_OPTION = 200;
const MOST_VOTES = 2_147_483_647;

/** What a `Question` offers, and how it stands; null for everything else. */
export function readPoll(document: Json): RemotePoll | null {
  if (!typesOf(document).includes("Question")) return null;
  const multiple = document["anyOf"] !== undefined;
  const options = listOf(document["anyOf"] ?? document["oneOf"], MOST_OPTIONS)
    .filter(isJson)
    .map((option) => ({
      title: lineOf(textIn(option, "name").text, LONGEST_OPTION),
      votes: votesFor(option),
    }))
    .filter(({ title }) => title !== "");
  if (options.length === 0) return null;
  const { closed } = document;
  return {
    options,
    multiple,
    endsAt: instantOf(document["endTime"]) ?? instantOf(closed),
    closed: closed === true || instantOf(closed) !== null,
    votersCount: wholeNumberOf(document["votersCount"], 0, MOST_VOTES),
  };
}

function votesFor(option: Json): number {
  const { replies } = option;
  const total = isJson(replies) ? replies["totalItems"] : undefined;
  return wholeNumberOf(total, 0, MOST_VOTES) ?? 0;
}
