import type { KeyObject } from "node:crypto";
import { waitBeforeRetry } from "../../domain/delivery/backoff.ts";
import type { HttpClient, HttpResponse } from "../../platform/http/client.ts";
import type { ReadyDelivery, Settlement, SignatureSpec } from "../../services/deliveries.ts";
import { signRequest } from "../signatures/sign.ts";
import { outcomeOfAnswer, outcomeOfError, type Outcome } from "./outcome.ts";

/** A delivery with all that one attempt takes. */
export interface Parcel {
  readonly delivery: ReadyDelivery;
  readonly body: Buffer;
  readonly keyIri: string;
  readonly privateKey: KeyObject;
}

export interface AttemptOptions {
  readonly http: HttpClient;
  readonly timeoutMs: number;
  readonly now: () => Date;
  /** from 0 to 1 */
  readonly random: () => number;
}

/** After this many failed attempts the other signature is not tried any more. */
const TRY_OTHER_UNTIL = 3;

/** Signs and posts a delivery once; settles it, whatever happens. */
export async function attempt(parcel: Parcel, options: AttemptOptions): Promise<Settlement> {
  const { delivery } = parcel;
  try {
    const answer = await post(parcel, delivery.signature, options);
    if (asksForOtherSignature(delivery, answer)) {
      const other = delivery.signature === "rfc9421" ? "draft-cavage" : "rfc9421";
      const second = outcomeOfAnswer(await post(parcel, other, options), options.now());
      if (second.kind === "delivered") return settlement(delivery, second, options, other);
    }
    return settlement(delivery, outcomeOfAnswer(answer, options.now()), options);
  } catch (error) {
    return settlement(delivery, outcomeOfError(error), options);
  }
}

function post(
  { delivery, body, keyIri, privateKey }: Parcel,
  spec: SignatureSpec,
  { http, timeoutMs, now }: AttemptOptions,
): Promise<HttpResponse> {
  const url = delivery.inbox;
  const date = now();
  const signed = signRequest({ method: "POST", url, body, keyId: keyIri, privateKey, date, spec });
  return http.request({
    method: "POST",
    url,
    headers: { ...signed, "content-type": "application/activity+json" },
    body,
    redirects: 0,
    timeoutMs,
  });
}

/** A 401 may be about the kind of signature; any refusal that names the other kind is. */
function asksForOtherSignature(delivery: ReadyDelivery, answer: HttpResponse): boolean {
  if (delivery.attempts > TRY_OTHER_UNTIL) return false;
  if (answer.status === 401) return true;
  const hinted = answer.headers["accept-signature"] !== undefined;
  return answer.status === 403 && hinted && delivery.signature === "draft-cavage";
}

function settlement(
  delivery: ReadyDelivery,
  outcome: Outcome,
  { now, random }: AttemptOptions,
  signature: SignatureSpec | null = null,
): Settlement {
  const at = now();
  const settled = { delivery, result: outcome.result, sign: outcome.sign, signature };
  if (outcome.kind !== "again") {
    const gone = outcome.kind === "gone";
    const state = outcome.kind === "delivered" ? "delivered" : "dead";
    return { ...settled, state, dueAt: at, gone };
  }
  const wait = waitBeforeRetry(delivery.attempts, random(), outcome);
  if (wait === null) return { ...settled, state: "dead", dueAt: at, gone: false };
  return { ...settled, state: "queued", dueAt: new Date(at.getTime() + wait), gone: false };
}
