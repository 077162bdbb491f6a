import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { CompactSign } from "jose";
import type { ForeignActor, ForeignPeer } from "./foreign-peer.ts";

const NAMESPACE = "urn:x-praxis:";

/** An organization on a foreign server that speaks of partnerships, and signs whatever it is told. */
export interface KinOrganization extends ForeignActor {
  readonly ed25519: { readonly keyId: string; readonly privateKey: KeyObject };
}

/** What an offer says; `jws` and `agreement` make it lie. */
export interface OfferScript {
  readonly iri: string;
  readonly to: string;
  readonly markdown?: string;
  /** what it claims the terms' hash to be */
  readonly sha256?: string;
  readonly termsUrl?: string;
  /** what the signed agreement says otherwise than the offer */
  readonly agreement?: Readonly<Record<string, unknown>>;
  readonly signedBy?: KinOrganization["ed25519"];
  readonly object?: Readonly<Record<string, unknown>>;
  readonly changes?: Readonly<Record<string, unknown>>;
}

/** Makes an Organization actor with an Ed25519 key and our capability. */
export function kinOrganization(
  peer: ForeignPeer,
  name: string,
  changes: Readonly<Record<string, unknown>> = {},
): KinOrganization {
  const pair = generateKeyPairSync("ed25519");
  const iri = `${peer.origin}/users/${name}`;
  const keyId = `${iri}#ed25519-key`;
  const pem = pair.publicKey.export({ type: "spki", format: "pem" });
  const actor = peer.actor(name, {
    type: "Organization",
    praxis: { version: 1, understands: ["practices"] },
    assertionMethod: [{ id: keyId, type: "Multikey", controller: iri, publicKeyPem: pem }],
    ...changes,
  });
  return { ...actor, ed25519: { keyId, privateKey: pair.privateKey } };
}

/** A compact JWS as our records have it, written out here so that a change of ours shows. */
export async function signAgreement(
  agreement: Readonly<Record<string, unknown>>,
  key: KinOrganization["ed25519"],
): Promise<string> {
  const names = Object.keys(agreement).toSorted();
  const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, agreement[name]])));
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: "EdDSA", kid: key.keyId, typ: "praxis-record+jws" })
    .sign(key.privateKey);
}

/** An Offer of a partnership; its terms are served at their address. */
export async function offerOf(
  peer: ForeignPeer,
  by: KinOrganization,
  script: OfferScript,
): Promise<Readonly<Record<string, unknown>>> {
  const markdown = script.markdown ?? "# Terms";
  const sha256 = script.sha256 ?? createHash("sha256").update(markdown).digest("hex");
  const path = `/terms/${encodeURIComponent(script.iri)}`;
  peer.documents.set(
    path,
    () => new Response(markdown, { headers: { "content-type": "text/markdown" } }),
  );
  const agreement = {
    accepter: script.to,
    endsAt: null,
    labelCeiling: "TLP:GREEN",
    offer: script.iri,
    practice: null,
    proposer: by.iri,
    startsAt: null,
    termsSha256: sha256,
    type: "praxis-partnership/1",
    ...script.agreement,
  };
  return {
    id: script.iri,
    type: "Offer",
    actor: by.iri,
    to: [script.to],
    object: {
      type: "Relationship",
      subject: by.iri,
      object: script.to,
      relationship: `${NAMESPACE}Partnership`,
      terms: { url: script.termsUrl ?? `${peer.origin}${path}`, sha256 },
      labelCeiling: "TLP:GREEN",
      ...script.object,
    },
    agreement: await signAgreement(agreement, script.signedBy ?? by.ed25519),
    ...script.changes,
  };
}
