import { errors, jwtVerify, SignJWT } from "jose";
import { subkey } from "./subkeys.ts";

const ALGORITHM = "HS256";
const LONGEST = 2_000;

/** What a link says: who may follow it, to what, and until when. */
export interface LinkClaims {
  readonly subject: string;
  readonly audience: string;
}

/** How links of one kind are signed: the purpose separates their keys (see `subkey`). */
export interface LinkKey {
  readonly masterKey: Uint8Array;
  readonly purpose: string;
}

/** A JWT (RFC 7519) that this instance alone can make; `expiresAt` counts in whole seconds. */
export function signLinkToken(
  { subject, audience }: LinkClaims,
  { masterKey, purpose }: LinkKey,
  expiresAt: Date,
): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM })
    .setSubject(subject)
    .setAudience(audience)
    .setExpirationTime(expiresAt)
    .sign(subkey(masterKey, purpose));
}

/** The subject of a token for that audience; null when it is another's, changed, or over. */
export async function verifyLinkToken(
  token: string,
  audience: string,
  { masterKey, purpose }: LinkKey,
  now: Date,
): Promise<string | null> {
  if (token.length > LONGEST) return null;
  try {
    const { payload } = await jwtVerify(token, subkey(masterKey, purpose), {
      algorithms: [ALGORITHM],
      audience,
      currentDate: now,
      requiredClaims: ["sub", "exp"],
    });
    return payload.sub ?? null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
