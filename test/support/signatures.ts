import { type KeyObject, createHash, generateKeyPairSync, sign } from "node:crypto";
import { createRefreshLimit } from "../../src/federation/signatures/refresh-limit.ts";
import {
  type SignedRequest,
  type VerificationKey,
  type VerifyOptions,
  verifyRequest,
} from "../../src/federation/signatures/verify.ts";

/** Two actors of a peer with real keys, made once per test file, and the moment at which everything happens. */
export const now = new Date("2026-05-01T12:00:00Z");
export const alice = "https://a.example/ap/actors/alice";
export const rsaKeyId = `${alice}#main-key`;
export const edKeyId = `${alice}#ed25519-key`;
export const inbox = "https://b.example/ap/inbox";
export const body = Buffer.from(JSON.stringify({ type: "Create", content: "Grüße" }));

export const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const ed25519 = generateKeyPairSync("ed25519");

export function published(
  keyId: string,
  publicKey: KeyObject,
  { owner = alice, cached = true }: { owner?: string; cached?: boolean } = {},
): VerificationKey {
  return { keyId, owner, publicKey, cached };
}

const everyKey = new Map([
  [rsaKeyId, published(rsaKeyId, rsa.publicKey)],
  [edKeyId, published(edKeyId, ed25519.publicKey)],
]);

/** `verifyRequest` at `now` with alice's keys, unless told otherwise. */
export async function judge(
  request: SignedRequest,
  options: Partial<VerifyOptions> = {},
): ReturnType<typeof verifyRequest> {
  return verifyRequest(request, {
    findKey: async (keyId) => everyKey.get(keyId) ?? null,
    now,
    mayRefresh: createRefreshLimit().mayRefresh,
    ...options,
  });
}

export function post(headers: SignedRequest["headers"]): SignedRequest {
  return { method: "POST", url: inbox, headers, body };
}

export function sha256Digest(bytes: Buffer): string {
  return `SHA-256=${createHash("sha256").update(bytes).digest("base64")}`;
}

function sha256ContentDigest(bytes: Buffer): string {
  return `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
}

function rsaSign(text: string, hash = "sha256"): string {
  return sign(hash, Buffer.from(text), rsa.privateKey).toString("base64");
}

export const goodHeaders: Readonly<Record<string, string>> = {
  host: "b.example",
  date: now.toUTCString(),
  digest: sha256Digest(body),
  "content-digest": sha256ContentDigest(body),
  "content-type": "application/activity+json",
};

/** A draft-cavage request as some peer would write it: signs exactly `covered`, over exactly these values. */
export function cavage({
  covered = "(request-target) host date digest",
  target = "post /ap/inbox",
  headers = goodHeaders,
  params = {},
  hash = "sha256",
}: {
  covered?: string;
  target?: string;
  headers?: Readonly<Record<string, string>>;
  params?: Readonly<Record<string, string>>;
  hash?: string;
} = {}): Record<string, string> {
  const values: Record<string, string | undefined> = {
    "(request-target)": target,
    "(created)": params["created"],
    "(expires)": params["expires"],
    ...headers,
  };
  const names = covered.split(" ").filter(Boolean);
  const text = names.map((name) => `${name}: ${values[name] ?? ""}`).join("\n");
  const all = {
    keyId: rsaKeyId,
    algorithm: "rsa-sha256",
    headers: covered,
    signature: rsaSign(text, hash),
    ...params,
  };
  const signature = Object.entries(all).map(([name, value]) =>
    /^\d+$/.test(value) ? `${name}=${value}` : `${name}="${value}"`,
  );
  return { ...headers, signature: signature.join(",") };
}

export const nowSeconds = now.getTime() / 1000;

/** An RFC 9421 request as some peer would write it: covers exactly `components`, with exactly these parameters. */
export function messageSignature({
  components = [
    ["@method", "POST"],
    ["@target-uri", inbox],
    ["content-digest", goodHeaders["content-digest"] ?? ""],
  ],
  params = `;created=${nowSeconds};keyid="${rsaKeyId}";alg="rsa-v1_5-sha256"`,
  headers = goodHeaders,
  label = "sig1",
}: {
  components?: readonly (readonly [name: string, value: string])[];
  params?: string;
  headers?: Readonly<Record<string, string>>;
  label?: string;
} = {}): Record<string, string> {
  const input = `(${components.map(([name]) => `"${name}"`).join(" ")})${params}`;
  const lines = components.map(([name, value]) => `"${name}": ${value}`);
  const signature = rsaSign([...lines, `"@signature-params": ${input}`].join("\n"));
  return {
    ...headers,
    "signature-input": `${label}=${input}`,
    signature: `${label}=:${signature}:`,
  };
}

/** The good headers but one. */
export function withoutHeader(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(goodHeaders).filter(([key]) => key !== name));
}
