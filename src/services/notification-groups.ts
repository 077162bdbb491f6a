import { and, eq, or, sql, type SQL } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { texts } from "../persistence/repositories/set-parameters.ts";
import { notifications, type NotificationType } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import { readActors } from "./post-reading.ts";
import {
  ALL_NOTIFICATIONS,
  beyond,
  notificationsAbout,
  notificationsOf,
  readRows,
  revealRows,
  senders,
  type NotificationFilter,
  type RevealedNotification,
} from "./notification-list.ts";

/** Kinds whose notifications about one thing are shown as one. */
export const GROUPABLE = ["favourite", "reblog", "follow", "admin.sign_up"] as const;
export type Groupable = (typeof GROUPABLE)[number];

/** Notifications that are shown as one. */
export interface NotificationGroup {
  readonly key: string;
  /** how many there are, and how many on this page of them */
  readonly count: number;
  /** the newest one on this page */
  readonly latest: RevealedNotification;
  /** the oldest and the newest one on this page, and when that was; null outside of pages */
  readonly onPage: { readonly first: bigint; readonly last: bigint; readonly at: Date } | null;
  /** who caused the newest few of them, newest first */
  readonly samples: readonly ActorRecord[];
}

/** A page of groups, and the ids between which its notifications are. */
export interface GroupPage {
  readonly groups: readonly NotificationGroup[];
  /** newest first: where the page before and the page after begin; empty for an empty page */
  readonly edges: readonly bigint[];
}

const SAMPLES = 8;
/** Every round finds at least one more group, or nothing more. */
const MOST_ROUNDS = 20;

/**
 * Notifications of whom the client acts as, those about one thing together, newest first; `limit`
 * counts groups. Kinds that are not in `grouped` stand alone.
 */
export async function listGroups(
  context: Context,
  acting: Acting,
  page: KeysetPage,
  { grouped, ...filter }: NotificationFilter & { readonly grouped: readonly Groupable[] },
): Promise<GroupPage> {
  const where = await notificationsOf(context, acting, filter);
  const key = keyIn(grouped);
  const found = new Map<string, RevealedNotification>();
  let rest = page;
  for (let round = 0; round < MOST_ROUNDS && found.size < page.limit; round += 1) {
    const isNew = found.size === 0 ? undefined : sql`${key} not in ${texts([...found.keys()])}`;
    const rows = await readRows(
      context,
      and(where, isNew, keysetSql(rest, notifications.id).where),
      rest,
    );
    for (const each of await revealRows(context, acting, rows)) {
      const own = keyOf(each, grouped);
      if (!found.has(own) && found.size < page.limit) found.set(own, each);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < rest.limit) break;
    rest = beyond(rest, last.notification.id);
  }
  const shown = newestFirst(page, [...found]);
  const edges = [shown[0]?.[1].id, shown.at(-1)?.[1].id].filter((id) => id !== undefined);
  const members = await notificationsAbout(context, acting, filter);
  const groups = await gather(context, { where: members, key, shown, edges });
  return { groups, edges };
}

/** How many groups there are on a page; see `listGroups`. */
export async function countGroups(
  context: Context,
  acting: Acting,
  page: KeysetPage,
  filter: NotificationFilter & { readonly grouped: readonly Groupable[] },
): Promise<number> {
  return (await listGroups(context, acting, page, filter)).groups.length;
}

/**
 * A group by its key.
 * @throws AppError `not_found`
 */
export async function getGroup(
  context: Context,
  acting: Acting,
  groupKey: string,
): Promise<NotificationGroup> {
  const where = and(await notificationsOf(context, acting, WITH_FILTERED), isOfGroup(groupKey));
  const page: KeysetPage = { before: null, after: null, upwards: false, limit: 1 };
  const [latest] = await revealRows(context, acting, await readRows(context, where, page));
  if (latest === undefined) throw notFound();
  const key = sql`${groupKey}::text`;
  const [group] = await gather(context, { where, key, shown: [[groupKey, latest]], edges: [] });
  if (group === undefined) throw notFound();
  return group;
}

