import { and, eq, isNull } from "drizzle-orm";
import { AppError, invalid } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { hashToken, randomToken } from "../platform/crypto/tokens.ts";
import { findActorById } from "../persistence/repositories/actors.ts";
import { accessTokens } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { findMemberById, requireEditor, type Member } from "./members.ts";
import { requireOrganization } from "./organization.ts";

/** What a bearer token stands for. `actor` is whom the client acts as. */
export interface Credential extends Acting {
  readonly tokenId: Id;
  /** the application that has it; null = made on the command line or in the settings */
  readonly appId: Id | null;
  readonly scopes: readonly string[];
}

const SCOPE =
  /^(?:read|write|follow|push|profile|admin:(?:read|write)(?::[a-z_]{1,40})?|(?:read|write):[a-z_]{1,40})$/;

/**
 * Reads a list of scopes as OAuth writes it, separated by spaces.
 * @throws AppError `invalid_request`
 */
export function parseScopes(text: string): string[] {
  const scopes = [...new Set(text.split(/\s+/).filter((scope) => scope !== ""))];
  const unknown = scopes.find((scope) => !SCOPE.test(scope));
  if (scopes.length === 0) throw invalid({ scopes: "at least one, such as read" });
  if (unknown !== undefined) throw invalid({ scopes: `"${unknown.slice(0, 60)}" is not a scope` });
  return scopes;
}

/** Whether the granted scopes include `needed`: `read` includes `read:statuses`. */
export function includesScope(granted: readonly string[], needed: string): boolean {
  const [whole] = needed.split(":");
  return granted.includes(needed) || (whole !== undefined && granted.includes(whole));
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

/**
 * What the token stands for *now*: a member who is suspended has none, and one who is no longer
 * editor does not act as the organization.
 * @throws AppError `token_invalid`
 */
export async function authenticate(context: Context, token: string): Promise<Credential> {
  const [row] = await context.db
    .select()
    .from(accessTokens)
    .where(and(eq(accessTokens.tokenHash, hashToken(token)), isNull(accessTokens.revokedAt)));
  const member = row === undefined ? null : await findMemberById(context.db, row.memberId);
  if (row === undefined || member === null || member.suspendedAt !== null) throw tokenInvalid();
  if (row.actorId !== member.actorId) requireEditor(member);
  const actor =
    row.actorId === member.actorId ? member.actor : await findActorById(context.db, row.actorId);
  if (actor === null) throw tokenInvalid();
  return {
    tokenId: row.id,
    appId: row.appId,
    member,
    actor,
    scopes: row.scopes,
    viewer: { kind: "local", actor: actor.iri, role: member.role },
  };
}

function tokenInvalid(): AppError {
  return new AppError("token_invalid", "The access token is invalid, expired or revoked.", {
    status: 401,
  });
}
