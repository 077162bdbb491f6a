import { and, eq } from "drizzle-orm";
import { invalid } from "../domain/errors.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { accountNotes } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";

const LONGEST_NOTE = 2_000;

/** What the actor notes about somebody, for itself; an empty text removes it. @throws AppError `invalid_request` */
export async function noteAbout(
  context: Context,
  acting: Acting,
  about: ActorRecord,
  text: string,
): Promise<void> {
  const comment = text.trim();
  if (comment.length > LONGEST_NOTE) {
    throw invalid({ comment: `at most ${LONGEST_NOTE} characters` });
  }
  const key = { actorId: acting.actor.id, targetId: about.id };
  if (comment === "") {
    await context.db
      .delete(accountNotes)
      .where(and(eq(accountNotes.actorId, key.actorId), eq(accountNotes.targetId, key.targetId)));
    return;
  }
  await context.db
    .insert(accountNotes)
    .values({ ...key, comment })
    .onConflictDoUpdate({
      target: [accountNotes.actorId, accountNotes.targetId],
      set: { comment },
    });
}
