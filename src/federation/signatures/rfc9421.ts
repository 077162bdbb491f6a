import { checkContentDigest } from "./body-digest.ts";
import { type Algorithm, type ClaimReading, isKeyId } from "./claim.ts";
import { type Window, checkAge, checkExpiry } from "./freshness.ts";
import { type ReceivedRequest, mustCoverBody } from "./received-request.ts";
import { type Refusal, refuse } from "./refusal.ts";
import {
  type BareItem,
  type Item,
  type Parameters,
  parseDictionary,
  serializeInnerList,
} from "./structured-fields.ts";
import { type Target, targetUri } from "./target.ts";

const ALGORITHMS = new Map<string, Algorithm>([
  ["rsa-v1_5-sha256", "rsa-sha256"],
  ["rsa-v1_5-sha512", "rsa-sha512"], // unregistered, but Fedify and WordPress know it
  ["ed25519", "ed25519"],
]);
const MAX_LABELS = 4;
const MAX_COVERED = 32;

/**
 * Reads RFC 9421 `Signature-Input` and `Signature` and makes every check that needs no key: coverage,
 * age, expiry, digest. Of several signatures the first that passes them is the one to be judged, so one
 * request never costs more than one key.
 */
export function readRfc9421Claim(
  request: ReceivedRequest,
  now: Date,
  window: Window,
): ClaimReading {
  const inputs = parseDictionary(request.headers.get("signature-input") ?? "");
  const signatures = parseDictionary(request.headers.get("signature") ?? "");
  if (inputs === null || signatures === null || inputs.size > MAX_LABELS) {
    return refuse("malformed_signature", "unreadable Signature-Input or Signature");
  }
  let first: Refusal | null = null;
  for (const [label, input] of inputs) {
    const signature = signatures.get(label)?.value;
    if (input.items === null || !(signature instanceof Uint8Array)) continue;
    const claim = readLabel(request, input.items, input.params, signature, now, window);
    if (claim.ok) return claim;
    first ??= claim;
  }
  return first ?? refuse("missing_signature", "no label with both an input and a signature");
}

function readLabel(
  request: ReceivedRequest,
  items: readonly Item[],
  params: Parameters,
  signature: Uint8Array,
  now: Date,
  window: Window,
): ClaimReading {
  const keyId = params.get("keyid");
  if (typeof keyId !== "string" || !isKeyId(keyId)) {
    return refuse("malformed_signature", "keyid is not an http(s) IRI");
  }
  const algorithm = algorithmOf(params.get("alg"));
  if (algorithm === undefined) return refuse("unsupported_algorithm", "alg");

  const covered: string[] = [];
  for (const item of items) {
    if (typeof item.value !== "string" || item.params.size > 0) {
      return refuse("unsupported_component", "only plain component names are supported");
    }
    covered.push(item.value);
  }
  const problem = checkCoverage(covered, request) ?? checkTimes(params, now, window);
  if (problem !== null) return problem;
  if (covered.includes("content-digest")) {
    const mismatch = checkContentDigest(request.headers.get("content-digest"), request.body);
    if (mismatch !== null) return mismatch;
  }

  const lines: string[] = [];
  for (const name of covered) {
    const value = componentValue(name, request);
    if (value === undefined) return refuse("unsupported_component", name.slice(0, 80));
    lines.push(`"${name}": ${value}`);
  }
  lines.push(`"@signature-params": ${serializeInnerList(items, params)}`);
  return {
    ok: true,
    spec: "rfc9421",
    keyId,
    algorithm,
    signature,
    signedTexts: [lines.join("\n")],
  };
}

function algorithmOf(alg: BareItem | undefined): Algorithm | undefined {
  if (alg === undefined) return "by-key";
  return typeof alg === "string" ? ALGORITHMS.get(alg.toLowerCase()) : undefined;
}

function checkCoverage(covered: readonly string[], request: ReceivedRequest): Refusal | null {
  if (covered.length > MAX_COVERED || new Set(covered).size !== covered.length) {
    return refuse("malformed_signature", "too many or repeated components");
  }
  const covers = (name: string): boolean => covered.includes(name);
  if (!covers("@method")) return refuse("insufficient_coverage", "@method");
  if (!coversTarget(covers, request.target)) {
    return refuse("insufficient_coverage", "@target-uri, or authority, path and query");
  }
  if (mustCoverBody(request) && !covers("content-digest")) {
    const absent = !request.headers.has("content-digest");
    return refuse(absent ? "digest_missing" : "insufficient_coverage", "content-digest");
  }
  return null;
}

function coversTarget(covers: (name: string) => boolean, target: Target): boolean {
  if (covers("@target-uri")) return true;
  if (!covers("@authority") && !covers("host")) return false;
  if (covers("@request-target")) return true;
  return covers("@path") && (target.query === "" || covers("@query"));
}

function checkTimes(params: Parameters, now: Date, window: Window): Refusal | null {
  const created = params.get("created");
  const expires = params.get("expires");
  if (typeof created !== "number") return refuse("malformed_signature", "created is missing");
  if (expires !== undefined && typeof expires !== "number") {
    return refuse("malformed_signature", "expires is not a time");
  }
  return checkAge(created, now, window) ?? checkExpiry(expires, now, window);
}

/** RFC 9421 §2.2, from our own origin; undefined for a component we do not know or a header that is absent. */
function componentValue(name: string, request: ReceivedRequest): string | undefined {
  const { target } = request;
  switch (name) {
    case "@method":
      return request.method.toUpperCase();
    case "@target-uri":
      return targetUri(target);
    case "@authority":
    case "host":
      return target.authority;
    case "@scheme":
      return target.scheme;
    case "@request-target":
      return `${target.path}${target.query}`;
    case "@path":
      return target.path;
    case "@query":
      return target.query === "" ? "?" : target.query;
    default:
      // Field names are lower case (§2.1), and an unknown derived component must not fall through to a header.
      return /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) ? request.headers.get(name) : undefined;
  }
}
