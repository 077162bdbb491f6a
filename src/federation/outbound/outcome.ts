import type { Patience } from "../../domain/delivery/backoff.ts";
import type { Sign } from "../../domain/delivery/circuit.ts";
import { AppError } from "../../domain/errors.ts";

/** What one attempt came to. */
export interface Outcome {
  readonly kind: "delivered" | "gone" | "refused" | "again";
  /** HTTP status or error code, for the record */
  readonly result: string;
  readonly sign: Sign;
  /** for `again` */
  readonly patience: Patience;
  /** milliseconds that the peer asks us to wait; null when it does not */
  readonly retryAfter: number | null;
}

/**
 * Reads an inbox's answer. Whatever is not a server error shows that the host works. A redirect is
 * not followed: the address to send to is the one in the actor's own document.
 */
export function outcomeOfAnswer(
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  now: Date,
): Outcome {
  const { status } = answer;
  const result = String(status);
  const retryAfter = readRetryAfter(answer.headers["retry-after"], now);
  const outcome = { result, sign: "alive", patience: "few-attempts", retryAfter } as const;
  if (status >= 200 && status < 300) return { ...outcome, kind: "delivered" };
  if (status === 404 || status === 410) return { ...outcome, kind: "gone" };
  if (status === 408) return { ...outcome, kind: "again", sign: "failing", patience: "days" };
  if (status === 429) return { ...outcome, kind: "again", sign: "busy", patience: "days" };
  if (status >= 500) return { ...outcome, kind: "again", sign: "failing", patience: "days" };
  if (status === 401 || status === 403) return { ...outcome, kind: "again" };
  if (status >= 300 && status < 400) return { ...outcome, kind: "again" };
  return { ...outcome, kind: "refused" };
}

/** Reads what kept an answer from coming. An address that can never be called is refused at once. */
export function outcomeOfError(error: unknown): Outcome {
  const code = error instanceof AppError ? error.code : "unsendable";
  const outcome = { result: code, sign: "failing", patience: "days", retryAfter: null } as const;
  if (code === "http_bad_url" || code === "unsendable") {
    return { ...outcome, kind: "refused", sign: "busy" };
  }
  if (code === "http_too_large") {
    return { ...outcome, kind: "again", sign: "alive", patience: "few-attempts" };
  }
  return { ...outcome, kind: "again" };
}

/** `Retry-After` in milliseconds (RFC 9110 §10.2.3: seconds or a date); null when unusable. */
export function readRetryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}
