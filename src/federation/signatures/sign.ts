import { type KeyObject, sign } from "node:crypto";
import { contentDigestHeader, digestHeader } from "./body-digest.ts";
import { type SignatureSpec, isKeyId } from "./claim.ts";
import { type Target, targetOf, targetUri } from "./target.ts";

export interface RequestToSign {
  readonly method: string;
  /** Absolute; sent exactly as `new URL(url).href` gives it. */
  readonly url: string;
  readonly body?: Buffer | string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** Default: now. Sign each attempt anew: Misskey refuses what is five minutes old. */
  readonly date?: Date;
  readonly spec: SignatureSpec;
}

/**
 * The headers that sign a request (`host`, `date`, the digest, the signature; lower-case names), to be
 * sent along with the caller's own. Costs one RSA (or Ed25519) operation, about 0.3 ms for RSA-2048.
 *
 * draft-cavage-12 signs `(request-target) host date digest` and calls it `rsa-sha256`: every peer takes
 * that label, several refuse `hs2019`. RFC 9421 signs what Mastodon requires and Fedify and WordPress send.
 * Throws a TypeError for a key id that is no http(s) IRI, or an Ed25519 key with draft-cavage.
 */
export function signRequest(request: RequestToSign): Record<string, string> {
  if (!isKeyId(request.keyId)) throw new TypeError(`Not a key id: ${request.keyId}`);
  const target = targetOf(new URL(request.url).href);
  const date = request.date ?? new Date();
  return request.spec === "rfc9421"
    ? signRfc9421(request, target, date)
    : signCavage(request, target, date);
}

function signCavage(request: RequestToSign, target: Target, date: Date): Record<string, string> {
  if (request.privateKey.asymmetricKeyType !== "rsa") {
    throw new TypeError("draft-cavage signatures are made with RSA keys only");
  }
  const headers: Record<string, string> = { host: target.authority, date: date.toUTCString() };
  if (request.body !== undefined) headers["digest"] = digestHeader(request.body);
  const requestTarget = `${request.method.toLowerCase()} ${target.path}${target.query}`;
  const covered = Object.entries({ "(request-target)": requestTarget, ...headers });
  const names = covered.map(([name]) => name);
  const text = covered.map(([name, value]) => `${name}: ${value}`).join("\n");
  const signature = sign("sha256", Buffer.from(text), request.privateKey).toString("base64");
  headers["signature"] =
    `keyId="${request.keyId}",algorithm="rsa-sha256",headers="${names.join(" ")}",signature="${signature}"`;
  return headers;
}

function signRfc9421(request: RequestToSign, target: Target, date: Date): Record<string, string> {
  const headers: Record<string, string> = { host: target.authority, date: date.toUTCString() };
  const components: [name: string, value: string][] = [
    ["@method", request.method.toUpperCase()],
    ["@target-uri", targetUri(target)],
    ["@authority", target.authority],
  ];
  if (request.body !== undefined) {
    headers["content-digest"] = contentDigestHeader(request.body);
    components.push(["content-digest", headers["content-digest"]]);
  }
  const ed25519 = request.privateKey.asymmetricKeyType === "ed25519";
  const alg = ed25519 ? "ed25519" : "rsa-v1_5-sha256";
  const created = Math.floor(date.getTime() / 1000);
  const names = components.map(([name]) => `"${name}"`).join(" ");
  const params = `(${names});created=${created};keyid="${request.keyId}";alg="${alg}"`;
  const lines = components.map(([name, value]) => `"${name}": ${value}`);
  const text = [...lines, `"@signature-params": ${params}`].join("\n");
  const hash = ed25519 ? null : "sha256";
  const signature = sign(hash, Buffer.from(text), request.privateKey).toString("base64");
  headers["signature-input"] = `sig1=${params}`;
  headers["signature"] = `sig1=:${signature}:`;
  return headers;
}
