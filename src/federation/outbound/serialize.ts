import { isPublicAddress } from "../../domain/audience/classify.ts";
import { isPublic, type Audience } from "../../domain/audience/audience.ts";
import { AppError } from "../../domain/errors.ts";
import type { JsonLd } from "../../services/wire.ts";

const BLIND = new Set(["bto", "bcc"]);
/** LD signatures (RsaSignature2017) and object integrity proofs (FEP-8b32). */
const PROOFS = new Set(["signature", "proof"]);
/** Text for people, where "Public" is a word like any other. */
const TEXT = new Set(["name", "nameMap", "summary", "content", "contentMap", "@context"]);
const FOLLOWERS_COLLECTION = /^https?:\/\/[^\s/]+\/\S*\/followers\/?$/;

/**
 * The bytes of an activity that is for `audience`: the only way from a document to what is sent.
 * @throws AppError `not_sendable`, see `assertSendable`
 */
export function serializeActivity(activity: JsonLd, audience: Audience): string {
  assertSendable(activity, audience);
  return JSON.stringify(activity);
}

/**
 * Refuses what chapter "The boundary" says must never be on the wire, at any depth: `bto` and `bcc`;
 * a signature or proof on what is not public, as it would make a leak provable; the public address
 * in what is not public; a followers collection in what is for partners or persons alone.
 * @throws AppError `not_sendable`; a fault of this server, never of who asked
 */
export function assertSendable(activity: JsonLd, audience: Audience): void {
  const open = isPublic(audience);
  const forFollowers = open || audience.some((atom) => atom.kind === "followers");
  visit(activity, (name, value) => {
    if (BLIND.has(name)) throw refused(`"${name}" must not be sent`);
    if (!open && PROOFS.has(name)) throw refused(`"${name}" on a document that is not public`);
    if (typeof value !== "string") return;
    if (!open && isPublicAddress(value)) throw refused(`the public address in "${name}"`);
    if (!forFollowers && FOLLOWERS_COLLECTION.test(value)) {
      throw refused(`a followers collection in "${name}"`);
    }
  });
}

/** Calls `look` for each property, and for each entry of a list under the list's name. */
function visit(value: unknown, look: (name: string, value: unknown) => void): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, property] of Object.entries(value)) {
    if (TEXT.has(name)) continue;
    for (const entry of Array.isArray(property) ? property.flat(Infinity) : [property]) {
      look(name, entry);
      visit(entry, look);
    }
    if (Array.isArray(property)) look(name, property);
  }
}

function refused(reason: string): AppError {
  return new AppError("not_sendable", "This activity must not be sent.", {
    status: 500,
    cause: new Error(`refused to serialize: ${reason}`),
  });
}
