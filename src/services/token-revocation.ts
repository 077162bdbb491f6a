import { and, eq, inArray, isNull, type SQL } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { hashToken } from "../platform/crypto/tokens.ts";
import type { Transaction } from "../persistence/database.ts";
import { accessTokens, appTokens, pushSubscriptions } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { OAuthApp } from "./oauth-apps.ts";

/**
 * Ends access tokens: they open nothing from now on, and nothing is pushed to them. Their streams are
 * closed by whoever holds them, as the table says what happened to it.
 */
export async function endTokens(tx: Transaction, which: SQL | undefined, now: Date): Promise<void> {
  const ended = await tx
    .update(accessTokens)
    .set({ revokedAt: now })
    .where(and(which, isNull(accessTokens.revokedAt)))
    .returning({ id: accessTokens.id });
  if (ended.length === 0) return;
  const ids = ended.map(({ id }) => id);
  await tx.delete(pushSubscriptions).where(inArray(pushSubscriptions.tokenId, ids));
}

/** Ends one access token. */
export function endToken(tx: Transaction, tokenId: Id, now: Date): Promise<void> {
  return endTokens(tx, eq(accessTokens.id, tokenId), now);
}

/** Ends every access token of a member. */
export function endTokensOf(tx: Transaction, memberId: Id, now: Date): Promise<void> {
  return endTokens(tx, eq(accessTokens.memberId, memberId), now);
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
