import { timingSafeEqual } from "node:crypto";
import { eq, sql, type InferSelectModel } from "drizzle-orm";
import { AppError, invalid } from "../domain/errors.ts";
import { parseScopes } from "../domain/scopes.ts";
import { hashToken, randomToken } from "../platform/crypto/tokens.ts";
import { oauthApps } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

/** An application that registered itself. Whoever says its name may have chosen any. */
export type OAuthApp = Omit<InferSelectModel<typeof oauthApps>, "clientSecretHash">;

/** What an application says of itself. */
export interface AppRegistration {
  readonly name: string;
  readonly website: string | null;
  readonly redirectUris: readonly string[];
  readonly scopes: string;
}

/** The application gets its code shown to the member instead of being called (RFC 6749 knows no such thing). */
export const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";

const LONGEST_NAME = 60;
export const LONGEST_WEBSITE = 2_000;
const LONGEST_REDIRECT_URI = 2_000;
export const MOST_REDIRECT_URIS = 20;

/** What a browser would run, show or open here instead of leaving. */
const FORBIDDEN_SCHEMES = new Set([
  "javascript:",
  "data:",
  "vbscript:",
  "blob:",
  "about:",
  "file:",
  "filesystem:",
  "view-source:",
]);

/**
 * Registers an application. The secret is returned once; only its hash is kept.
 * @throws AppError `invalid_request`
 */
export async function registerApp(
  context: Context,
  input: AppRegistration,
): Promise<{ app: OAuthApp; clientSecret: string }> {
  const name = input.name.trim();
  const problems: Record<string, string> = {};
  if (name === "") problems["client_name"] = "the name of the application";
  if (name.length > LONGEST_NAME) {
    problems["client_name"] = `at most ${LONGEST_NAME} characters`;
  }
  if (input.website !== null && !isWebsite(input.website)) {
    problems["website"] = "an address that starts with https://";
  }
  if (input.redirectUris.length === 0) problems["redirect_uris"] = "at least one";
  if (input.redirectUris.length > MOST_REDIRECT_URIS) {
    problems["redirect_uris"] = `at most ${MOST_REDIRECT_URIS}`;
  }
  if (!input.redirectUris.every(isRedirectUri)) {
    problems["redirect_uris"] = "absolute URIs without a fragment";
  }
  if (Object.keys(problems).length > 0) throw invalid(problems);
  const scopes = parseScopes(input.scopes);
  const clientSecret = randomToken();
  const [row] = await context.db
    .insert(oauthApps)
    .values({
      clientId: randomToken(),
      clientSecretHash: hashToken(clientSecret),
      name,
      website: input.website,
      redirectUris: [...new Set(input.redirectUris)],
      scopes,
    })
    .returning();
  if (row === undefined) throw new Error("insert into oauth_apps returned no row");
  return { app: withoutSecret(row), clientSecret };
}

/** Find by client id; null when there is none. */
export async function findAppByClientId(
  context: Context,
  clientId: string,
): Promise<OAuthApp | null> {
  const row = await findRow(context, clientId);
  return row === null ? null : withoutSecret(row);
}

async function findRow({ db }: Context, clientId: string) {
  // PostgreSQL takes no NUL: only what can be one of our ids is looked for.
  if (!/^[\w-]+$/.test(clientId)) return null;
  const [row] = await db.select().from(oauthApps).where(eq(oauthApps.clientId, clientId));
  return row ?? null;
}

export async function findAppById(context: Context, id: OAuthApp["id"]): Promise<OAuthApp | null> {
  const [row] = await context.db.select().from(oauthApps).where(eq(oauthApps.id, id));
  return row === undefined ? null : withoutSecret(row);
}

/**
 * The application that shows its secret (RFC 6749 §2.3.1).
 * @throws AppError `invalid_client`
 */
export async function authenticateApp(
  context: Context,
  clientId: string,
  clientSecret: string,
): Promise<OAuthApp> {
  const row = await findRow(context, clientId);
  const given = Buffer.from(hashToken(clientSecret));
  const expected = Buffer.from(row?.clientSecretHash ?? hashToken(""));
  if (row !== null && timingSafeEqual(given, expected)) return withoutSecret(row);
  throw new AppError(
    "invalid_client",
    "No application is registered with this client_id and client_secret.",
    { status: 401 },
  );
}

/**
 * Removes codes a day after they were good for something (until then a second exchange is noticed),
 * and applications that registered a day ago and that nobody has allowed anything.
 */
export async function forgetUnusedApps({ db }: Context): Promise<void> {
  await db.execute(sql`delete from oauth_codes where expires_at < now() - interval '1 day'`);
  await db.execute(sql`
    delete from oauth_apps app where created_at < now() - interval '1 day'
      and not exists (select from access_tokens where app_id = app.id)
      and not exists (select from app_tokens where app_id = app.id)
      and not exists (select from oauth_codes where app_id = app.id)`);
}

function withoutSecret({
  clientSecretHash: _,
  ...app
}: InferSelectModel<typeof oauthApps>): OAuthApp {
  return app;
}

function isWebsite(text: string): boolean {
  if (text.length > LONGEST_WEBSITE) return false;
  return ["https:", "http:"].includes(URL.parse(text)?.protocol ?? "");
}

/** Kept as it was sent, as it is compared byte for byte; so it must be fit for a header as it is. */
function isRedirectUri(text: string): boolean {
  if (text === OUT_OF_BAND) return true;
  if (text.length > LONGEST_REDIRECT_URI || !/^[\x21-\x7e]+$/.test(text)) return false;
  const url = URL.parse(text);
  if (url === null || text.includes("#") || FORBIDDEN_SCHEMES.has(url.protocol)) return false;
  // `http:host` and `http:/host` are read by browsers as `http://host`, and by nobody else.
  return !/^https?:/i.test(text) || /^https?:\/\/[^/]/i.test(text);
}
