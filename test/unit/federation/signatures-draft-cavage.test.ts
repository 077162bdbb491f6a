import { describe, expect, test } from "vitest";
import type { SignedRequest } from "../../../src/federation/signatures/verify.ts";
import {
  body,
  cavage,
  goodHeaders,
  inbox,
  judge,
  now,
  nowSeconds,
  post,
  sha256Digest,
  withoutHeader,
} from "../../support/signatures.ts";

const seconds = (count: number): Date => new Date(now.getTime() + count * 1000);

describe("a peer's draft-cavage signature is accepted", () => {
  const created = { algorithm: "hs2019", created: String(nowSeconds) };
  test.each<[string, Record<string, string>]>([
    ["as hs2019 with an RSA key", cavage({ params: { algorithm: "hs2019" } })],
    ["as hs2019 meaning SHA-512", cavage({ params: { algorithm: "hs2019" }, hash: "sha512" })],
    ["as rsa-sha512", cavage({ params: { algorithm: "rsa-sha512" }, hash: "sha512" })],
    [
      "with (created) in place of the date",
      cavage({ covered: "(request-target) (created) host digest", params: created }),
    ],
    [
      "with the content type covered as well",
      cavage({ covered: "(request-target) host date digest content-type" }),
    ],
    ["with names in another order", cavage({ covered: "digest date host (request-target)" })],
    [
      "with spaces and unquoted values",
      respell((s) => s.replace('algorithm="rsa-sha256"', " algorithm = rsa-sha256 ")),
    ],
    ["with an unknown parameter", respell((s) => `${s},opaque="x"`)],
    ["with a lower-case keyid", respell((s) => s.replace("keyId=", "keyid="))],
    [
      "with a lower-case digest label",
      cavage({ headers: { ...goodHeaders, digest: sha256Digest(body).replace("SHA", "sha") } }),
    ],
    [
      "with an expiry to come",
      cavage({
        covered: "(request-target) (created) (expires) host digest",
        params: { ...created, expires: String(nowSeconds + 30) },
      }),
    ],
  ])("%s", async (_, headers) => {
    expect(await judge(post(headers))).toMatchObject({ ok: true, spec: "draft-cavage" });
  });

  test("for a GET whose target lacks the query (Fedify), but not for a POST", async () => {
    const url = `${inbox}?page=1`;
    const get = cavage({ covered: "(request-target) host date", target: "get /ap/inbox" });
    expect(await judge({ method: "GET", url, headers: get, body: Buffer.alloc(0) })).toMatchObject({
      ok: true,
    });
    expect(await judge({ ...post(cavage()), url })).toMatchObject({ reason: "bad_signature" });
  });
});

