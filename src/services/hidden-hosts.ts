import { and, eq, inArray, or, sql } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { parseHost } from "../domain/moderation.ts";
import type { Queryable } from "../persistence/database.ts";
import { bigints } from "../persistence/repositories/set-parameters.ts";
import { actors, follows, hiddenHosts } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { answerFollowIn, cancelFollowIn } from "./follows.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";

const MOST_HOSTS = 1_000;

/**
 * The actor hides a whole host from itself: nothing from there comes to it any more, and follows
 * between the two end in both directions. Others here are not concerned.
 * @throws AppError `host_invalid`, `too_many_hosts`
 */
export async function hideHost(context: Context, acting: Acting, text: string): Promise<void> {
  const host = parseHost(text);
  if (host === context.config.host) {
    throw new AppError("host_invalid", "You cannot hide your own server.", { status: 422 });
  }
  const { actor } = acting;
  const present = await context.db.$count(hiddenHosts, eq(hiddenHosts.actorId, actor.id));
  if (present >= MOST_HOSTS) {
    throw new AppError("too_many_hosts", `You can hide at most ${MOST_HOSTS} servers.`, {
      status: 422,
    });
  }
  await context.db.transaction(async (tx) => {
    await tx.insert(hiddenHosts).values({ actorId: actor.id, host }).onConflictDoNothing();
    const between = await tx
      .select({ followerId: follows.followerId, followeeId: follows.followeeId })
      .from(follows)
      .where(
        and(
          or(eq(follows.followerId, actor.id), eq(follows.followeeId, actor.id)),
          inArray(follows.state, ["accepted", "pending"]),
        ),
      );
    const ids = between.map((pair) =>
      pair.followerId === actor.id ? pair.followeeId : pair.followerId,
    );
    const others =
      ids.length === 0
        ? []
        : await tx
            .select()
            .from(actors)
            .where(and(eq(actors.host, host), sql`${actors.id} = any(${bigints(ids)})`))
            .orderBy(actors.id);
    for (const other of others) {
      await cancelFollowIn(context, tx, actor, other);
      await answerFollowIn(context, tx, other, actor, "reject");
    }
  });
}

/** Nothing happens when it is not hidden; what ended stays ended. @throws AppError `host_invalid` */
export async function showHost(context: Context, acting: Acting, text: string): Promise<void> {
  await context.db
    .delete(hiddenHosts)
    .where(and(eq(hiddenHosts.actorId, acting.actor.id), eq(hiddenHosts.host, parseHost(text))));
}

/** The hosts that the actor hides, newest first. */
export async function listHiddenHosts(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<{ readonly id: Id; readonly host: string }[]> {
  const { where, orderBy } = keysetSql(page, hiddenHosts.id);
  const rows = await context.db
    .select({ id: hiddenHosts.id, host: hiddenHosts.host })
    .from(hiddenHosts)
    .where(and(eq(hiddenHosts.actorId, acting.actor.id), where))
    .orderBy(orderBy)
    .limit(page.limit);
  return newestFirst(page, rows);
}

/** Whether one of our actors hides that host. */
export async function hidesHost(
  db: Queryable,
  actor: { readonly id: Id },
  host: string,
): Promise<boolean> {
  const pair = and(eq(hiddenHosts.actorId, actor.id), eq(hiddenHosts.host, host));
  return (await db.$count(hiddenHosts, pair)) > 0;
}
