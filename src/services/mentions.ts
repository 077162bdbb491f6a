import { and, isNull, sql } from "drizzle-orm";
import type { Audience } from "../domain/audience/audience.ts";
import { AppError } from "../domain/errors.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import type { Id } from "../domain/ids.ts";
import type { Queryable } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { bigints, rowsFrom } from "../persistence/repositories/set-parameters.ts";
import { actors, type PostTag } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { resolveActor } from "./remote-actors.ts";

/** How many of those whom a post mentions are looked at. */
const MOST_MENTIONS = 50;
/** How many unknown ones are asked for elsewhere, and how long their answers are waited for. */
const MOST_LOOKUPS = 5;
const LOOKUP_MS = 3_000;

/** A name as it was written; `host` is null for our own people. */
export interface MentionedName {
  readonly username: string;
  readonly host: string | null;
}

/** Name as it was written (`@bo@bravo.example`, lower case) → who that is. */
export type Mentioned = ReadonlyMap<string, ActorRecord>;

/** The key of a name in `Mentioned`. */
export function mentionKey({ username, host }: MentionedName): string {
  return `@${username}${host === null ? "" : `@${host}`}`.toLowerCase();
}

/** Reads a name as it is written in a text: `@ana` or `@bo@bravo.example`. */
export function readMention(text: string): MentionedName {
  const [username = "", host = null] = text.replace(/^@/, "").split("@");
  return { username, host };
}

const NAME = String.raw`(@[^\s@,]+(?:@[^\s@,]*[^\s@,:])?)`;
const FIRST_NAME = new RegExp(String.raw`[\s,]*${NAME}[,:]?(?=\s|$)`, "y");
const LAST_NAME = new RegExp(String.raw`(?:^|[\s,])${NAME}[\s,]*$`);
/** More names than these at an end of a text are no address. */
const MOST_ADDRESSEES = 100;

/**
 * A text without the names of addressees with which it begins and ends: they say whom it is for, and
 * what one partner reads must not name the others.
 */
export function withoutAddressees(
  text: string,
  isAddressee: (name: MentionedName) => boolean,
): string {
  let start = 0;
  let end = text.length;
  for (let count = 0; count < MOST_ADDRESSEES; count += 1) {
    FIRST_NAME.lastIndex = start;
    const [whole = "", written = ""] = FIRST_NAME.exec(text) ?? [];
    if (written === "" || !isAddressee(readMention(written))) break;
    start += whole.length;
  }
  for (let count = 0; count < MOST_ADDRESSEES; count += 1) {
    const [whole = "", written = ""] = LAST_NAME.exec(text.slice(start, end)) ?? [];
    if (written === "" || !isAddressee(readMention(written))) break;
    end -= whole.length;
  }
  return text.slice(start, end).replace(/^[\s,]+|[\s,]+$/g, "");
}

/**
 * Who is meant by the names in a post. With `lookUp`, a few whom we do not know are asked for at
 * their own servers, for a few seconds; whoever answers later is known the next time.
 */
export async function findMentioned(
  context: Context,
  names: readonly MentionedName[],
  { lookUp }: { readonly lookUp: boolean },
): Promise<Mentioned> {
  const wanted = new Map<string, Handle>();
  for (const name of names) {
    const handle = handleOf(context, name);
    if (handle !== null && wanted.size < MOST_MENTIONS) wanted.set(mentionKey(name), handle);
  }
  if (wanted.size === 0) return new Map();
  const known = await findByHandles(context.db, [...wanted.values()]);
  const found = new Map<string, ActorRecord>();
  const unknown: [string, Handle][] = [];
  for (const [key, handle] of wanted) {
    const actor = known.get(acctOf(handle));
    if (actor !== undefined) found.set(key, actor);
    else if (handle.host !== context.config.host) unknown.push([key, handle]);
  }
  if (lookUp && unknown.length > 0) {
    for (const [key, actor] of await lookUpElsewhere(context, unknown)) found.set(key, actor);
  }
  return found;
}

