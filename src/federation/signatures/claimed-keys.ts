/** `keyId="…"` of a draft-cavage signature, `;keyid="…"` of RFC 9421. */
const KEY_ID = /\bkeyid\s*=\s*"([^"]{1,2048})"/gi;

/** The keys that a request says it is signed with; nothing about them has been checked. */
export function claimedKeys(headers: Headers): string[] {
  return ["signature", "signature-input"].flatMap((name) =>
    [...(headers.get(name) ?? "").matchAll(KEY_ID)].flatMap(([, keyId]) => keyId ?? []),
  );
}