describe("a peer's draft-cavage signature is refused", () => {
  const created = { algorithm: "hs2019", created: String(nowSeconds) };
  const sha512 = `SHA-512=${sha256Digest(body).slice(8)}`;
  test.each<[string, string, SignedRequest["headers"]]>([
    [
      "without the digest covered",
      "insufficient_coverage",
      cavage({ covered: "(request-target) host date" }),
    ],
    [
      "without a digest at all",
      "digest_missing",
      cavage({ covered: "(request-target) host date", headers: withoutHeader("digest") }),
    ],
    [
      "with a covered but absent digest",
      "digest_missing",
      cavage({ headers: withoutHeader("digest") }),
    ],
    [
      "without the host covered",
      "insufficient_coverage",
      cavage({ covered: "(request-target) date digest" }),
    ],
    [
      "without the target covered",
      "insufficient_coverage",
      cavage({ covered: "host date digest" }),
    ],
    [
      "without a time covered",
      "insufficient_coverage",
      cavage({ covered: "(request-target) host digest" }),
    ],
    [
      "covering only the default",
      "insufficient_coverage",
      respell((s) => s.replace(/headers="[^"]*",/, "")),
    ],
    [
      "with a digest of an unknown kind",
      "digest_unsupported",
      cavage({ headers: { ...goodHeaders, digest: "MD5=AAAA" } }),
    ],
    [
      "with a wrong second digest",
      "digest_mismatch",
      cavage({ headers: { ...goodHeaders, digest: `${sha256Digest(body)},${sha512}` } }),
    ],
    [
      "with two digests of one kind",
      "duplicate_header",
      cavage({
        headers: { ...goodHeaders, digest: `${sha256Digest(body)}, ${sha256Digest(body)}` },
      }),
    ],
    ["with another target signed", "bad_signature", cavage({ target: "post /ap/actors/2/inbox" })],
    [
      "with another host signed",
      "wrong_target",
      cavage({ headers: { ...goodHeaders, host: "c.example" } }),
    ],
    [
      "with an unknown algorithm",
      "unsupported_algorithm",
      cavage({ params: { algorithm: "hmac-sha256" } }),
    ],
    [
      "with rsa-sha1",
      "unsupported_algorithm",
      cavage({ params: { algorithm: "rsa-sha1" }, hash: "sha1" }),
    ],
    [
      "with an algorithm of another kind of key",
      "unsupported_algorithm",
      cavage({ params: { algorithm: "ed25519" } }),
    ],
    ["with a hash other than it says", "bad_signature", cavage({ hash: "sha512" })],
    [
      "with (created) under an old label",
      "malformed_signature",
      cavage({
        covered: "(request-target) (created) host digest",
        params: { created: String(nowSeconds) },
      }),
    ],
    [
      "with a stale date behind a fresh (created)",
      "stale",
      cavage({
        covered: "(request-target) (created) date host digest",
        params: created,
        headers: { ...goodHeaders, date: seconds(-4_000).toUTCString() },
      }),
    ],
    [
      "expired",
      "stale",
      cavage({
        covered: "(request-target) (created) (expires) host digest",
        params: { ...created, expires: String(nowSeconds - 301) },
      }),
    ],
    [
      "with a date that is none",
      "malformed_signature",
      cavage({ headers: { ...goodHeaders, date: "2026-05-01" } }),
    ],
    [
      "with two dates",
      "malformed_signature",
      cavage({ headers: { ...goodHeaders, date: `${now.toUTCString()}, ${now.toUTCString()}` } }),
    ],
    [
      "with a time that is none",
      "malformed_signature",
      cavage({
        covered: "(request-target) (created) host digest",
        params: { ...created, created: "1e9" },
      }),
    ],
    [
      "with a name covered twice",
      "malformed_signature",
      cavage({ covered: "(request-target) host host date digest" }),
    ],
    [
      "with an absent header covered",
      "malformed_signature",
      cavage({ covered: "(request-target) host date digest x-none" }),
    ],
    [
      "with two key ids",
      "malformed_signature",
      respell((s) => `keyId="https://evil.example/k",${s}`),
    ],
    [
      "twice in one header",
      "malformed_signature",
      { ...cavage(), signature: `${cavage()["signature"]}, ${cavage()["signature"]}` },
    ],
    [
      "with an escaped quote in a value",
      "malformed_signature",
      respell((s) => s.replace("#main", '\\"#main')),
    ],
    [
      "with a signature that is not base64",
      "malformed_signature",
      respell((s) => s.replace(/signature="[^"]*"/, 'signature="%%"')),
    ],
    ["with an empty header", "malformed_signature", { ...cavage(), signature: "," }],
    [
      "with an enormous header",
      "header_too_large",
      respell((s) => `${s},x="${"a".repeat(9_000)}"`),
    ],
    [
      "in two Signature headers",
      "malformed_signature",
      { ...cavage(), signature: [cavage()["signature"] ?? "", cavage()["signature"] ?? ""] },
    ],
    [
      "with two Date headers",
      "duplicate_header",
      { ...cavage(), date: [now.toUTCString(), seconds(9).toUTCString()] },
    ],
    ["with the host in two spellings", "duplicate_header", { ...cavage(), Host: "c.example" }],
  ])("%s (%s)", async (_, reason, headers) => {
    expect(await judge(post(headers))).toMatchObject({ ok: false, reason });
  });

  test("a POST without a body needs a digest as well", async () => {
    const headers = cavage({
      covered: "(request-target) host date",
      headers: withoutHeader("digest"),
    });
    expect(await judge({ ...post(headers), body: Buffer.alloc(0) })).toMatchObject({
      reason: "digest_missing",
    });
  });

  test("a GET with a body does so too", async () => {
    const headers = cavage({ covered: "(request-target) host date", target: "get /ap/inbox" });
    expect(await judge({ ...post(headers), method: "GET" })).toMatchObject({
      reason: "insufficient_coverage",
    });
  });
});

describe("a key id", () => {
  test.each([
    "acct:alice@a.example",
    "/ap/actors/alice#main-key",
    "alice",
    "javascript:alert(1)",
    "https://a.example/x#main-key#main-key",
    "https://user:secret@a.example/x#main-key",
    "https://a.example/x y",
    `https://a.example/${"x".repeat(2_100)}`,
  ])("that is %s is never looked up", async (keyId) => {
    const findKey = async (): Promise<null> => {
      throw new Error("looked up");
    };
    expect(await judge(post(cavage({ params: { keyId } })), { findKey })).toMatchObject({
      reason: "malformed_signature",
    });
  });
});

/** A good draft-cavage request with its Signature header rewritten. */
function respell(change: (signature: string) => string): Record<string, string> {
  const headers = cavage();
  return { ...headers, signature: change(headers["signature"] ?? "") };
}
