import { AppError } from "../../domain/errors.ts";
import type { Context } from "../../services/context.ts";
import { findVerificationKey } from "../../services/verification-keys.ts";
import { createRefreshLimit } from "../signatures/refresh-limit.ts";
import type { RefusalReason } from "../signatures/refusal.ts";
import { verifyRequest, type VerificationKey } from "../signatures/verify.ts";
import { busy } from "./answer.ts";

/** Who signed a request, or why nobody did. */
type Signer =
  | { readonly ok: true; readonly actor: string }
  | { readonly ok: false; readonly reason: RefusalReason };

export type Verifier = (request: Request, body: Buffer) => Promise<Signer>;

/** A host that answers slowly must not occupy all of our places while we wait for its keys. */
const MAX_LOOKUPS_PER_HOST = 32;

/**
 * Checks request signatures against our own origin: what a proxy or a sender says about the host
 * does not count.
 */
export function createVerifier(context: Context): Verifier {
  const { mayRefresh } = createRefreshLimit();
  const lookups = new Map<string, number>();

  async function findKey(
    keyId: string,
    { refresh }: { readonly refresh: boolean },
  ): Promise<VerificationKey | null> {
    const host = URL.parse(keyId)?.host ?? "";
    const running = lookups.get(host) ?? 0;
    if (running >= MAX_LOOKUPS_PER_HOST) throw busy(429);
    lookups.set(host, running + 1);
    try {
      return await findVerificationKey(context, keyId, { refresh });
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    } finally {
      const left = (lookups.get(host) ?? 1) - 1;
      if (left === 0) lookups.delete(host);
      else lookups.set(host, left);
    }
  }

  return async (request, body) => {
    const { pathname, search } = new URL(request.url);
    const verdict = await verifyRequest(
      {
        method: request.method,
        url: `${context.config.origin}${pathname}${search}`,
        headers: request.headers,
        body,
      },
      { findKey, mayRefresh, now: context.now() },
    );
    return verdict.ok ? { ok: true, actor: verdict.owner } : { ok: false, reason: verdict.reason };
  };
}
