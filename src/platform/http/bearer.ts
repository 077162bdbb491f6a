const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,500})$/i;

/** The token of an `Authorization: Bearer` header (RFC 6750 §2.1); null without a usable one. */
export function bearerToken(header: string | null | undefined): string | null {
  return header === null || header === undefined ? null : (BEARER.exec(header)?.[1] ?? null);
}
