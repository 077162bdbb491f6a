import { and, eq, notExists, sql } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import { findActorsByIris, type ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, blocks, dismissedSuggestions, follows } from "../persistence/schema/index.ts";
import { bigints } from "../persistence/repositories/set-parameters.ts";
import { presentAccounts } from "./accounts.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { partnersNow } from "./partners.ts";
import { requireOrganization } from "./organization.ts";

/**
 * Whom the actor may want to follow: its own organization and those that are its partners, unless it
 * follows them, has asked to, has blocked them or does not want to be asked. Nobody else: nothing is
 * known here of what people like.
 */
export async function listSuggestions(
  context: Context,
  acting: Acting,
  limit: number,
): Promise<ActorRecord[]> {
  const { actor: organization } = await requireOrganization(context);
  const { partners } = await partnersNow(context);
  const single = [...partners.single.values()].flatMap((organizations) => [...organizations]);
  const iris = [organization.iri, ...partners.standing, ...single];
  const known = [...(await findActorsByIris(context.db, [...new Set(iris)])).values()];
  const present = await presentAccounts(context, known);
  const candidates = present.filter(({ id }) => id !== acting.actor.id);
  if (candidates.length === 0) return [];
  const rows = await context.db
    .select()
    .from(actors)
    .where(
      and(
        sql`${actors.id} = any(${bigints(candidates.map(({ id }) => id))})`,
        isNew(context, acting),
      ),
    )
    .orderBy(actors.id)
    .limit(limit);
  return rows;
}

/** The actor does not want to be asked about that one any more. */
export async function dismissSuggestion(
  context: Context,
  acting: Acting,
  target: { readonly id: Id },
): Promise<void> {
  await context.db
    .insert(dismissedSuggestions)
    .values({ actorId: acting.actor.id, targetId: target.id })
    .onConflictDoNothing();
}

function isNew({ db }: Context, { actor }: Acting) {
  return and(
    notExists(
      db
        .select({ id: follows.id })
        .from(follows)
        .where(
          and(
            eq(follows.followerId, actor.id),
            eq(follows.followeeId, actors.id),
            sql`${follows.state} in ('accepted', 'pending')`,
          ),
        ),
    ),
    notExists(
      db
        .select({ id: blocks.id })
        .from(blocks)
        .where(
          sql`(${blocks.blockerId} = ${actor.id} and ${blocks.blockedId} = ${actors.id})
            or (${blocks.blockedId} = ${actor.id} and ${blocks.blockerId} = ${actors.id})`,
        ),
    ),
    notExists(
      db
        .select({ id: dismissedSuggestions.targetId })
        .from(dismissedSuggestions)
        .where(
          and(
            eq(dismissedSuggestions.actorId, actor.id),
            eq(dismissedSuggestions.targetId, actors.id),
          ),
        ),
    ),
  );
}
