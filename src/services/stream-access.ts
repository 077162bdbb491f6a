import { sql } from "drizzle-orm";
import type { Role } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { bigints } from "../persistence/repositories/set-parameters.ts";
import type { Context } from "./context.ts";
import type { Credential } from "./tokens.ts";

/**
 * Of access tokens that opened streams, those that are still in force, with the role that their member
 * has now: a suspended member has none, and who is no longer editor does not act as the organization.
 * One statement.
 */
export async function tokensInForce(
  { db }: Context,
  tokenIds: readonly Id[],
): Promise<ReadonlyMap<Id, Role>> {
  if (tokenIds.length === 0) return new Map();
  const rows = await db.execute<{ id: string; role: Role }>(sql`
    select t.id::text as id, m.role
    from access_tokens t join members m on m.id = t.member_id
    where t.id = any(${bigints(tokenIds)}) and t.revoked_at is null and m.suspended_at is null
      and (t.actor_id = m.actor_id or m.role in ('editor', 'admin'))`);
  return new Map(rows.map(({ id, role }) => [BigInt(id), role]));
}

/** The credential with the role that its member has now. */
export function withRole(credential: Credential, role: Role): Credential {
  if (credential.member.role === role) return credential;
  return {
    ...credential,
    member: { ...credential.member, role },
    viewer: { kind: "local", actor: credential.actor.iri, role },
  };
}

/** Whether a list is of whom the client acts as. */
export async function ownsList({ db }: Context, actorId: Id, listId: Id): Promise<boolean> {
  const rows = await db.execute(sql`
    select from lists where id = ${listId.toString()}::bigint and owner_id = ${actorId.toString()}::bigint`);
  return rows.length > 0;
}
