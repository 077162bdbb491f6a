import { createECDH } from "node:crypto";

/** Where a browser or app takes messages, and the keys that only it can read them with (RFC 8291). */
export interface PushTarget {
  readonly endpoint: string;
  /** base64url */
  readonly p256dh: string;
  readonly auth: string;
  /** `aes128gcm` as published; else `aesgcm`, the draft before it */
  readonly standard: boolean;
}

/** How a push service is to treat a message (RFC 8030). */
export interface PushDelivery {
  /** seconds that it is worth keeping */
  readonly ttl: number;
  readonly urgency: "very-low" | "low" | "normal" | "high";
  /** a later message with the same topic replaces this one; at most 32 base64url characters */
  readonly topic: string;
}

/** Who sends (RFC 8292). */
export interface PushSender {
  readonly publicKey: string;
  readonly privateKey: string;
  /** an `https:` or `mailto:` address by which those who run the push service reach us */
  readonly subject: string;
}

/** A request that brings an encrypted message to its push service. */
export interface PushRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** A key pair for `PushSender`: P-256, base64url. */
export function makeSenderKeys(): Pick<PushSender, "publicKey" | "privateKey"> {
  const pair = createECDH(CURVE);
  const publicKey = pair.generateKeys().toString("base64url");
  const padded = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32);
  return { publicKey, privateKey: padded.toString("base64url") };
}

const CURVE = "prime256v1";

/** Encrypts a message for one target and signs for us. Rejects when the target's keys are no keys. */
export async function sealMessage(
  target: PushTarget,
  message: string,
  sender: PushSender,
  { ttl, urgency, topic }: PushDelivery,
): Promise<PushRequest> {
  // Loaded when the first message is sent: most processes never send one.
  const { default: webPush } = await import("web-push");
  const { endpoint, p256dh, auth, standard } = target;
  const details = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, message, {
    vapidDetails: sender,
    contentEncoding: standard ? "aes128gcm" : "aesgcm",
    TTL: ttl,
    urgency,
    topic,
  });
  const headers = Object.entries(details.headers as Record<string, string | number>);
  return {
    url: endpoint,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    body: details.body ?? new Uint8Array(),
  };
}

/** Whether keys of a target can be used: a point on P-256, uncompressed, and a secret of 16 bytes. */
export function areUsableKeys({ p256dh, auth }: Pick<PushTarget, "p256dh" | "auth">): boolean {
  const point = Buffer.from(p256dh, "base64url");
  if (Buffer.from(auth, "base64url").length !== SECRET_BYTES || point.length !== POINT_BYTES) {
    return false;
  }
  const own = createECDH(CURVE);
  own.generateKeys();
  try {
    own.computeSecret(point);
    return true;
  } catch {
    return false;
  }
}

const SECRET_BYTES = 16;
const POINT_BYTES = 65;
