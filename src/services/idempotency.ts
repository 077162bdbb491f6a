import { and, eq, lt } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import { hashToken } from "../platform/crypto/tokens.ts";
import type { Transaction } from "../persistence/database.ts";
import { idempotencyKeys } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";

/**
 * Called in the transaction that stores a post, once it is stored: throws `AlreadyDone`, which undoes
 * everything, when the same was carried out before.
 */
export type Once = (tx: Transaction, postId: Id) => Promise<void>;

/** Thrown through a transaction to undo it; never leaves the services. */
export class AlreadyDone extends Error {}

/** How long a key stands for the same request. */
const KEPT_MS = 3_600_000;

/** What an `Idempotency-Key` stands for. */
export interface Done {
  readonly postId: Id | null;
  readonly scheduledId: Id | null;
}

/**
 * Takes the key for what was just stored. Of two requests at once the second waits here until the
 * first has committed.
 * @throws AlreadyDone when the key was used within the hour
 */
export async function takeKey(
  context: Context,
  tx: Transaction,
  { actor }: Acting,
  key: string,
  done: Partial<Done>,
): Promise<void> {
  const now = context.now();
  const values = {
    postId: done.postId ?? null,
    scheduledId: done.scheduledId ?? null,
    createdAt: now,
  };
  const taken = await tx
    .insert(idempotencyKeys)
    .values({ actorId: actor.id, key: hashToken(key), ...values })
    .onConflictDoUpdate({
      target: [idempotencyKeys.actorId, idempotencyKeys.key],
      set: values,
      setWhere: lt(idempotencyKeys.createdAt, new Date(now.getTime() - KEPT_MS)),
    })
    .returning({ key: idempotencyKeys.key });
  if (taken.length === 0) throw new AlreadyDone();
}

/** What the key was used for; null when it was not. */
export async function findDone(
  context: Context,
  { actor }: Acting,
  key: string,
): Promise<Done | null> {
  const [row] = await context.db
    .select({ postId: idempotencyKeys.postId, scheduledId: idempotencyKeys.scheduledId })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.actorId, actor.id), eq(idempotencyKeys.key, hashToken(key))));
  return row ?? null;
}

/** Removes the keys that stand for nothing any more. */
export async function forgetKeys(context: Context): Promise<void> {
  const before = new Date(context.now().getTime() - KEPT_MS);
  await context.db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, before));
}
