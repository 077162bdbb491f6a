import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { decryptSecret, encryptSecret } from "../../../src/platform/crypto/secrets.ts";

const masterKey = new Uint8Array(randomBytes(32));
const keyIri = "https://a.example/ap/actors/1#main-key";

describe("a secret at rest", () => {
  test("opens with the key and the context it was closed with", async () => {
    const closed = await encryptSecret("s3cret – ✓", masterKey, keyIri);
    expect(closed).not.toContain("s3cret");
    expect(await decryptSecret(closed, masterKey, keyIri)).toBe("s3cret – ✓");
  });

  test("is a compact JWE with direct encryption by AES-256-GCM", async () => {
    const [header = "", key] = (await encryptSecret("x", masterKey, keyIri)).split(".");
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toMatchObject({
      alg: "dir",
      enc: "A256GCM",
    });
    expect(key).toBe("");
  });

  test("looks different each time it is closed", async () => {
    const one = await encryptSecret("x", masterKey, keyIri);
    expect(await encryptSecret("x", masterKey, keyIri)).not.toBe(one);
  });

  test.each([
    ["another master key", { masterKey: new Uint8Array(randomBytes(32)) }],
    ["another actor's row", { context: "https://a.example/ap/actors/2#main-key" }],
    [
      "one changed character",
      { edit: (jwe: string) => jwe.replace(/[^.](?=[^.]*$)/, (c) => (c === "A" ? "E" : "A")) },
    ],
    [
      "a header from another secret",
      {
        edit: (jwe: string) =>
          `eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0${jwe.slice(jwe.indexOf("."))}`,
      },
    ],
    ["something that is no JWE", { edit: () => "nonsense" }],
  ])(
    "stays closed with %s",
    async (
      _,
      change: { masterKey?: Uint8Array; context?: string; edit?: (jwe: string) => string },
    ) => {
      const closed = await encryptSecret("x", masterKey, keyIri);
      const opening = decryptSecret(
        change.edit?.(closed) ?? closed,
        change.masterKey ?? masterKey,
        change.context ?? keyIri,
      );
      await expect(opening).rejects.toMatchObject({ code: "secret_unreadable" });
    },
  );

  test("needs a master key of 32 bytes", async () => {
    const closing = encryptSecret("x", new Uint8Array(31), keyIri);
    await expect(closing).rejects.toMatchObject({ code: "secret_key_too_short" });
  });
});
