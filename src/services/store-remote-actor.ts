import { and, eq, ne, notInArray, sql } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Queryable, Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { reviveInboxes } from "../persistence/repositories/deliveries.ts";
import { actors, remoteKeys } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { RemoteActor, RemoteKey } from "./remote.ts";

/**
 * Stores what an actor's own document says, with its keys; the actor may be new or known. A
 * suspended actor stays suspended; one that was gone is back. Five statements.
 * @throws AppError `remote_invalid` for an actor that pretends to be ours
 */
export async function storeRemoteActor(
  context: Context,
  db: Queryable,
  actor: RemoteActor,
): Promise<ActorRecord> {
  if (isSameOrigin(actor.iri, context.iris.origin) || actor.host === context.config.host) {
    throw new AppError("remote_invalid", `${actor.iri} pretends to be on this server.`, {
      status: 422,
    });
  }
  const record = await db.transaction(async (tx) => {
    await freeHandle(tx, actor);
    const { keys, handle, host, iri, ...rest } = actor;
    const values = {
      ...rest,
      handle,
      host,
      fields: [...actor.fields],
      alsoKnownAs: [...actor.alsoKnownAs],
      kin: actor.kin === null ? null : { ...actor.kin },
      fetchedAt: context.now(),
      goneAt: null,
    };
    const [row] = await tx
      .insert(actors)
      .values({ ...values, iri, kind: "remote" })
      .onConflictDoUpdate({ target: actors.iri, set: values, setWhere: eq(actors.kind, "remote") })
      .returning();
    if (row === undefined) throw new Error(`${iri} is one of our own actors`);
    await storeKeys(tx, row, keys, context.now());
    // A partner that has moved is none until a manager confirms it.
    if (row.kin !== null && row.movedTo !== null) await announceChange(tx, "partners");
    // Its server answers: an inbox that answered 404 or 410 is worth another try.
    await reviveInboxes(tx, [row.inbox, ...(row.sharedInbox === null ? [] : [row.sharedInbox])]);
    return row;
  });
  context.memory.remote.forgetActor(actor.iri);
  return record;
}

/**
 * A handle can move to another actor (an account deleted and made anew); the newer document, whose
 * handle WebFinger has just confirmed, wins. The older actor gets a placeholder and is read again
 * when it is next needed.
 */
async function freeHandle(tx: Transaction, { handle, host, iri }: RemoteActor): Promise<void> {
  await tx
    .update(actors)
    .set({ handle: sql`'moved-' || ${actors.id}`, fetchedAt: null })
    .where(
      and(
        sql`lower(${actors.handle}) = lower(${handle})`,
        eq(actors.host, host),
        ne(actors.iri, iri),
        eq(actors.kind, "remote"),
      ),
    );
}

/** The actor's keys become those of its document; without any in it, those we know from elsewhere stay. */
async function storeKeys(
  tx: Transaction,
  { id }: ActorRecord,
  keys: readonly RemoteKey[],
  fetchedAt: Date,
): Promise<void> {
  if (keys.length === 0) return;
  const keyIris = keys.map((key) => key.keyIri);
  await tx
    .delete(remoteKeys)
    .where(and(eq(remoteKeys.actorId, id), notInArray(remoteKeys.keyIri, keyIris)));
  await tx
    .insert(remoteKeys)
    .values(
      keys.map(({ keyIri, algorithm, pem }) => ({
        keyIri,
        actorId: id,
        algorithm,
        publicKeyPem: pem,
        fetchedAt,
      })),
    )
    .onConflictDoUpdate({
      target: remoteKeys.keyIri,
      set: {
        algorithm: sql`excluded.algorithm`,
        publicKeyPem: sql`excluded.public_key_pem`,
        fetchedAt: sql`excluded.fetched_at`,
      },
      // A key never passes from one actor to another: that would be somebody writing another's id.
      setWhere: eq(remoteKeys.actorId, id),
    });
}

/** Its origin says that the actor is deleted: nothing of it is shown, nothing sent to it any more. */
export async function markActorGone(context: Context, iri: string): Promise<void> {
  await context.db
    .update(actors)
    .set({ goneAt: context.now(), fetchedAt: context.now() })
    .where(and(eq(actors.iri, iri), eq(actors.kind, "remote")));
  await announceChange(context.db, "partners");
  context.memory.remote.forgetActor(iri);
}
