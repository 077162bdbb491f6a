/** Why a signature was refused. Every one of them is a 401 to the peer; the reason is for our log. */
export type RefusalReason =
  | "missing_signature"
  | "malformed_signature"
  | "header_too_large"
  | "duplicate_header"
  | "insufficient_coverage"
  | "unsupported_component"
  | "unsupported_algorithm"
  | "stale"
  | "future"
  | "digest_missing"
  | "digest_unsupported"
  | "digest_mismatch"
  | "wrong_target"
  | "key_not_found"
  | "bad_signature";

export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  /** What exactly, in a few words, free of secrets. */
  readonly detail: string;
}

export function refuse(reason: RefusalReason, detail: string): Refusal {
  return { ok: false, reason, detail };
}
