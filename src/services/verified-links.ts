import { eq } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import { parseId } from "../domain/ids.ts";
import { announceChange } from "../persistence/changes.ts";
import { findActorById, type ActorRecord } from "../persistence/repositories/actors.ts";
import { actors } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { linkIn } from "./profile.ts";

/**
 * Job: looks whether the pages that a profile of ours links to link back to it with `rel="me"`, and
 * notes when that was seen. A page that does not answer is asked again when the profile is next saved.
 */
export async function handleVerifyLinks(
  context: Context,
  payload: { readonly actorId: string },
): Promise<void> {
  const id = parseId(payload.actorId);
  const actor = id === null ? null : await findActorById(context.db, id);
  if (actor === null || actor.kind === "remote") return;
  const verified = new Set<string>();
  for (const { value, verifiedAt } of actor.fields) {
    const link = linkIn(value);
    if (link === null || verifiedAt !== undefined) continue;
    if (await linksBack(context, actor, link)) verified.add(value);
  }
  if (verified.size > 0) await note(context, actor, verified);
}

async function linksBack(context: Context, actor: ActorRecord, link: string): Promise<boolean> {
  try {
    return await context.remote.linksBack(link, [actor.url, actor.iri]);
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** The profile may have been changed meanwhile: only fields that still say the same are noted. */
async function note(context: Context, actor: ActorRecord, verified: Set<string>): Promise<void> {
  const verifiedAt = context.now().toISOString();
  await context.db.transaction(async (tx) => {
    const [locked] = await tx
      .select({ fields: actors.fields })
      .from(actors)
      .where(eq(actors.id, actor.id))
      .for("update");
    const fields = (locked?.fields ?? []).map((field) =>
      verified.has(field.value) ? { ...field, verifiedAt } : field,
    );
    await tx.update(actors).set({ fields }).where(eq(actors.id, actor.id));
    if (actor.kind === "organization") await announceChange(tx, "organization");
  });
  if (actor.kind === "organization") context.memory.forget();
}
