import { eq } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import { announceChange } from "../persistence/changes.ts";
import {
  findActorByHandle,
  findActorByIri,
  type ActorRecord,
} from "../persistence/repositories/actors.ts";
import { actors } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { requireAdmin, type Member } from "./members.ts";

/**
 * Suspends one actor of another instance: nothing that it wrote is shown any more, nothing is sent
 * to it, and what it sends is taken without effect. Its follows stay, for when this ends.
 * @throws AppError `admins_only`, `not_found` for an actor that is not known here or is our own
 */
export async function suspendRemoteActor(
  context: Context,
  admin: Member,
  handleOrIri: string,
): Promise<ActorRecord> {
  return setSuspended(context, admin, { handleOrIri, suspendedAt: context.now() });
}

/** Ends the suspension of an actor of another instance. @throws AppError as `suspendRemoteActor` */
export async function liftRemoteSuspension(
  context: Context,
  admin: Member,
  handleOrIri: string,
): Promise<ActorRecord> {
  return setSuspended(context, admin, { handleOrIri, suspendedAt: null });
}

async function setSuspended(
  context: Context,
  admin: Member,
  { handleOrIri, suspendedAt }: { readonly handleOrIri: string; readonly suspendedAt: Date | null },
): Promise<ActorRecord> {
  requireAdmin(admin);
  const actor = await findKnown(context, handleOrIri.trim());
  if (actor?.kind !== "remote") throw notFound();
  await context.db.transaction(async (tx) => {
    await tx.update(actors).set({ suspendedAt }).where(eq(actors.id, actor.id));
    await announceChange(tx, `document:${actor.iri}`);
    await announceChange(tx, "partners");
  });
  context.memory.forget();
  return { ...actor, suspendedAt };
}

/** Never asks the other server: who is suspended may be on one that is refused. */
function findKnown(context: Context, text: string): Promise<ActorRecord | null> {
  const handle = parseRemoteHandle(text);
  return handle === null
    ? findActorByIri(context.db, text)
    : findActorByHandle(context.db, handle.username, handle.host);
}
