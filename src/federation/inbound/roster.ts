import { receiveRoster, type ReceivedRoster } from "../../services/received-rosters.ts";
import {
  iriOf,
  irisOf,
  lineOf,
  typesOf,
  wholeNumberOf,
  type Json,
  type WireRules,
} from "../remote/wire-values.ts";
import { CIRCLE_ROSTER } from "../vocab/roster.ts";
import { Refused } from "./answer.ts";
import type { Effect } from "../../services/received-activities.ts";
import type { Inbound } from "./handler.ts";

const MOST_ORGANIZATIONS = 500;
const MAX_NAME = 100;
const MAX_EPOCH = 2_000_000_000;

/** Whether a document is, by what it says, the roster of a circle. */
export function isRoster(object: Json): boolean {
  return typesOf(object).includes(CIRCLE_ROSTER);
}

/**
 * What an Update of a circle's roster does.
 * @throws Refused 400, 403
 */
export function writeRoster({ context, rules, actor }: Inbound, object: Json): Effect {
  // One author and no other: a roster that several claim would have several owners.
  const [author, ...others] = irisOf(object["attributedTo"], rules, 2);
  if (author !== actor.iri || others.length > 0) {
    throw new Refused(403, "The object is not attributed to the actor.");
  }
  const roster = readRoster(object, rules);
  return (tx) => receiveRoster(context, tx, actor, roster);
}

function readRoster(object: Json, rules: WireRules): ReceivedRoster {
  const iri = iriOf(object, rules);
  const epoch = wholeNumberOf(object["epoch"], 1, MAX_EPOCH);
  if (iri === null || epoch === null) throw new Refused(400, "The roster has no id or no epoch.");
  const items = object["items"];
  // Only a list that is there and empty says "forget it"; what cannot be read must not.
  if (!Array.isArray(items) || items.length > MOST_ORGANIZATIONS) {
    throw new Refused(400, "The roster has no usable items.");
  }
  const organizations = irisOf(items, rules, MOST_ORGANIZATIONS);
  if (organizations.length === 0 && items.length > 0) {
    throw new Refused(400, "The roster has no usable items.");
  }
  return { iri, name: lineOf(object["name"], MAX_NAME), epoch, organizations };
}
