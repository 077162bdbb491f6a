import type { Atom, Audience } from "./audience.ts";
import { AS_PUBLIC, type Address } from "./address.ts";

const PUBLIC_SPELLINGS = new Set([AS_PUBLIC, "as:Public", "Public"]);

/** Whether an address stands for everybody (ActivityPub §5.6: three spellings are in use). */
export function isPublicAddress(iri: string): boolean {
  return PUBLIC_SPELLINGS.has(iri);
}

/** Whether an address is for everybody but not for where strangers browse: Public in `cc` alone. */
export function isQuiet({ to, cc }: Address): boolean {
  return cc.some(isPublicAddress) && !to.some(isPublicAddress);
}

/** What `classify` must know to read an address. */
export interface Receiver {
  /** the author's followers collection, when known */
  readonly authorFollowers: string | null;
  /** our own Organization actor */
  readonly organization: string;
}

/**
 * `to`/`cc` → audience, as the receiver of a post. Public anywhere is public; the author's own
 * followers collection is followers; our Organization actor is a partner atom that covers our
 * members; any other address is one person. Collections that we cannot read look like persons
 * that nobody is, so they open nothing.
 */
export function classify(addressed: Address, receiver: Receiver): Audience {
  const all = [...addressed.to, ...addressed.cc];
  if (all.some(isPublicAddress)) return [{ kind: "public" }];
  const atoms = new Map<string, Atom>();
  for (const iri of all) {
    if (iri === receiver.authorFollowers) atoms.set(iri, { kind: "followers" });
    else if (iri === receiver.organization) atoms.set(iri, { kind: "partner", organization: iri });
    else atoms.set(iri, { kind: "person", actor: iri });
  }
  return [...atoms.values()];
}