interface Handle {
  readonly username: string;
  readonly host: string;
}

function handleOf(context: Context, { username, host }: MentionedName): Handle | null {
  if (host === null) return { username, host: context.config.host };
  return parseRemoteHandle(`${username}@${host}`);
}

function acctOf({ username, host }: Handle): string {
  return `${username.toLowerCase()}@${host}`;
}

async function findByHandles(
  db: Queryable,
  handles: readonly Handle[],
): Promise<Map<string, ActorRecord>> {
  const given = rowsFrom(
    handles.map(({ username, host }) => ({ username: username.toLowerCase(), host })),
  );
  const rows = await db
    .select({ actor: actors })
    .from(actors)
    .innerJoin(
      sql`${given} as named (username text, host text)`,
      sql`lower(${actors.handle}) = named.username and ${actors.host} = named.host`,
    )
    .where(
      and(
        isNull(actors.goneAt),
        isNull(actors.suspendedAt),
        sql`${actors.kind} <> 'instance' and ${actors.inbox} <> ''`,
      ),
    );
  return new Map(
    rows.map(({ actor }) => [acctOf({ username: actor.handle, host: actor.host }), actor]),
  );
}

/** Those who answered in time, the others left out. */
async function lookUpElsewhere(
  context: Context,
  unknown: readonly [string, Handle][],
): Promise<[string, ActorRecord][]> {
  const found: [string, ActorRecord][] = [];
  const asked = unknown.slice(0, MOST_LOOKUPS).map(async ([key, { username, host }]) => {
    try {
      const actor = await resolveActor(context, `@${username}@${host}`);
      if (actor.goneAt === null && actor.suspendedAt === null) found.push([key, actor]);
    } catch (error) {
      // Nobody there, or nobody who answers: it stays text.
      if (!(error instanceof AppError)) throw error;
    }
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LOOKUP_MS);
  });
  await Promise.race([Promise.all(asked), late]);
  clearTimeout(timer);
  return [...found];
}

/**
 * The mentions that go out with a post. Other servers show a post to whomever it mentions, so outside
 * of what is public only those are among them for whom the post is anyway (rule 4). Partners are not:
 * each is mentioned in its own copy alone.
 */
export async function mentionTags(
  db: Queryable,
  author: ActorRecord,
  mentioned: Iterable<ActorRecord>,
  audience: Audience,
): Promise<PostTag[]> {
  const others = [...new Map([...mentioned].map((actor) => [actor.id, actor])).values()].filter(
    (actor) => actor.id !== author.id,
  );
  if (others.length === 0) return [];
  const kinds = new Set(audience.map((atom) => atom.kind));
  const named = new Set(audience.flatMap((atom) => (atom.kind === "person" ? [atom.actor] : [])));
  const following = kinds.has("followers") ? await followersAmong(db, author, others) : NOBODY;
  return others
    .filter(
      (actor) =>
        kinds.has("public") ||
        named.has(actor.iri) ||
        (kinds.has("members") && actor.kind !== "remote") ||
        following.has(actor.id),
    )
    .map(mentionOf);
}

const NOBODY: ReadonlySet<Id> = new Set();

/** The tag that mentions an actor. */
export function mentionOf({ handle, host, iri }: ActorRecord): PostTag {
  return { type: "Mention", name: `@${handle}@${host}`, href: iri };
}

async function followersAmong(
  db: Queryable,
  { id }: ActorRecord,
  others: readonly ActorRecord[],
): Promise<ReadonlySet<Id>> {
  const rows = await db.execute<{ id: string }>(sql`
    select follower_id::text as id from follows
    where followee_id = ${id.toString()}::bigint and state = 'accepted'
      and follower_id = any(${bigints(others.map((actor) => actor.id))})`);
  return new Set(rows.map((row) => BigInt(row.id)));
}
