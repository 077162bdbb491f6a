import { LABELS } from "../../domain/practice.ts";
import type { ReceivedOffer } from "../../services/received-offers.ts";
import {
  instantOf,
  iriOf,
  isJson,
  typesOf,
  type Json,
  type WireRules,
} from "../remote/wire-values.ts";
import { PARTNERSHIP } from "../vocab/partnership.ts";
import { Refused } from "./answer.ts";
import type { IncomingActivity } from "./incoming-activity.ts";

const SHA256 = /^[0-9a-f]{64}$/;
const MAX_JWS = 16_384;

/**
 * The partnership that an Offer is about; null when it offers something else.
 * @throws Refused 400 for a partnership that cannot be read
 */
export function readOffer(activity: IncomingActivity, rules: WireRules): ReceivedOffer | null {
  const { object, json } = activity;
  if (object === null || !isPartnership(object)) return null;
  const subject = iriOf(object["subject"], rules);
  const to = iriOf(object["object"], rules);
  const terms = object["terms"];
  const termsUrl = isJson(terms) ? iriOf(terms["url"], rules) : null;
  const termsSha256 = hashIn(object);
  const labelCeiling = LABELS.find((label) => label === object["labelCeiling"]);
  const jws = jwsIn(json);
  if (subject === null || to === null || termsUrl === null || termsSha256 === null) {
    throw new Refused(400, "The partnership has no usable parties or terms.");
  }
  if (labelCeiling === undefined) throw new Refused(400, "The partnership has no label ceiling.");
  if (jws === null) throw new Refused(400, "The offer is not signed.");
  return {
    iri: activity.iri,
    subject,
    object: to,
    termsUrl,
    conditions: {
      termsSha256,
      labelCeiling,
      practice: present(object, "practice", (value) => iriOf(value, rules)),
      startsAt: present(object, "startTime", instantOf),
      endsAt: present(object, "endTime", instantOf),
    },
    jws,
    inReplyTo: iriOf(json["inReplyTo"], rules),
  };
}

/** An answer to an offer, as far as its sender tells. */
export interface AnsweredOffer {
  readonly offerIri: string;
  /** hash of the terms that the answer names; null when it does not repeat the offer */
  readonly sha256: string | null;
  readonly jws: string | null;
}

/**
 * The offer of a partnership that an Accept, Reject, Undo or suspension is about: the embedded
 * Offer, or its bare id. Null when it is, by what it says, about something else.
 */
export function answeredOffer(activity: IncomingActivity): AnsweredOffer | null {
  const { object, objectIri, json } = activity;
  if (objectIri === null) return null;
  if (object !== null && !typesOf(object).includes("Offer")) return null;
  const relationship = object?.["object"];
  return {
    offerIri: objectIri,
    sha256: isJson(relationship) ? hashIn(relationship) : null,
    jws: jwsIn(json),
  };
}

function isPartnership(object: Json): boolean {
  const kind = object["relationship"];
  return typesOf(object).includes("Relationship") && kind === PARTNERSHIP;
}

function hashIn({ terms }: Json): string | null {
  const sha256 = isJson(terms) ? terms["sha256"] : null;
  return typeof sha256 === "string" && SHA256.test(sha256) ? sha256 : null;
}

function jwsIn({ agreement }: Json): string | null {
  return typeof agreement === "string" && agreement.length <= MAX_JWS ? agreement : null;
}

/** Null where it is left out; what is there and cannot be read must not count as left out. */
function present<Value>(
  json: Json,
  name: string,
  read: (value: unknown) => Value | null,
): Value | null {
  const given = json[name];
  if (given === undefined || given === null) return null;
  const value = read(given);
  if (value === null) throw new Refused(400, `The partnership's ${name} cannot be read.`);
  return value;
}
