import { and, asc, eq, sql } from "drizzle-orm";
import { AppError, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { bigints } from "../persistence/repositories/set-parameters.ts";
import { actors, listMembers, lists } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import { requireOrganization } from "./organization.ts";

const MOST_LISTS = 100;
/** A timeline asks each of them. */
const MOST_ON_A_LIST = 1_000;

/** Some of those whom somebody follows, to be read apart. */
export interface List {
  readonly id: Id;
  readonly title: string;
  readonly repliesPolicy: "followed" | "list" | "none";
  /** its members' posts stay out of the home timeline */
  readonly exclusive: boolean;
}

/** What a client says of a list; what is left out stays as it is. */
export interface ListChanges {
  readonly title?: string | undefined;
  readonly repliesPolicy?: List["repliesPolicy"] | undefined;
  readonly exclusive?: boolean | undefined;
}

/** The lists of whom the client acts as, oldest first. */
export function listLists(context: Context, { actor }: Acting): Promise<List[]> {
  return context.db.select().from(lists).where(eq(lists.ownerId, actor.id)).orderBy(asc(lists.id));
}

/** @throws AppError `not_found`, for those of others too */
export async function getList(context: Context, { actor }: Acting, id: Id): Promise<List> {
  const [row] = await context.db
    .select()
    .from(lists)
    .where(and(eq(lists.id, id), eq(lists.ownerId, actor.id)));
  if (row === undefined) throw notFound();
  return row;
}

/** @throws AppError `too_many_lists` */
export async function createList(
  context: Context,
  { actor }: Acting,
  { title, ...rest }: ListChanges & { readonly title: string },
): Promise<List> {
  return context.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${actor.id.toString()}::bigint)`);
    if ((await tx.$count(lists, eq(lists.ownerId, actor.id))) >= MOST_LISTS) {
      throw new AppError("too_many_lists", `There may be at most ${MOST_LISTS} lists.`, {
        status: 422,
      });
    }
    const [row] = await tx
      .insert(lists)
      .values({ ownerId: actor.id, title, ...given(rest) })
      .returning();
    if (row === undefined) throw new Error("insert into lists returned no row");
    return row;
  });
}

/** @throws AppError `not_found` */
export async function updateList(
  context: Context,
  { actor }: Acting,
  id: Id,
  changes: ListChanges,
): Promise<List> {
  const [row] = await context.db
    .update(lists)
    .set({ id, ...given(changes) })
    .where(and(eq(lists.id, id), eq(lists.ownerId, actor.id)))
    .returning();
  if (row === undefined) throw notFound();
  return row;
}

function given({ title, repliesPolicy, exclusive }: ListChanges) {
  return {
    ...(title === undefined ? {} : { title }),
    ...(repliesPolicy === undefined ? {} : { repliesPolicy }),
    ...(exclusive === undefined ? {} : { exclusive }),
  };
}

/** @throws AppError `not_found` */
export async function deleteList(context: Context, { actor }: Acting, id: Id): Promise<void> {
  const deleted = await context.db
    .delete(lists)
    .where(and(eq(lists.id, id), eq(lists.ownerId, actor.id)))
    .returning({ id: lists.id });
  if (deleted.length === 0) throw notFound();
}

/** Who is on a list, by id, newest first. @throws AppError `not_found` */
export async function listAccountsOn(
  context: Context,
  acting: Acting,
  id: Id,
  page: KeysetPage,
): Promise<ActorRecord[]> {
  await getList(context, acting, id);
  const { where, orderBy } = keysetSql(page, listMembers.actorId);
  const rows = await context.db
    .select({ actor: actors })
    .from(listMembers)
    .innerJoin(actors, eq(actors.id, listMembers.actorId))
    .where(and(eq(listMembers.listId, id), where))
    .orderBy(orderBy)
    .limit(page.limit);
  return newestFirst(page, rows).map(({ actor }) => actor);
}

/**
 * Puts accounts on a list, all or none of them: only such as are followed (or asked), by whom the
 * client acts as or by the organization.
 * @throws AppError `not_found`, `already_on_list`, `too_many_on_list`
 */
export async function addToList(
  context: Context,
  acting: Acting,
  id: Id,
  accountIds: readonly Id[],
): Promise<void> {
  await getList(context, acting, id);
  const { actor: organization } = await requireOrganization(context);
  const wanted = [...new Set(accountIds)];
  await context.db.transaction(async (tx) => {
    await tx.execute(sql`select from lists where id = ${id.toString()}::bigint for update`);
    const followed = await tx.execute<{ id: string }>(sql`
      select distinct followee_id::text as id from follows
      where follower_id = any(${bigints([acting.actor.id, organization.id])})
        and followee_id = any(${bigints(wanted)}) and state in ('accepted', 'pending')`);
    if (followed.length < wanted.length) throw notFound();
    const added = await tx
      .insert(listMembers)
      .values(wanted.map((actorId) => ({ listId: id, actorId })))
      .onConflictDoNothing()
      .returning({ id: listMembers.actorId });
    if (added.length < wanted.length) {
      throw new AppError("already_on_list", "Account has already been taken", { status: 422 });
    }
    if ((await tx.$count(listMembers, eq(listMembers.listId, id))) > MOST_ON_A_LIST) {
      throw new AppError("too_many_on_list", `A list has at most ${MOST_ON_A_LIST} accounts.`, {
        status: 422,
      });
    }
  });
}

/** Takes accounts off a list; who is not on it stays off. @throws AppError `not_found` */
export async function removeFromList(
  context: Context,
  acting: Acting,
  id: Id,
  accountIds: readonly Id[],
): Promise<void> {
  await getList(context, acting, id);
  await context.db
    .delete(listMembers)
    .where(
      and(eq(listMembers.listId, id), sql`${listMembers.actorId} = any(${bigints(accountIds)})`),
    );
}
