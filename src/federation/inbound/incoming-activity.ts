import { iriOf, irisOf, isJson, listOf, typesOf, type Json } from "../remote/wire-values.ts";
import type { WireRules } from "../remote/wire-values.ts";
import { isPublicAddress } from "../../domain/audience/classify.ts";
import { Refused } from "./answer.ts";

/** What every activity has, read from whatever shape its sender gives it. Nothing is believed yet. */
export interface IncomingActivity {
  readonly iri: string;
  readonly type: string;
  readonly actor: string;
  /** the (first) object's IRI, bare or embedded; null when it has none */
  readonly objectIri: string | null;
  /** the (first) object as it was embedded; null when only its IRI was given */
  readonly object: Json | null;
  /** whether activity or object is addressed to everybody */
  readonly isPublic: boolean;
  readonly json: Json;
}

const TYPE = /^[A-Za-z][\w.:/#-]{0,99}$/;
const MAX_ADDRESSES = 1_000;

/**
 * Reads the parts that every activity must have.
 * @throws Refused 400
 */
export function readActivity(json: Json, rules: WireRules): IncomingActivity {
  const iri = iriOf(json["id"], rules);
  const actor = iriOf(json["actor"], rules);
  const [type] = typesOf(json);
  if (iri === null) throw new Refused(400, "The activity has no usable id.");
  if (actor === null) throw new Refused(400, "The activity has no usable actor.");
  if (type === undefined || !TYPE.test(type)) {
    throw new Refused(400, "The activity has no usable type.");
  }
  const [object] = listOf(json["object"], 1);
  const embedded = isJson(object) ? object : null;
  return {
    iri,
    type,
    actor,
    objectIri: iriOf(object, rules),
    object: embedded,
    isPublic: isAddressedToAll(json) || (embedded !== null && isAddressedToAll(embedded)),
    json,
  };
}

/** All objects of an activity by IRI: a Flag names several. */
export function objectIris(activity: IncomingActivity, rules: WireRules, limit: number): string[] {
  return irisOf(activity.json["object"], rules, limit);
}

function isAddressedToAll(json: Json): boolean {
  return [json["to"], json["cc"]]
    .flatMap((addresses) => listOf(addresses, MAX_ADDRESSES))
    .some((address) => isPublicAddress(typeof address === "string" ? address : idIn(address)));
}

function idIn(value: unknown): string {
  return isJson(value) && typeof value["id"] === "string" ? value["id"] : "";
}
