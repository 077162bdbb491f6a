import { isSameOrigin } from "../../domain/remote-iri.ts";
import { isUndoable, receiveUndo } from "../../services/received-undo.ts";
import { iriOf, typesOf } from "../remote/wire-values.ts";
import { Refused } from "./answer.ts";
import { ignore, type Handler } from "./handler.ts";

/** An actor takes back its Follow, Like, Announce, Block or Offer; anything else stays as it is. */
export const undo: Handler = ({ context, rules, activity, actor }) => {
  const { object, objectIri } = activity;
  if (object === null && objectIri === null) {
    throw new Refused(400, "The Undo does not say of what.");
  }
  const doer = object === null ? null : iriOf(object["actor"], rules);
  if (doer !== null && doer !== actor.iri) return ignore("not-theirs");
  const [type] = object === null ? [] : typesOf(object);
  if (type !== undefined && !isUndoable(type)) return ignore("object-type");
  // An id on another server is not this actor's to take back, or to suppress.
  const iri = objectIri !== null && isSameOrigin(objectIri, actor.iri) ? objectIri : null;
  const undone = {
    iri,
    type: type ?? null,
    object: object === null ? null : iriOf(object["object"], rules),
  };
  return (tx) => receiveUndo(context, tx, actor, undone);
};
