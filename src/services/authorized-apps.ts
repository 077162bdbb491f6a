import { and, desc, eq, isNull } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { accessTokens, actors, oauthApps, oauthCodes } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { Member } from "./members.ts";
import { endToken, endTokens } from "./token-revocation.ts";

/** What a member has allowed one application, on however many devices. */
export interface AuthorizedApp {
  /** of its newest token: what `revokeAuthorizedApp` takes */
  readonly tokenId: Id;
  /** null = tokens made on the command line */
  readonly app: { readonly name: string; readonly website: string | null } | null;
  /** whom it acts as */
  readonly actor: ActorRecord;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  /** to the hour; null = never */
  readonly lastUsedAt: Date | null;
}

const MOST_TOKENS = 1_000;

/** What acts for the member, or through them for the organization, newest first. */
export async function listAuthorizedApps(
  context: Context,
  member: Member,
): Promise<AuthorizedApp[]> {
  const rows = await context.db
    .select({ token: accessTokens, app: oauthApps, actor: actors })
    .from(accessTokens)
    .innerJoin(actors, eq(actors.id, accessTokens.actorId))
    .leftJoin(oauthApps, eq(oauthApps.id, accessTokens.appId))
    .where(and(eq(accessTokens.memberId, member.id), isNull(accessTokens.revokedAt)))
    .orderBy(desc(accessTokens.id))
    .limit(MOST_TOKENS);
  const found = new Map<string, AuthorizedApp>();
  for (const { token, app, actor } of rows) {
    const key = app === null ? `token ${token.id}` : `${app.id} ${actor.id}`;
    const newer = found.get(key);
    found.set(key, {
      tokenId: newer?.tokenId ?? token.id,
      app: app === null ? null : { name: app.name, website: app.website },
      actor,
      scopes: [...new Set([...(newer?.scopes ?? []), ...token.scopes])],
      createdAt: token.createdAt,
      lastUsedAt: later(newer?.lastUsedAt ?? null, token.lastUsedAt),
    });
  }
  return [...found.values()];
}

function later(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}

/**
 * Takes back what a member allowed: all tokens of that application which act as the same actor; of
 * those made on the command line this one alone.
 * @throws AppError `not_found`
 */
export async function revokeAuthorizedApp(
  context: Context,
  member: Member,
  tokenId: Id,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const [token] = await tx
      .select()
      .from(accessTokens)
      .where(and(eq(accessTokens.id, tokenId), eq(accessTokens.memberId, member.id)));
    if (token === undefined) throw notFound();
    if (token.appId === null) return endToken(tx, token.id, context.now());
    const grant = { appId: token.appId, actorId: token.actorId };
    // First the codes: one that is being exchanged at this moment is waited for.
    await tx
      .delete(oauthCodes)
      .where(
        and(
          eq(oauthCodes.memberId, member.id),
          eq(oauthCodes.appId, grant.appId),
          eq(oauthCodes.actorId, grant.actorId),
        ),
      );
    await endTokens(
      tx,
      and(
        eq(accessTokens.memberId, member.id),
        eq(accessTokens.appId, grant.appId),
        eq(accessTokens.actorId, grant.actorId),
      ),
      context.now(),
    );
  });
}
