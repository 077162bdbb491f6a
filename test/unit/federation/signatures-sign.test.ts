import { describe, expect, test } from "vitest";
import { signRequest } from "../../../src/federation/signatures/sign.ts";
import type { SignedRequest } from "../../../src/federation/signatures/verify.ts";
import {
  alice,
  body,
  ed25519,
  edKeyId,
  goodHeaders,
  inbox,
  judge,
  now,
  post,
  rsa,
  rsaKeyId,
  sha256Digest,
} from "../../support/signatures.ts";

const specs = ["draft-cavage", "rfc9421"] as const;
const seconds = (count: number): Date => new Date(now.getTime() + count * 1000);

describe.each(specs)("a request signed by us (%s)", (spec) => {
  const signed = (
    change: Partial<Parameters<typeof signRequest>[0]> = {},
  ): Record<string, string> =>
    signRequest({
      method: "POST",
      url: inbox,
      body,
      keyId: rsaKeyId,
      privateKey: rsa.privateKey,
      date: now,
      spec,
      ...change,
    });

  test("is known to be its key's owner's", async () => {
    const verdict = await judge(post(signed()));
    expect(verdict).toEqual({ ok: true, keyId: rsaKeyId, owner: alice, spec });
  });

  test("is accepted from Fetch headers as from Node's", async () => {
    expect(await judge(post(new Headers(signed())))).toMatchObject({ ok: true });
  });

  test("is accepted as a GET with a query and no body", async () => {
    const url = "https://b.example/ap/outbox?page=2&x=%7E";
    const headers = signRequest({
      method: "GET",
      url,
      keyId: rsaKeyId,
      privateKey: rsa.privateKey,
      date: now,
      spec,
    });
    expect(headers["digest"] ?? headers["content-digest"]).toBeUndefined();
    expect(await judge({ method: "GET", url, headers, body: Buffer.alloc(0) })).toMatchObject({
      ok: true,
    });
  });

  const tampered: [
    name: string,
    reason: string,
    (request: SignedRequest, headers: Record<string, string>) => SignedRequest,
  ][] = [
    ["with another body", "digest_mismatch", (r) => ({ ...r, body: Buffer.from("{}") })],
    ["with an emptied body", "digest_mismatch", (r) => ({ ...r, body: Buffer.alloc(0) })],
    [
      "at another path",
      "bad_signature",
      (r) => ({ ...r, url: "https://b.example/ap/actors/1/inbox" }),
    ],
    ["with a query added", "bad_signature", (r) => ({ ...r, url: `${inbox}?as=admin` })],
    ["with another method", "bad_signature", (r) => ({ ...r, method: "PUT" })],
    [
      "at another instance that says so",
      "wrong_target",
      (r) => ({ ...r, url: "https://c.example/ap/inbox" }),
    ],
    [
      "at another instance, its Host header rewritten",
      "bad_signature",
      (r, headers) => ({
        ...r,
        url: "https://c.example/ap/inbox",
        headers: { ...headers, host: "c.example" },
      }),
    ],
    ["without the signature", "missing_signature", (r) => ({ ...r, headers: goodHeaders })],
  ];
  test.each(tampered)("is refused %s (%s)", async (_, reason, tamper) => {
    const headers = signed();
    expect(await judge(tamper(post(headers), headers))).toMatchObject({ ok: false, reason });
  });

  test.each([
    ["59 minutes later", 3_540, true],
    ["replayed after an hour", 3_601, "stale"],
    ["from a clock 4 minutes ahead", -240, true],
    ["from a clock 6 minutes ahead", -360, "future"],
  ])("%s: %s s → %s", async (_, age, outcome) => {
    const verdict = await judge(post(signed()), { now: seconds(age) });
    expect(verdict).toMatchObject(outcome === true ? { ok: true } : { ok: false, reason: outcome });
  });

  test("behind a proxy that changes the Host header still fits our public URL", async () => {
    const headers = { ...signed(), host: "127.0.0.1:3000" };
    expect(await judge(post(headers))).toMatchObject({ ok: true });
  });
});

describe("an Ed25519 key", () => {
  const request = {
    method: "POST",
    url: inbox,
    body,
    keyId: edKeyId,
    privateKey: ed25519.privateKey,
    date: now,
  };

  test("signs by RFC 9421", async () => {
    const headers = signRequest({ ...request, spec: "rfc9421" });
    expect(await judge(post(headers))).toMatchObject({ ok: true, keyId: edKeyId });
  });

  test("does not sign by draft-cavage, which peers check with RSA only", () => {
    expect(() => signRequest({ ...request, spec: "draft-cavage" })).toThrow(TypeError);
  });

  test("is not taken for an RSA key because the signature says so", async () => {
    const headers = signRequest({ ...request, spec: "rfc9421" });
    const input =
      headers["signature-input"]?.replace('alg="ed25519"', 'alg="rsa-v1_5-sha256"') ?? "";
    expect(await judge(post({ ...headers, "signature-input": input }))).toMatchObject({
      reason: "unsupported_algorithm",
    });
  });
});

describe("our own signature", () => {
  test("covers the target, host, date and digest under the label every peer knows", () => {
    const headers = signRequest({
      method: "POST",
      url: "https://b.example:8443/in?x=1#f",
      body,
      keyId: rsaKeyId,
      privateKey: rsa.privateKey,
      date: now,
      spec: "draft-cavage",
    });
    expect(headers).toMatchObject({
      host: "b.example:8443",
      date: now.toUTCString(),
      digest: sha256Digest(body),
    });
    expect(headers["signature"]).toMatch(
      /^keyId="https:\/\/a\.example\/ap\/actors\/alice#main-key",algorithm="rsa-sha256",headers="\(request-target\) host date digest",signature="[\w+/]+=*"$/,
    );
  });

  test.each(['https://a.example/"x', "https://a.example/\r\nx: y", "acct:alice@a.example", ""])(
    "is not made for the key id %j",
    (keyId) => {
      const request = { method: "GET", url: inbox, keyId, privateKey: rsa.privateKey };
      expect(() => signRequest({ ...request, spec: "draft-cavage" })).toThrow(TypeError);
    },
  );
});
