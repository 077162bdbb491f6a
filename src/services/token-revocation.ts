import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { hashToken } from "../platform/crypto/tokens.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import { accessTokens, appTokens, pushSubscriptions } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { OAuthApp } from "./oauth-apps.ts";

/** Ends one access token: it opens nothing from now on, nothing is pushed to it, its streams close. */
export async function endToken(tx: Transaction, tokenId: Id, now: Date): Promise<void> {
  await tx
    .update(accessTokens)
    .set({ revokedAt: now })
    .where(and(eq(accessTokens.id, tokenId), isNull(accessTokens.revokedAt)));
  await tx.delete(pushSubscriptions).where(eq(pushSubscriptions.tokenId, tokenId));
  await announceChange(tx, `token:${tokenId}`);
}

/** Ends every access token of a member. */
export async function endTokensOf(tx: Transaction, memberId: Id, now: Date): Promise<void> {
  const tokens = await tx
    .select({ id: accessTokens.id })
    .from(accessTokens)
    .where(and(eq(accessTokens.memberId, memberId), isNull(accessTokens.revokedAt)));
  for (const { id } of tokens) await endToken(tx, id, now);
}

/**
 * Ends a token for the application that has it (RFC 7009). One that is unknown, or over, is fine.
 * `app` is null when the application did not prove who it is.
 * @throws AppError `unauthorized_client` when the token is another application's
 */
export async function revokeToken(
  context: Context,
  app: OAuthApp | null,
  token: string,
): Promise<void> {
  const tokenHash = hashToken(token);
  const [[row], [appRow]] = await Promise.all([
    context.db
      .select({ id: accessTokens.id, appId: accessTokens.appId })
      .from(accessTokens)
      .where(eq(accessTokens.tokenHash, tokenHash)),
    context.db
      .select({ appId: appTokens.appId })
      .from(appTokens)
      .where(eq(appTokens.tokenHash, tokenHash)),
  ]);
  const owner = row ?? appRow;
  if (owner === undefined) return;
  if (app === null || owner.appId !== app.id) {
    throw new AppError("unauthorized_client", "This application does not have this token.", {
      status: 403,
    });
  }
  await context.db.transaction(async (tx) => {
    if (row !== undefined) await endToken(tx, row.id, context.now());
    await tx.delete(appTokens).where(eq(appTokens.tokenHash, tokenHash));
  });
}
