import { canonicalAgreement } from "../domain/agreement.ts";
import type { Id } from "../domain/ids.ts";
import { importPublicKeyPem } from "../platform/crypto/keys.ts";
import { signerOf } from "../platform/crypto/signed-records.ts";
import type { Context } from "./context.ts";
import { requireEditor, type Member } from "./members.ts";
import { agreementOf } from "./partnership-records.ts";
import { getRecord } from "./partnerships.ts";

/** One side's signature with all that it takes to check it. */
interface SideEvidence {
  readonly role: "proposer" | "accepter";
  readonly organization: string;
  readonly key_id: string | null;
  /** JWK (RFC 8037), as it was when the side signed */
  readonly public_key: object;
  readonly jws: string;
}

const HOW_TO_VERIFY = [
  "The SHA-256 of terms.markdown, as UTF-8, must be termsSha256 in agreement.",
  "Each jws in signatures is a compact JWS (RFC 7515) with the algorithm EdDSA (Ed25519, RFC 8037). Verify it with public_key of the same entry; its payload must be canonical_agreement, byte for byte.",
  "Whose key it is: key_id is published in assertionMethod of the document at organization (FEP-521a), unless it was replaced since.",
  "Both signatures over one agreement mean that both sides agreed on it. One alone is an offer.",
] as const;

/**
 * What proves a partnership to somebody who trusts neither us nor our server: the agreement, both
 * signatures over it, both keys and the terms' text. Nothing in it needs our server to be checked.
 * @throws AppError `editors_only`, `not_found`
 */
export async function partnershipEvidence(context: Context, member: Member, id: Id) {
  requireEditor(member);
  const record = await getRecord(context, id);
  const agreement = agreementOf(context, record);
  const canonical = canonicalAgreement(agreement);
  const parsed: unknown = JSON.parse(canonical);
  const { terms } = record;
  return {
    format: "praxis-partnership-evidence/1",
    exported_at: context.now().toISOString(),
    exported_by: context.iris.organization,
    agreement: parsed,
    canonical_agreement: canonical,
    terms: { url: terms.url, sha256: terms.sha256, markdown: terms.markdown },
    signatures: [
      ...side("proposer", agreement.proposer, record.proposerJws, record.proposerKey),
      ...side("accepter", agreement.accepter, record.accepterJws, record.accepterKey),
    ],
    history: {
      state: record.state,
      offered_at: record.createdAt.toISOString(),
      answered_at: record.answeredAt?.toISOString() ?? null,
      ended_at: record.endedAt?.toISOString() ?? null,
      end_reason: record.endReason,
    },
    how_to_verify: HOW_TO_VERIFY,
  };
}

function side(
  role: SideEvidence["role"],
  organization: string,
  jws: string | null,
  publicKeyPem: string | null,
): SideEvidence[] {
  if (jws === null || publicKeyPem === null) return [];
  const key = importPublicKeyPem(publicKeyPem).export({ format: "jwk" });
  return [{ role, organization, key_id: signerOf(jws), public_key: key, jws }];
}
