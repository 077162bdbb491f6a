import { createHash, timingSafeEqual } from "node:crypto";
import { eq, isNull, and } from "drizzle-orm";
import { isEditor } from "../domain/audience/policy.ts";
import { AppError } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { hashToken, randomToken } from "../platform/crypto/tokens.ts";
import { accessTokens, oauthCodes } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { findMemberById, requireEditor, type Member } from "./members.ts";
import type { OAuthApp } from "./oauth-apps.ts";
import { endToken } from "./token-revocation.ts";

const CODE_MINUTES = 10;

/** What a member has allowed an application. */
export interface Grant {
  readonly app: OAuthApp;
  /** who allows it */
  readonly member: Member;
  /** whom the application will act as; the organization only for its editors */
  readonly actorId: Id;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** PKCE (RFC 7636) by S256; null = the application did not use it */
  readonly codeChallenge: string | null;
}

/**
 * A new authorization code: good once, for ten minutes, for that application alone.
 * @throws AppError `editors_only`
 */
export async function issueCode(context: Context, grant: Grant): Promise<string> {
  if (grant.actorId !== grant.member.actorId) requireEditor(grant.member);
  const code = randomToken();
  await context.db.insert(oauthCodes).values({
    codeHash: hashToken(code),
    appId: grant.app.id,
    memberId: grant.member.id,
    actorId: grant.actorId,
    redirectUri: grant.redirectUri,
    scopes: [...grant.scopes],
    codeChallenge: grant.codeChallenge,
    expiresAt: new Date(context.now().getTime() + CODE_MINUTES * 60_000),
  });
  return code;
}

/** A bearer token as it is handed out. */
export interface IssuedToken {
  readonly token: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
}

/**
 * Exchanges a code for an access token (RFC 6749 §4.1.3). Whoever brings a code for the second time
 * gets nothing, and what was handed out for it is taken back: one of the two has stolen it (§4.1.2).
 * @throws AppError `invalid_grant`
 */
export async function exchangeCode(
  context: Context,
  app: OAuthApp,
  presented: {
    readonly code: string;
    readonly redirectUri: string;
    readonly codeVerifier: string | null;
  },
): Promise<IssuedToken> {
  const issued = await context.db.transaction(async (tx) => {
    const [row] = await tx
      .select()
      .from(oauthCodes)
      .where(eq(oauthCodes.codeHash, hashToken(presented.code)))
      .for("update");
    if (row === undefined || row.appId !== app.id) return null;
    if (row.tokenId !== null) {
      await endToken(tx, row.tokenId, context.now());
      return null;
    }
    if (row.expiresAt <= context.now()) return null;
    if (row.redirectUri !== presented.redirectUri) return null;
    if (!provesChallenge(row.codeChallenge, presented.codeVerifier)) return null;
    const member = await findMemberById(tx, row.memberId);
    if (member === null || member.suspendedAt !== null) return null;
    if (row.actorId !== member.actorId && !isEditor(member.role)) return null;
    const token = randomToken();
    const [made] = await tx
      .insert(accessTokens)
      .values({
        tokenHash: hashToken(token),
        memberId: row.memberId,
        actorId: row.actorId,
        appId: app.id,
        scopes: row.scopes,
        createdAt: context.now(),
      })
      .returning();
    if (made === undefined) throw new Error("insert into access_tokens returned no row");
    await tx
      .update(oauthCodes)
      .set({ tokenId: made.id })
      .where(and(eq(oauthCodes.codeHash, row.codeHash), isNull(oauthCodes.tokenId)));
    return { token, scopes: row.scopes, createdAt: made.createdAt };
  });
  if (issued !== null) return issued;
  throw new AppError(
    "invalid_grant",
    "This authorization code is not valid: it is unknown, used or too old, or was made for another application, redirect URI or code_verifier.",
    { status: 400 },
  );
}

/** RFC 7636 §4.6. A verifier without a challenge is refused too: somebody took the challenge away (RFC 9700 §2.1.1). */
function provesChallenge(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null || verifier === null) return challenge === verifier;
  const proof = createHash("sha256").update(verifier).digest("base64url");
  const [left, right] = [Buffer.from(proof), Buffer.from(challenge)];
  return left.length === right.length && timingSafeEqual(left, right);
}
