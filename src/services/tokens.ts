import { eq } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { hashToken, randomToken } from "../platform/crypto/tokens.ts";
import {
  findAccessToken,
  findAccessTokenVersion,
  noteTokenUse,
} from "../persistence/repositories/access-tokens.ts";
import { accessTokens, appTokens } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import type { KnownCredential } from "./memory.ts";
import { requireEditor, type Member } from "./members.ts";
import { requireOrganization } from "./organization.ts";

export { includesScope, parseScopes } from "../domain/scopes.ts";

/** What a member's bearer token stands for. `actor` is whom the client acts as. */
export interface Credential extends Acting {
  readonly tokenId: Id;
  /** the application that has it; null = made on the command line or in the settings */
  readonly appId: Id | null;
  readonly scopes: readonly string[];
}

/** What the token of an application alone stands for (RFC 6749 §4.4): nobody. It sees what visitors see. */
export interface AppCredential {
  readonly appId: Id;
  readonly scopes: readonly string[];
}

/**
 * Makes a bearer token and returns it; only its hash is kept.
 * @throws AppError `editors_only` when a member who is no editor asks to act as the organization
 */
export async function createToken(
  context: Context,
  member: Member,
  options: { as: "member" | "organization"; scopes: readonly string[] },
): Promise<string> {
  if (options.as === "organization") requireEditor(member);
  const actorId =
    options.as === "organization" ? (await requireOrganization(context)).actor.id : member.actorId;
  const token = randomToken();
  await context.db.insert(accessTokens).values({
    tokenHash: hashToken(token),
    memberId: member.id,
    actorId,
    scopes: [...options.scopes],
  });
  return token;
}

/** Makes a token for an application alone; only its hash is kept. */
export async function createAppToken(
  context: Context,
  appId: Id,
  scopes: readonly string[],
): Promise<{ token: string; createdAt: Date }> {
  const token = randomToken();
  const createdAt = context.now();
  await context.db
    .insert(appTokens)
    .values({ tokenHash: hashToken(token), appId, scopes: [...scopes], createdAt });
  return { token, createdAt };
}

/**
 * What the token stands for *now*: a member who is suspended has none, and one who is no longer
 * editor does not act as the organization.
 * @throws AppError `token_invalid`, `editors_only`
 */
export async function authenticate(context: Context, token: string): Promise<Credential> {
  const credential = await findCredentialOf(context, hashToken(token));
  if (credential === null) throw tokenInvalid();
  return credential;
}

/**
 * The same where an application alone may ask as well. Only its tokens, and those that are not
 * valid, cost a second statement.
 * @throws AppError `token_invalid`, `editors_only`
 */
export async function identify(
  context: Context,
  token: string,
): Promise<
  | { readonly member: Credential; readonly app: null }
  | { member: null; readonly app: AppCredential }
> {
  const tokenHash = hashToken(token);
  const member = await findCredentialOf(context, tokenHash);
  if (member !== null) return { member, app: null };
  const [app] = await context.db
    .select({ appId: appTokens.appId, scopes: appTokens.scopes })
    .from(appTokens)
    .where(eq(appTokens.tokenHash, tokenHash));
  if (app === undefined) throw tokenInvalid();
  return { member: null, app };
}

/** The database says which version of the credential there is; what it is comes from memory. */
async function findCredentialOf(context: Context, tokenHash: string): Promise<Credential | null> {
  const version = await findAccessTokenVersion(context.db, tokenHash);
  if (version === null) return null;
  const kept = context.memory.credentials.get(tokenHash);
  const known = kept?.version === version ? kept : await loadCredential(context, tokenHash);
  if (known === null) return null;
  await noteUse(context, known);
  return known.credential;
}

async function loadCredential(
  context: Context,
  tokenHash: string,
): Promise<KnownCredential | null> {
  const row = await findAccessToken(context.db, tokenHash);
  if (row === undefined) return null;
  const { version, token, actor } = row;
  const { passwordHash: _, ...rest } = row.member;
  const member: Member = { ...rest, actor: row.memberActor };
  if (actor.id !== member.actorId) requireEditor(member);
  const credential: Credential = {
    tokenId: token.id,
    appId: token.appId,
    member,
    actor,
    scopes: token.scopes,
    viewer: { kind: "local", actor: actor.iri, role: member.role },
  };
  const known = { version, credential: Object.freeze(credential), lastUsedAt: token.lastUsedAt };
  context.memory.credentials.set(tokenHash, known);
  return known;
}

const HOUR_MS = 3_600_000;

/** When a token was last used is kept to the hour, so that reading does not write. */
async function noteUse(
  context: Context,
  { credential, lastUsedAt }: KnownCredential,
): Promise<void> {
  const now = context.now().getTime();
  const hour = now - (now % HOUR_MS);
  if (lastUsedAt !== null && lastUsedAt.getTime() >= hour) return;
  await noteTokenUse(context.db, credential.tokenId, new Date(hour));
}

function tokenInvalid(): AppError {
  return new AppError("token_invalid", "The access token is invalid, expired or revoked.", {
    status: 401,
  });
}
