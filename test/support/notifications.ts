import { reactions, type NotificationType } from "../../src/persistence/schema/index.ts";
import { notify } from "../../src/services/notifications.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import type { TestInstance } from "./context.ts";
import { addRemoteActor } from "./web-world.ts";

/** Tells one of our actors of something that somebody did. */
export async function tell(
  { context }: Pick<TestInstance, "context">,
  recipient: Pick<ActorRecord, "id">,
  type: NotificationType,
  from: Pick<ActorRecord, "id">,
  postId: bigint | null = null,
): Promise<void> {
  const occurrence = { recipientId: recipient.id, type, fromId: from.id, postId };
  await context.db.transaction((tx) => notify(context, tx, occurrence));
}

let number = 0;

/** Somebody elsewhere favourites a post of one of our actors. */
export async function favouriteFromElsewhere(
  instance: Pick<TestInstance, "context">,
  recipient: Pick<ActorRecord, "id">,
  postId: bigint,
): Promise<ActorRecord> {
  number += 1;
  const from = await addRemoteActor(instance.context, `fan${number}`);
  const iri = `${from.iri}/likes/${postId}`;
  await instance.context.db
    .insert(reactions)
    .values({ iri, type: "favourite", actorId: from.id, postId });
  await tell(instance, recipient, "favourite", from, postId);
  return from;
}
