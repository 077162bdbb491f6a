import { and, eq, sql, type SQL } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { isTag, normalizeTag } from "../domain/tag.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import {
  findPublicCandidates,
  type PublicFilter,
} from "../persistence/repositories/public-timelines.ts";
import {
  findCandidates,
  GIVEN,
  type Reader,
  type TimelineKind,
} from "../persistence/repositories/timelines.ts";
import { lists } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { actorsHiddenFrom, hostsHiddenFrom, notHiddenFrom } from "./hiding.ts";
import type { KeysetPage } from "./keyset-page.ts";
import { requireOrganization } from "./organization.ts";
import { EMPTY_PAGE, fillPage, type TimelinePage } from "./timeline-pages.ts";

export type { TimelinePage } from "./timeline-pages.ts";

/**
 * The home of whom the client acts as: what they and the organization follow, with what those boost;
 * what was addressed to them, to the organization or to its members; their own; and public posts under
 * the hashtags that they follow. Replies only to those whom they read anyway. Without what they hide,
 * and whom they read in exclusive lists.
 */
export async function homeTimeline(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<TimelinePage> {
  const { actor } = acting;
  const { actor: organization } = await requireOrganization(context);
  const reader = readerOf(context, actor, organization, null);
  return fillPage(context, acting, page, "home", (stretch) =>
    findCandidates(context.db, HOME, reader, stretch),
  );
}

const HIDDEN = actorsHiddenFrom(GIVEN.me, GIVEN.now);

const HOME: TimelineKind = {
  name: "home",
  among: sql`true`,
  answered: (author) => sql`${author} in (select id from chosen)`,
  unwanted: sql`${HIDDEN} union all select m.actor_id from list_members m
    join lists l on l.id = m.list_id where l.owner_id = ${GIVEN.me} and l.exclusive`,
  unwantedHosts: hostsHiddenFrom(GIVEN.me),
  whole: true,
};

function readerOf(
  context: Context,
  actor: ActorRecord,
  organization: ActorRecord,
  list: Id | null,
): Reader {
  const places = [`person:${actor.iri}`, `partner:${organization.iri}`, "members"];
  return {
    me: actor.id,
    followers: [actor.id, organization.id],
    places,
    atoms: ["public", ...places],
    list,
    now: context.now(),
  };
}

/**
 * What those on one of the actor's lists post and boost; replies by the list's policy.
 * @throws AppError `not_found`
 */
export async function listTimeline(
  context: Context,
  acting: Acting,
  listId: Id,
  page: KeysetPage,
): Promise<TimelinePage> {
  const { actor } = acting;
  const [list] = await context.db
    .select()
    .from(lists)
    .where(and(eq(lists.id, listId), eq(lists.ownerId, actor.id)));
  if (list === undefined) throw notFound();
  const { actor: organization } = await requireOrganization(context);
  const reader = readerOf(context, actor, organization, listId);
  return fillPage(context, acting, page, "home", (stretch) =>
    findCandidates(context.db, LISTS[list.repliesPolicy], reader, stretch),
  );
}

const ON_LIST = sql`select actor_id from list_members where list_id = ${GIVEN.list}`;

const LISTS = {
  none: listKind("none", () => sql`false`),
  list: listKind("list", (author) => sql`${author} in (${ON_LIST})`),
  followed: listKind(
    "followed",
    (author) => sql`${author} in (select followee_id from follows
      where follower_id = any(${GIVEN.followers}::bigint[]) and state = 'accepted')`,
  ),
} as const;

function listKind(policy: string, answered: TimelineKind["answered"]): TimelineKind {
  return {
    name: `list_${policy}`,
    among: sql`f.followee_id in (${ON_LIST})`,
    answered,
    unwanted: HIDDEN,
    unwantedHosts: hostsHiddenFrom(GIVEN.me),
    whole: false,
  };
}

/** What public timelines can be narrowed to. */
export interface PublicTimeline {
  readonly local: boolean;
  readonly remote: boolean;
  readonly onlyMedia: boolean;
}

/**
 * Public posts that are not quiet, without replies to others and without boosts. Visitors get our own:
 * what others publish they read where it comes from.
 */
export function publicTimeline(
  context: Context,
  acting: Acting | null,
  asked: PublicTimeline,
  page: KeysetPage,
): Promise<TimelinePage> {
  return listPublic(context, acting, { ...asked, tags: null, all: [], none: [] }, page);
}

/** Which hashtags, written in whatever case: under the first or any of `any`, all of `all`, none of `none`. */
export interface TagTimeline extends PublicTimeline {
  readonly tag: string;
  readonly any: readonly string[];
  readonly all: readonly string[];
  readonly none: readonly string[];
}

/** Public posts under hashtags; the topics of practices are hashtags too. As `publicTimeline`. */
export function tagTimeline(
  context: Context,
  acting: Acting | null,
  { tag, any, all, none, ...asked }: TagTimeline,
  page: KeysetPage,
): Promise<TimelinePage> {
  const normal = (tags: readonly string[]) => [...new Set(tags.map(normalizeTag))].filter(isTag);
  const tags = normal([tag, ...any]);
  return listPublic(
    context,
    acting,
    { ...asked, tags, all: normal(all), none: normal(none) },
    page,
  );
}

async function listPublic(
  context: Context,
  acting: Acting | null,
  asked: PublicTimeline & Pick<PublicFilter, "tags" | "all" | "none">,
  page: KeysetPage,
): Promise<TimelinePage> {
  const { local, remote, ...rest } = asked;
  const onlyOurs = local || acting === null;
  // Local and remote at once is nothing, and so is what visitors could get of others.
  if (remote && onlyOurs) return EMPTY_PAGE;
  const filter: PublicFilter = {
    ...rest,
    origin: onlyOurs ? "here" : remote ? "elsewhere" : null,
    unwanted: hiddenFrom(context, acting),
  };
  return fillPage(context, acting, page, "public", (stretch) =>
    findPublicCandidates(context.db, filter, stretch),
  );
}

/** SQL: an actor whom the one who looks does not want to see, or who does not want to be seen. */
function hiddenFrom(context: Context, acting: Acting | null): (id: SQL, host: SQL) => SQL {
  return (id, host) => sql`not ${notHiddenFrom(context, acting, { id, host })}`;
}
