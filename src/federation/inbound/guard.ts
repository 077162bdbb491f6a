import { isSameOrigin } from "../../domain/remote-iri.ts";
import { irisOf, type WireRules } from "../remote/wire-values.ts";
import type { IncomingActivity } from "./incoming-activity.ts";

/** What may be done with an activity, by who signed the request and what it says of itself. */
export type Verdict =
  /** `object` is what may be believed of the embedded object: null leaves only its IRI */
  | { readonly kind: "process"; readonly object: IncomingActivity["object"] }
  /** the activity is not believed, but its object may be read from its own origin */
  | { readonly kind: "read-object"; readonly iri: string }
  | { readonly kind: "refuse"; readonly status: 401 | 403; readonly reason: string };

/** Activities about a post that others forward to those who take part in a discussion. */
const FORWARDED_TYPES = new Set(["Create", "Update", "Delete"]);
/** Activities by which an actor writes: their object must be the actor's own. */
const WRITING_TYPES = new Set(["Create", "Update"]);
const MAX_AUTHORS = 10;

/**
 * The rules of chapter "The boundary" that need no database. LD signatures and object proofs do not
 * count at all: on an activity that somebody else brings they would let a third party replay what
 * was never meant for us, and reading JSON-LD graphs invites restructured ones.
 */
export function guard(activity: IncomingActivity, signer: string, rules: WireRules): Verdict {
  if (signer !== activity.actor) return judgeForwarded(activity);
  if (!isSameOrigin(activity.iri, activity.actor)) {
    return refuse(403, "The activity's id is not on its actor's server.");
  }
  const { object, objectIri } = activity;
  if (activity.type === "Delete" && objectIri !== null) {
    if (!isSameOrigin(objectIri, activity.actor)) {
      return refuse(403, "Only what is on the actor's own server can be deleted.");
    }
  }
  if (object === null) return process(null);
  if (objectIri !== null && !isSameOrigin(objectIri, activity.actor)) return process(null);
  if (WRITING_TYPES.has(activity.type) && !isActorsOwn(activity, rules)) {
    return refuse(403, "The object is not attributed to the actor.");
  }
  return process(object);
}

/**
 * Somebody else brings the activity. If it is public and about something on its actor's own server,
 * that server can be asked; everything else is refused.
 */
function judgeForwarded({ type, actor, objectIri, isPublic }: IncomingActivity): Verdict {
  const askable = objectIri !== null && isSameOrigin(objectIri, actor);
  if (FORWARDED_TYPES.has(type) && isPublic && askable) {
    return { kind: "read-object", iri: objectIri };
  }
  return refuse(401, "The request is not signed by the activity's actor.");
}

/** The object is the actor itself, or names it as its author. */
function isActorsOwn({ object, objectIri, actor }: IncomingActivity, rules: WireRules): boolean {
  if (objectIri === actor) return true;
  return irisOf(object?.["attributedTo"], rules, MAX_AUTHORS).includes(actor);
}

function process(object: IncomingActivity["object"]): Verdict {
  return { kind: "process", object };
}

function refuse(status: 401 | 403, reason: string): Verdict {
  return { kind: "refuse", status, reason };
}
