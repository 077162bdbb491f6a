import { eq, sql } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import { opaque } from "../persistence/planning.ts";
import { preparedQuery } from "../persistence/prepared-queries.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { bigintsIn } from "../persistence/repositories/set-parameters.ts";
import type { Ties } from "../persistence/repositories/ties.ts";
import { oauthApps, posts, writtenPosts } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { filtersOf } from "./filters-sql.ts";
import { isThreadMuted } from "./thread-mutes-sql.ts";

/** What the one who looks has to do with a post. */
export interface Involvement {
  readonly favourited: boolean;
  readonly boosted: boolean;
  readonly bookmarked: boolean;
  readonly pinned: boolean;
  /** hears no more of the thread */
  readonly muted: boolean;
}

/** What belongs to a post for the one who looks, besides what it says. */
export interface Around {
  readonly involvement: Involvement;
  readonly inReplyToActorId: Id | null;
  readonly application: { readonly name: string; readonly website: string | null } | null;
  /** null for what no client wrote */
  readonly quotePolicy: "public" | "followers" | "nobody" | null;
  readonly followsAuthor: boolean;
  /** it quotes something */
  readonly quotes: boolean;
  /** it answers what is not, or no longer, for everybody */
  readonly answersFew: boolean;
}

/** All that is read about many posts at once for the one who looks. */
export interface Surroundings {
  readonly around: ReadonlyMap<Id, Around>;
  /** between the one who looks and the authors */
  readonly ties: Ties;
  /** the viewer's filters as `compiledFilters` reads them; undefined = not read */
  readonly filters: string | undefined;
}

const query = preparedQuery((db) => {
  const actor = sql`${sql.placeholder("actor")}::text::bigint`;
  const given = sql`(select ${opaque(actor)} as actor) as given`;
  const me = sql`given.actor`;
  const reacted = (type: "favourite" | "boost") => sql<boolean>`exists (select from reactions r
    where r.post_id = posts.id and r.actor_id = ${me} and r.type = ${sql.raw(`'${type}'`)})`;
  return db
    .select({
      id: posts.id,
      favourited: reacted("favourite"),
      boosted: reacted("boost"),
      bookmarked: sql<boolean>`exists (select from bookmarks b where b.actor_id = ${me} and b.post_id = posts.id)`,
      pinned: sql<boolean>`exists (select from pins where pins.actor_id = ${me} and pins.post_id = posts.id)`,
      muted: sql<boolean>`${isThreadMuted(me, sql`posts.id`)}`,
      follows: sql<boolean>`exists (select from follows f where f.follower_id = ${me}
        and f.followee_id = posts.author_id and f.state = 'accepted')`,
      blocked: sql<boolean>`exists (select from blocks b where b.blocker_id = ${me} and b.blocked_id = posts.author_id)
        or exists (select from blocks b where b.blocker_id = posts.author_id and b.blocked_id = ${me})`,
      quotes: sql<boolean>`exists (select from quotes q where q.post_id = posts.id)`,
      answersFew: sql<boolean>`exists (select from posts parents where parents.id = posts.in_reply_to_id
        and (parents.withdrawn_at is not null or not parents.audience @> '{public}'))`,
      parentAuthor: sql<
        string | null
      >`(select author_id from posts parents where parents.id = posts.in_reply_to_id)`,
      appName: oauthApps.name,
      appWebsite: oauthApps.website,
      quotePolicy: writtenPosts.quotePolicy,
      filters: sql<
        string | null
      >`case when posts.id = ${opaque(sql`${sql.placeholder("first")}::text::bigint`)}
        then ${filtersOf(sql`given.actor`)} end`,
    })
    .from(posts)
    .innerJoin(given, sql`true`)
    .leftJoin(writtenPosts, eq(writtenPosts.postId, posts.id))
    .leftJoin(oauthApps, eq(oauthApps.id, writtenPosts.appId))
    .where(sql`${posts.id} = any(${opaque(bigintsIn(sql.placeholder("ids")))}::bigint[])`)
    .prepare("status_surroundings");
});

/** What there is about those posts for the one who looks, as it is now; one statement. */
export async function readSurroundings(
  context: Context,
  acting: Acting | null,
  shown: readonly PostRecord[],
): Promise<Surroundings> {
  const first = shown[0]?.id;
  const rows =
    first === undefined
      ? []
      : await query(context.db).execute({
          actor: (acting?.actor.id ?? 0n).toString(),
          first: first.toString(),
          ids: `{${shown.map(({ id }) => id).join(",")}}`,
        });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const authorsWhere = (tied: (row: (typeof rows)[number]) => boolean) =>
    new Set(
      shown.flatMap(({ id, author }) => {
        const row = byId.get(id);
        return row !== undefined && tied(row) ? [author] : [];
      }),
    );
  const withFilters = first === undefined ? undefined : byId.get(first);
  return {
    around: new Map(rows.map((row) => [row.id, toAround(row)])),
    ties: {
      followed: authorsWhere((row) => row.follows),
      blocked: authorsWhere((row) => row.blocked),
    },
    filters: withFilters === undefined ? undefined : (withFilters.filters ?? "[]"),
  };
}

type Row = Awaited<ReturnType<ReturnType<typeof query>["execute"]>>[number];

function toAround(row: Row): Around {
  const { favourited, boosted, bookmarked, pinned, muted } = row;
  return {
    involvement: { favourited, boosted, bookmarked, pinned, muted },
    inReplyToActorId: row.parentAuthor === null ? null : BigInt(row.parentAuthor),
    application: row.appName === null ? null : { name: row.appName, website: row.appWebsite },
    quotePolicy: row.quotePolicy,
    followsAuthor: row.follows,
    quotes: row.quotes,
    answersFew: row.answersFew,
  };
}