/** Those who caused the notifications of a group, with the notification of each, newest first. */
export async function listGroupSenders(
  context: Context,
  acting: Acting,
  groupKey: string,
  page: KeysetPage,
): Promise<{ readonly id: bigint; readonly actor: ActorRecord }[]> {
  const where = and(
    await notificationsOf(context, acting, WITH_FILTERED),
    isOfGroup(groupKey),
    keysetSql(page, notifications.id).where,
  );
  const rows = await revealRows(context, acting, await readRows(context, where, page));
  return newestFirst(page, rows).map(({ id, from }) => ({ id, actor: from }));
}

const WITH_FILTERED: NotificationFilter = { ...ALL_NOTIFICATIONS, withFiltered: true };

/** SQL: a notification belongs to that group; any notification may stand alone as `ungrouped-ID`. */
export function isOfGroup(groupKey: string): SQL {
  const alone = /^ungrouped-(\d{1,18})$/.exec(groupKey)?.[1];
  return alone === undefined
    ? eq(notifications.groupKey, groupKey)
    : eq(notifications.id, BigInt(alone));
}

function keyIn(grouped: readonly Groupable[]): SQL {
  return sql`(case when ${notifications.type} in ${texts(grouped)} then ${notifications.groupKey}
    else 'ungrouped-' || ${notifications.id} end)`;
}

function keyOf(
  { id, type, groupKey }: { id: bigint; type: NotificationType; groupKey: string },
  grouped: readonly Groupable[],
): string {
  return grouped.some((each) => each === type) ? groupKey : `ungrouped-${id}`;
}

interface Gathering {
  /** which notifications count, besides being of one of the groups */
  readonly where: SQL | undefined;
  readonly key: SQL;
  /** group key → its newest notification on the page */
  readonly shown: readonly (readonly [string, RevealedNotification])[];
  readonly edges: readonly bigint[];
}

/** Everything in a group is about one thing: what was revealed for one is so for all. */
async function gather(
  context: Context,
  { where, key, shown, edges }: Gathering,
): Promise<NotificationGroup[]> {
  if (shown.length === 0) return [];
  const [newest, oldest] = [edges[0] ?? null, edges.at(-1) ?? null];
  const onPage = sql`${notifications.id} between ${oldest}::bigint and ${newest}::bigint`;
  const isShown = sql`${key} in ${texts(shown.map(([each]) => each))}`;
  const rows = await context.db
    .select({
      key: sql<string>`${key} as group_id`,
      count: sql<string>`count(*)`,
      first: sql<string | null>`min(${notifications.id}) filter (where ${onPage})`,
      last: sql<string | null>`max(${notifications.id}) filter (where ${onPage})`,
      at: sql<string | null>`max(${notifications.createdAt}) filter (where ${onPage})`,
      senders: sql<string>`array_to_string((array_agg(${notifications.fromId}
        order by ${notifications.id} desc))[1:${SAMPLES}], ',')`,
    })
    .from(notifications)
    .innerJoin(senders, eq(senders.id, notifications.fromId))
    .where(and(where, or(...shown.map(([each]) => isOfGroup(each))), isShown))
    .groupBy(sql`group_id`);
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const samples = new Set(rows.flatMap((row) => row.senders.split(",")));
  const known = await readActors(context, [...samples].map(BigInt));
  return shown.flatMap(([each, latest]) => {
    const row = byKey.get(each);
    if (row === undefined) return [];
    const { first, last, at } = row;
    return [
      {
        key: each,
        count: Number(row.count),
        latest,
        onPage:
          first === null || last === null || at === null
            ? null
            : { first: BigInt(first), last: BigInt(last), at: new Date(at) },
        samples: row.senders.split(",").flatMap((id) => known.get(BigInt(id))?.actor ?? []),
      },
    ];
  });
}
