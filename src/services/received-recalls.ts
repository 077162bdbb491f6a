import { and, eq, isNull, sql } from "drizzle-orm";
import { partnersFor } from "../domain/audience/partners.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { lockArrivingPost } from "../persistence/repositories/arriving-posts.ts";
import { addEvents } from "../persistence/repositories/disclosures.ts";
import { activities, actors, disclosures, posts } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";
import { partnersIn } from "./partners.ts";
import type { Outcome } from "./received-activities.ts";
import { withdrawRemotePost } from "./deleted-posts.ts";

/**
 * Tells an organization of our kind that what it recalled from us is gone here. Nobody else gets an
 * answer to a Delete: it would tell them that we keep count.
 */
export async function acknowledgeRecall(
  context: Context,
  tx: Transaction,
  owner: ActorRecord,
  recall: { readonly iri: string; readonly to: readonly string[] },
): Promise<void> {
  const { organization } = context.iris;
  if (owner.kin === null || owner.type !== "Organization") return;
  if (!recall.to.includes(organization)) return;
  const { actor } = await requireOrganization(context);
  const iri = context.iris.activity(context.newKey());
  const said = { deleteIri: recall.iri, by: organization, to: owner.iri };
  await recordActivity(context, tx, {
    iri,
    actorId: actor.id,
    type: "Accept",
    audience: [{ kind: "person", actor: owner.iri }],
    body: context.wire.acknowledge(iri, said),
    to: [owner.id],
  });
}

/**
 * Somebody says that what we recalled is gone at their place. It counts from the one to whom the
 * Delete went. Null when `deleteIri` is no recall of ours: the Accept is about something else.
 */
export async function receiveAcknowledgement(
  context: Context,
  tx: Transaction,
  from: ActorRecord,
  deleteIri: string,
): Promise<Outcome | null> {
  const [recall] = await tx
    .select({ disclosureId: disclosures.id, recipientId: disclosures.actorId })
    .from(activities)
    .innerJoin(disclosures, eq(disclosures.id, activities.disclosureId))
    .where(and(eq(activities.iri, deleteIri), eq(activities.type, "Delete")));
  if (recall === undefined) return null;
  if (recall.recipientId !== from.id) return "ignored:not-theirs";
  const { disclosureId } = recall;
  const event = { disclosureId, event: "recall_acknowledged" as const, detail: "" };
  await addEvents(tx, [event], context.now());
  return "stored";
}

/**
 * When a partnership has ended we keep nothing that came under it, whether or not its owner's recall
 * ever arrives. The policy has closed it already; a job empties it, as the owner's own Deletes come at
 * the same time and each of the two would wait for what the other has locked.
 */
export async function discardCopiesFrom(
  context: Context,
  tx: Transaction,
  owner: ActorRecord,
): Promise<void> {
  await context.jobs.enqueue(tx, "discard-copies", { organization: owner.iri });
}

/** The job `discard-copies`: empties what came from a former partner, one post at a time. */
export async function handleDiscardCopies(
  context: Context,
  { organization }: { readonly organization: string },
): Promise<void> {
  const origin = URL.parse(organization)?.origin ?? "none";
  const { partners } = await partnersIn(context, context.db);
  const atom = `partner:${context.iris.organization}`;
  const copies = await context.db
    .select({ id: posts.id, iri: posts.iri })
    .from(posts)
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .where(
      and(
        eq(posts.local, false),
        isNull(posts.withdrawnAt),
        sql`${posts.audience} @> ${sql.param([atom], posts.audience)}`,
        sql`starts_with(coalesce(${posts.relayedBy}, ${actors.iri}), ${`${origin}/`})`,
      ),
    );
  for (const copy of copies) {
    if (partnersFor(partners, copy.iri).has(organization)) continue;
    await context.db.transaction(async (tx) => {
      await lockArrivingPost(tx, copy.iri);
      await withdrawRemotePost(context, tx, copy);
    });
  }
}
