import { and, eq, inArray, ne, or, sql, type SQL } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, follows } from "../persistence/schema/index.ts";
import { isPresent, presentAccounts } from "./accounts.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { resolveActor } from "./remote-actors.ts";

/** What somebody types to find an account. */
export interface AccountSearch {
  readonly query: string;
  /** asks other instances for a handle, or for the address of a profile, that is not known here */
  readonly resolve: boolean;
  /** among those whom the actor follows */
  readonly following: boolean;
  readonly offset: number;
  readonly limit: number;
}

const LONGEST_QUERY = 200;

/**
 * Accounts by the beginning of their handle or by a part of their name; an exact handle first, which
 * is looked for elsewhere where that is asked. What cannot be found there is simply not found.
 */
export async function searchAccounts(
  context: Context,
  acting: Acting | null,
  search: AccountSearch,
): Promise<ActorRecord[]> {
  const query = search.query.trim().slice(0, LONGEST_QUERY);
  if (query === "") return [];
  const exact =
    acting !== null && search.offset === 0 ? await findExact(context, query, search) : null;
  const rows = await context.db
    .select()
    .from(actors)
    .where(
      and(
        isPresent(),
        matches(query),
        // Whom else we know is not for visitors.
        acting === null ? ne(actors.kind, "remote") : undefined,
        search.following && acting !== null ? isFollowed(context, acting) : undefined,
      ),
    )
    .orderBy(
      sql`(${actors.id} in (select ${follows.followeeId} from ${follows}
        where ${follows.followerId} = ${acting?.actor.id ?? 0n} and ${follows.state} = 'accepted')) desc`,
      sql`(${actors.kind} <> 'remote') desc`,
      sql`lower(${actors.handle})`,
      actors.id,
    )
    .offset(search.offset)
    .limit(search.limit);
  const found = [...(exact === null ? [] : [exact]), ...rows];
  const unique = [...new Map(found.map((actor) => [actor.id, actor])).values()];
  return (await presentAccounts(context, unique)).slice(0, search.limit);
}

async function findExact(
  context: Context,
  query: string,
  { resolve, following }: AccountSearch,
): Promise<ActorRecord | null> {
  if (!resolve || following) return null;
  if (parseRemoteHandle(query) === null && !/^https?:\/\//i.test(query)) return null;
  try {
    return await resolveActor(context, query);
  } catch (error) {
    // Refused, not there, or out of order: for who searches, it is all the same.
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** `bravo`, `@bravo`, `bravo@bra`, or words of a name. */
function matches(query: string): SQL | undefined {
  const [, handle, host] = /^@?([^@\s]+)(?:@([^@\s]*))?$/.exec(query) ?? [];
  const named = sql`${actors.name} ilike ${`%${escapeLike(query)}%`}`;
  if (handle === undefined) return named;
  const begins = sql`lower(${actors.handle}) like ${`${escapeLike(handle.toLowerCase())}%`}`;
  if (host === undefined) return or(begins, named);
  const whole = sql`lower(${actors.handle}) = ${handle.toLowerCase()}`;
  return and(whole, sql`${actors.host} like ${`${escapeLike(host.toLowerCase())}%`}`);
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

function isFollowed(context: Context, acting: Acting): SQL {
  const followed = context.db
    .select({ id: follows.followeeId })
    .from(follows)
    .where(and(eq(follows.followerId, acting.actor.id), eq(follows.state, "accepted")));
  return inArray(actors.id, followed);
}
