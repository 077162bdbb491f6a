import { and, desc, eq, gt } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import { decryptSecret, encryptSecret } from "../platform/crypto/secrets.ts";
import { hashToken } from "../platform/crypto/tokens.ts";
import { fediverseApps } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";
import type { AccountApp } from "./remote-accounts.ts";

/** Mastodon forgets applications without users after a day; ours give their tokens back. */
const KEEP_MS = 12 * 3_600_000;

/**
 * The path that a server sends people back to. Each server has its own, so that a code shows which
 * server it is from, whatever anybody claims (RFC 9700 §4.4.2.2).
 */
export function callbackPath(origin: string): string {
  return `/n/callback/${hashToken(origin).slice(0, 32)}`;
}

export function redirectUriOf(context: Context, origin: string): string {
  return context.iris.origin + callbackPath(origin);
}

/**
 * This instance as a client of the server, registered there unless it was in the last hours.
 * @throws AppError `sign_in_not_offered`, `remote_unreachable`
 */
export async function getApp(
  context: Context,
  origin: string,
): Promise<{ readonly id: Id; readonly app: AccountApp }> {
  const youngest = new Date(context.now().getTime() - KEEP_MS);
  const [row] = await context.db
    .select()
    .from(fediverseApps)
    .where(and(eq(fediverseApps.origin, origin), gt(fediverseApps.createdAt, youngest)))
    .orderBy(desc(fediverseApps.id))
    .limit(1);
  if (row !== undefined) return { id: row.id, app: await opened(context, row) };
  const { actor } = await requireOrganization(context);
  const app = await context.remote.accounts.register(origin, {
    name: `${actor.name.trim() || actor.handle} (Praxis)`,
    website: context.iris.origin,
    redirectUri: redirectUriOf(context, origin),
  });
  const { clientSecret, ...open } = app;
  const [stored] = await context.db
    .insert(fediverseApps)
    .values({
      ...open,
      clientSecretJwe: await encryptSecret(clientSecret, context.secretKey, secretOf(app)),
      createdAt: context.now(),
    })
    .returning({ id: fediverseApps.id });
  if (stored === undefined) throw new Error("insert into fediverse_apps returned no row");
  return { id: stored.id, app };
}

/** The client that a sign-in was begun with; null when it is forgotten. */
export async function findApp(context: Context, id: Id): Promise<AccountApp | null> {
  const [row] = await context.db.select().from(fediverseApps).where(eq(fediverseApps.id, id));
  return row === undefined ? null : opened(context, row);
}

async function opened(
  context: Context,
  row: typeof fediverseApps.$inferSelect,
): Promise<AccountApp> {
  const { origin, clientId, scope, authorizationEndpoint, tokenEndpoint, revocationEndpoint } = row;
  const clientSecret = await decryptSecret(row.clientSecretJwe, context.secretKey, secretOf(row));
  return {
    origin,
    clientId,
    clientSecret,
    scope,
    authorizationEndpoint,
    tokenEndpoint,
    revocationEndpoint,
  };
}

function secretOf({ origin, clientId }: { origin: string; clientId: string }): string {
  return `fediverse-app:${origin}:${clientId}`;
}
