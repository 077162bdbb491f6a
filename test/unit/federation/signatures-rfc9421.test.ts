import { describe, expect, test } from "vitest";
import {
  cavage,
  goodHeaders,
  inbox,
  judge,
  messageSignature,
  now,
  nowSeconds,
  post,
  rsaKeyId,
  withoutHeader,
} from "../../support/signatures.ts";

describe("a peer's RFC 9421 signature is accepted", () => {
  const digest = ["content-digest", goodHeaders["content-digest"] ?? ""] as const;
  const rest = `;created=${nowSeconds};keyid="${rsaKeyId}"`;
  test.each<[string, Record<string, string>]>([
    ["as Mastodon asks for it", messageSignature()],
    ["as WordPress labels it", messageSignature({ label: "wp" })],
    ["without an algorithm", messageSignature({ params: rest })],
    [
      "with the target in parts",
      messageSignature({
        components: [
          ["@method", "POST"],
          ["@authority", "b.example"],
          ["@path", "/ap/inbox"],
          digest,
        ],
      }),
    ],
    [
      "with the request target",
      messageSignature({
        components: [
          ["@method", "POST"],
          ["host", "b.example"],
          ["@request-target", "/ap/inbox"],
          digest,
        ],
      }),
    ],
    [
      "with every component we know",
      messageSignature({
        components: [
          ["@method", "POST"],
          ["@target-uri", inbox],
          ["@scheme", "https"],
          ["@query", "?"],
          ["date", now.toUTCString()],
          digest,
        ],
      }),
    ],
    [
      "with a nonce, a tag and an expiry",
      messageSignature({
        params: `${rest};expires=${nowSeconds + 60};nonce="a\\"b";tag="fediverse"`,
      }),
    ],
    [
      "beside another label that lacks a signature",
      more(messageSignature(), 'x=("@method");created=1;keyid="https://c.example/k"'),
    ],
  ])("%s", async (_, headers) => {
    expect(await judge(post(headers))).toMatchObject({
      ok: true,
      keyId: rsaKeyId,
      spec: "rfc9421",
    });
  });
});

describe("a peer's RFC 9421 signature is refused", () => {
  const digest = ["content-digest", goodHeaders["content-digest"] ?? ""] as const;
  const method = ["@method", "POST"] as const;
  const uri = ["@target-uri", inbox] as const;
  const keyid = `;keyid="${rsaKeyId}"`;
  const params = `;created=${nowSeconds}${keyid}`;
  test.each<[string, string, Record<string, string>]>([
    [
      "covering only the method",
      "insufficient_coverage",
      messageSignature({ components: [method] }),
    ],
    ["covering nothing", "insufficient_coverage", messageSignature({ components: [] })],
    [
      "without the digest covered",
      "insufficient_coverage",
      messageSignature({ components: [method, uri] }),
    ],
    [
      "without a digest at all",
      "digest_missing",
      messageSignature({ components: [method, uri], headers: withoutHeader("content-digest") }),
    ],
    [
      "with a covered but absent digest",
      "digest_missing",
      messageSignature({ headers: withoutHeader("content-digest") }),
    ],
    [
      "with the path but no host",
      "insufficient_coverage",
      messageSignature({ components: [method, ["@path", "/ap/inbox"], digest] }),
    ],
    [
      "with the host but no path",
      "insufficient_coverage",
      messageSignature({ components: [method, ["@authority", "b.example"], digest] }),
    ],
    [
      "without the method",
      "insufficient_coverage",
      messageSignature({ components: [uri, digest] }),
    ],
    [
      "with another instance's target",
      "bad_signature",
      messageSignature({
        components: [method, ["@target-uri", "https://c.example/ap/inbox"], digest],
      }),
    ],
    [
      "with a digest of an unknown kind",
      "digest_unsupported",
      messageSignature({ headers: { ...goodHeaders, "content-digest": "md5=:AAAA:" } }),
    ],
    ["without created", "malformed_signature", messageSignature({ params: keyid })],
    [
      "with created as a text",
      "malformed_signature",
      messageSignature({ params: `;created="${nowSeconds}"${keyid}` }),
    ],
    ["stale", "stale", messageSignature({ params: `;created=${nowSeconds - 3_601}${keyid}` })],
    [
      "from the future",
      "future",
      messageSignature({ params: `;created=${nowSeconds + 301}${keyid}` }),
    ],
    ["expired", "stale", messageSignature({ params: `${params};expires=${nowSeconds - 301}` })],
    [
      "with a key id that is no IRI",
      "malformed_signature",
      messageSignature({ params: `;created=${nowSeconds};keyid="alice"` }),
    ],
    [
      "without a key id",
      "malformed_signature",
      messageSignature({ params: `;created=${nowSeconds}` }),
    ],
    ["with two key ids", "malformed_signature", messageSignature({ params: `${params}${keyid}` })],
    [
      "with an algorithm we do not know",
      "unsupported_algorithm",
      messageSignature({ params: `${params};alg="hmac-sha256"` }),
    ],
    [
      "with a component covered twice",
      "malformed_signature",
      messageSignature({ components: [method, uri, digest, digest] }),
    ],
    [
      "with a parameter on a component",
      "unsupported_component",
      reinput((s) => s.replace('"@method"', '"@method";req')),
    ],
    [
      "with an unknown derived component",
      "unsupported_component",
      messageSignature({ components: [method, uri, digest, ["@status", "200"]] }),
    ],
    [
      "with an upper-case header name",
      "unsupported_component",
      messageSignature({ components: [method, uri, digest, ["Date", now.toUTCString()]] }),
    ],
    ["with one label twice", "malformed_signature", reinput((s) => `${s}, ${s}`)],
    [
      "with five labels",
      "malformed_signature",
      reinput((s) => `${s}, a=();a=1, b=();a=1, c=();a=1, d=();a=1`),
    ],
    [
      "with its signature under another label",
      "missing_signature",
      reinput((s) => s.replace("sig1=", "sig2=")),
    ],
    ["with an input that is no dictionary", "malformed_signature", reinput(() => "((((")],
    [
      "with a draft-cavage signature beside the input",
      "malformed_signature",
      { ...messageSignature(), signature: cavage()["signature"] ?? "" },
    ],
    ["with an enormous input", "header_too_large", reinput((s) => `${s};x="${"a".repeat(9_000)}"`)],
  ])("%s (%s)", async (_, reason, headers) => {
    expect(await judge(post(headers))).toMatchObject({ ok: false, reason });
  });

  test("with the query left open", async () => {
    const components = [
      ["@method", "GET"],
      ["@authority", "b.example"],
      ["@path", "/ap/inbox"],
    ] as const;
    const request = {
      method: "GET",
      url: `${inbox}?page=1`,
      headers: messageSignature({ components }),
      body: Buffer.alloc(0),
    };
    expect(await judge(request)).toMatchObject({ reason: "insufficient_coverage" });
  });
});

/** A good RFC 9421 request with its Signature-Input header rewritten. */
function reinput(change: (input: string) => string): Record<string, string> {
  const headers = messageSignature();
  return { ...headers, "signature-input": change(headers["signature-input"] ?? "") };
}

function more(headers: Record<string, string>, input: string): Record<string, string> {
  return { ...headers, "signature-input": `${input}, ${headers["signature-input"] ?? ""}` };
}
