import { checkDigest } from "./body-digest.ts";
import { type Algorithm, type ClaimReading, isKeyId } from "./claim.ts";
import { type Window, checkAge, checkExpiry, parseHttpDate } from "./freshness.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { type ReceivedRequest, mustCoverBody } from "./received-request.ts";
import type { RequestHeaders } from "./request-headers.ts";

const ALGORITHMS = new Map<string, Algorithm>([
  ["hs2019", "by-key"],
  ["rsa-sha256", "rsa-sha256"],
  ["rsa-sha512", "rsa-sha512"],
  ["ed25519", "ed25519"],
]);
const MAX_COVERED = 32;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Reads a draft-cavage-12 `Signature` header and makes every check that needs no key:
 * coverage, age, expiry, digest. The claim's texts are built from our own origin.
 */
export function readCavageClaim(request: ReceivedRequest, now: Date, window: Window): ClaimReading {
  const header = request.headers.get("signature");
  if (header === undefined) return refuse("missing_signature", "no Signature header");
  const params = parseParameters(header);
  if (params === null) return refuse("malformed_signature", "unreadable Signature header");

  const keyId = params.get("keyid") ?? "";
  if (!isKeyId(keyId)) return refuse("malformed_signature", "keyId is not an http(s) IRI");
  const signature = params.get("signature")?.replace(/\s+/g, "") ?? "";
  if (!BASE64.test(signature)) return refuse("malformed_signature", "signature is not base64");
  const algorithm = ALGORITHMS.get((params.get("algorithm") ?? "hs2019").toLowerCase());
  if (algorithm === undefined) {
    return refuse("unsupported_algorithm", params.get("algorithm") ?? "");
  }

  const covered = (params.get("headers") ?? "(created)").toLowerCase().split(/\s+/).filter(Boolean);
  const problem =
    checkCoverage(covered, request) ??
    checkTimes(covered, params, request.headers, { algorithm, now, window });
  if (problem !== null) return problem;
  if (covered.includes("digest")) {
    const mismatch = checkDigest(request.headers.get("digest"), request.body);
    if (mismatch !== null) return mismatch;
  }

  const signedTexts: string[] = [];
  for (const requestTarget of requestTargets(request)) {
    const text = signingText(covered, params, request, requestTarget);
    if (typeof text !== "string") return text;
    signedTexts.push(text);
  }
  const bytes = Buffer.from(signature, "base64");
  return { ok: true, spec: "draft-cavage", keyId, algorithm, signature: bytes, signedTexts };
}

/** Parameters by lower-case name; quoted or bare values; null when unreadable or repeated. */
function parseParameters(header: string): ReadonlyMap<string, string> | null {
  const params = new Map<string, string>();
  const parameter = /\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(?:"([^"\\]*)"|([^",\s]+))\s*(,|$)/y;
  let position = 0;
  while (position < header.length) {
    parameter.lastIndex = position;
    const match = parameter.exec(header);
    if (match === null) return null;
    const name = (match[1] ?? "").toLowerCase();
    if (params.has(name)) return null;
    params.set(name, match[2] ?? match[3] ?? "");
    position = parameter.lastIndex;
  }
  return params;
}

function checkCoverage(covered: readonly string[], request: ReceivedRequest): Refusal | null {
  if (covered.length > MAX_COVERED || new Set(covered).size !== covered.length) {
    return refuse("malformed_signature", "too many or repeated names in headers");
  }
  const needed = ["(request-target)", "host"];
  if (mustCoverBody(request)) needed.push("digest");
  const missing = needed.filter((name) => !covered.includes(name));
  if (!covered.includes("date") && !covered.includes("(created)")) missing.push("date");
  if (missing.length === 0) return null;
  const digestless = missing.includes("digest") && !request.headers.has("digest");
  return refuse(digestless ? "digest_missing" : "insufficient_coverage", missing.join(" "));
}

function checkTimes(
  covered: readonly string[],
  params: ReadonlyMap<string, string>,
  headers: RequestHeaders,
  context: { algorithm: Algorithm; now: Date; window: Window },
): Refusal | null {
  const { now, window } = context;
  for (const name of ["created", "expires"]) {
    const text = params.get(name);
    if (text !== undefined && !/^\d{1,12}(?:\.\d{1,9})?$/.test(text)) {
      return refuse("malformed_signature", `${name} is not a time`);
    }
    if (!covered.includes(`(${name})`)) continue;
    if (text === undefined) return refuse("malformed_signature", `${name} is covered but absent`);
    // Draft 12, §2.3: with the old rsa-* labels these pseudo-headers must be refused.
    if (context.algorithm.startsWith("rsa-")) {
      return refuse("malformed_signature", `(${name}) with an rsa-* algorithm`);
    }
  }
  if (covered.includes("(created)")) {
    const problem = checkAge(Number(params.get("created")), now, window);
    if (problem !== null) return problem;
  }
  if (covered.includes("date")) {
    const date = parseHttpDate(headers.get("date"));
    if (date === null) return refuse("malformed_signature", "Date is not an HTTP date");
    const problem = checkAge(date, now, window);
    if (problem !== null) return problem;
  }
  const expires = params.get("expires");
  return checkExpiry(expires === undefined ? undefined : Number(expires), now, window);
}

/** Fedify (and Mastodon until 4.3) leave the query out of a GET's target; a POST has no such excuse. */
function requestTargets({ method, target }: ReceivedRequest): readonly string[] {
  const verb = method.toLowerCase();
  const full = `${verb} ${target.path}${target.query}`;
  const mayOmitQuery = target.query !== "" && (verb === "get" || verb === "head");
  return mayOmitQuery ? [full, `${verb} ${target.path}`] : [full];
}

function signingText(
  covered: readonly string[],
  params: ReadonlyMap<string, string>,
  request: ReceivedRequest,
  requestTarget: string,
): string | Refusal {
  const lines: string[] = [];
  for (const name of covered) {
    const value = coveredValue(name, params, request, requestTarget);
    if (value === undefined) return refuse("malformed_signature", `${name} is covered but absent`);
    lines.push(`${name}: ${value}`);
  }
  return lines.join("\n");
}

function coveredValue(
  name: string,
  params: ReadonlyMap<string, string>,
  request: ReceivedRequest,
  requestTarget: string,
): string | undefined {
  if (name === "(request-target)") return requestTarget;
  if (name === "(created)") return params.get("created");
  if (name === "(expires)") return params.get("expires");
  // Our own host, whatever the header says: a signature made for another instance never fits.
  if (name === "host") return request.target.authority;
  return request.headers.get(name);
}
