import { and, eq, ne } from "drizzle-orm";
import { AppError, notFound } from "../domain/errors.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import {
  findActorByHandle,
  findActorByIri,
  type ActorRecord,
} from "../persistence/repositories/actors.ts";
import { actors } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { requireOpenOrigin } from "./origin-rules.ts";
import { readOnce } from "./remote-reading.ts";
import { markActorGone, storeRemoteActor } from "./store-remote-actor.ts";
import { refreshSoon } from "./unverified.ts";

const DAY_MS = 86_400_000;

/**
 * An actor by IRI: ours or known from memory or database, else read from its origin and stored.
 * One that was read more than a day ago is used as it is, while a job reads it again.
 * @throws AppError `not_found` for what would be ours, `remote_…` when it cannot be read
 */
export async function ensureActor(context: Context, iri: string): Promise<ActorRecord> {
  const { actors: known, unproven } = context.memory.remote;
  const remembered = known.get(iri);
  if (remembered !== undefined) return remembered;
  const record = await findActorByIri(context.db, iri);
  if (record !== null && !isHearsay(record)) {
    await refreshIfStale(context, record);
    known.set(iri, record);
    return record;
  }
  if (isSameOrigin(iri, context.iris.origin)) throw notFound();
  const read = unproven.get(iri);
  return read === undefined
    ? fetchActor(context, iri)
    : storeRemoteActor(context, context.db, read);
}

/**
 * The actor that a person means by a handle (`@bravo@bravo.example`, `acct:…`) or by a web address:
 * of the actor or of its page.
 * @throws AppError `actor_not_understood`, `not_found`, `origin_refused`, `remote_…`
 */
export async function resolveActor(context: Context, handleOrUrl: string): Promise<ActorRecord> {
  const text = handleOrUrl.trim();
  const handle = parseRemoteHandle(text);
  if (handle !== null) {
    await requireOpenOrigin(context, `https://${handle.host}`);
    const known = await findActorByHandle(context.db, handle.username, handle.host);
    if (known !== null) return usable(context, known);
    if (handle.host === context.config.host) throw notFound();
    return readActor(context, await context.remote.findActor(handle));
  }
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (url === null || (!url.hostname.includes(".") && url.hostname !== "localhost")) {
    throw new AppError(
      "actor_not_understood",
      "Write a handle such as @bravo@bravo.example, or the address of a profile.",
      { status: 422 },
    );
  }
  const known = await findActorByIri(context.db, text);
  if (known !== null) return usable(context, known);
  if (url.origin === context.iris.origin) return findOwnByPage(context, url.href);
  const found = await context.remote.readObject(url.href);
  if (found.kind === "actor") return storeRemoteActor(context, context.db, found.actor);
  throw new AppError(
    "actor_not_understood",
    `${url.host} has a post at this address, no profile.`,
    {
      status: 422,
    },
  );
}

/** A known actor; one that is said to be gone, or whose handle was lost, is asked for once more. */
async function usable(context: Context, actor: ActorRecord): Promise<ActorRecord> {
  await requireOpenOrigin(context, actor.iri);
  if (actor.kind === "remote" && (actor.goneAt !== null || isHearsay(actor))) {
    return readActor(context, actor.iri);
  }
  await refreshIfStale(context, actor);
  return actor;
}

/** Known by what the owner of a discussion said of the author of a reply, and never read itself. */
function isHearsay({ kind, inbox }: ActorRecord): boolean {
  return kind === "remote" && inbox === "";
}

async function findOwnByPage(context: Context, url: string): Promise<ActorRecord> {
  const [row] = await context.db
    .select()
    .from(actors)
    .where(and(ne(actors.kind, "remote"), eq(actors.url, url)))
    .limit(1);
  if (row === undefined) throw notFound();
  return row;
}

/**
 * Reads an actor from its origin now, because a person asks or something new depends on it: earlier
 * failures do not count.
 * @throws AppError `remote_…`
 */
export function readActor(context: Context, iri: string): Promise<ActorRecord> {
  return fetchActor(context, iri, { again: true });
}

async function fetchActor(
  context: Context,
  iri: string,
  options: { readonly again?: boolean } = {},
): Promise<ActorRecord> {
  const read = async (): Promise<ActorRecord> => {
    const actor = await context.remote.readActor(iri);
    return storeRemoteActor(context, context.db, actor);
  };
  return readOnce(context, { what: "actor", iri }, read, options);
}

async function refreshIfStale(context: Context, actor: ActorRecord): Promise<void> {
  if (actor.kind !== "remote") return;
  const { refreshes } = context.memory.remote;
  const age = context.now().getTime() - (actor.fetchedAt?.getTime() ?? 0);
  if (age < DAY_MS || refreshes.has(actor.iri)) return;
  refreshes.set(actor.iri, true);
  await refreshSoon(context, actor.iri);
}

/**
 * Job: reads a known actor again. One whose origin answers that it is deleted is marked gone; when
 * the origin does not answer, the actor stays as it is until it is next needed.
 */
export async function handleRefreshActor(
  context: Context,
  { iri }: { readonly iri: string },
): Promise<void> {
  const known = await findActorByIri(context.db, iri);
  if (known === null || known.kind !== "remote") return;
  try {
    const handle = { username: known.handle, host: known.host };
    const actor = await context.remote.readActor(iri, handle);
    if (actor.iri === iri) await storeRemoteActor(context, context.db, actor);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "remote_gone") await markActorGone(context, iri);
  }
}
