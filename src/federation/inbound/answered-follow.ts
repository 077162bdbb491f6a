import type { FollowReference } from "../../services/received-follows.ts";
import { iriOf, typesOf, type WireRules } from "../remote/wire-values.ts";
import { Refused } from "./answer.ts";
import type { IncomingActivity } from "./incoming-activity.ts";

/**
 * The Follow that an Accept or Reject is about, as far as its sender tells: the bare id, or the
 * embedded activity, whose id some servers make up. Null when it is about something else.
 * @throws Refused 400
 */
export function answeredFollow(
  { object, objectIri }: IncomingActivity,
  rules: WireRules,
): FollowReference | null {
  if (object === null) {
    if (objectIri === null) throw new Refused(400, "The answer does not say to what.");
    return { iri: objectIri, follower: null, followee: null };
  }
  const types = typesOf(object);
  if (types.length > 0 && !types.includes("Follow")) return null;
  return {
    iri: objectIri,
    follower: iriOf(object["actor"], rules),
    followee: iriOf(object["object"], rules),
  };
}
