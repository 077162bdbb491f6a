import { and, desc, eq, gt, isNull, notInArray } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import { representForPerson } from "../domain/audience/representation.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorById, type ActorRecord } from "../persistence/repositories/actors.ts";
import { addEvents, findHolders, UNSENT } from "../persistence/repositories/disclosures.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { activities, deliveries, notices } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { replaceQueuedBodies } from "./deliveries.ts";
import { disclosePerson } from "./disclosures.ts";
import type { NoticeOnWire } from "./wire.ts";

type Notice = typeof notices.$inferSelect;

/**
 * Tells people elsewhere who are named in the audience of a practice. On another kind of server they
 * get a notice and open the practice here; on a kin server they get the practice itself, and its
 * edits. Whoever has a notice that stands is not told again: they read the present text here anyway.
 * Call it in the transaction that publishes or revises, with all the people.
 */
export async function noticesFor(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  people: readonly ActorRecord[],
  { tellsTitle }: { readonly tellsTitle?: boolean | undefined } = {},
): Promise<void> {
  const title = tellsTitle ?? (await toldTitleBefore(tx, post.id));
  const holders = new Set(
    (await findHolders(tx, { postId: post.id })).map((holder) => holder.actorId),
  );
  for (const person of people) {
    if (person.kind !== "remote") continue;
    const holds = holders.has(person.id);
    if (person.kin === null) await sendNotice(context, tx, post, person, title);
    else await sendToKin(context, tx, post, person, holds ? "Update" : "Create");
  }
}

/** Whether the author allowed the title when the practice was last shared with somebody. */
async function toldTitleBefore(tx: Transaction, postId: Id): Promise<boolean> {
  const [last] = await tx
    .select({ tellsTitle: notices.tellsTitle })
    .from(notices)
    .where(eq(notices.postId, postId))
    .orderBy(desc(notices.id))
    .limit(1);
  return last?.tellsTitle === true;
}

async function sendNotice(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  person: ActorRecord,
  tellsTitle: boolean,
): Promise<void> {
  const key = context.newKey();
  const [notice] = await tx
    .insert(notices)
    .values({ key, postId: post.id, recipientId: person.id, tellsTitle, createdAt: context.now() })
    .onConflictDoNothing()
    .returning();
  if (notice === undefined) return;
  const iri = context.iris.activity(context.newKey());
  await recordActivity(context, tx, {
    iri,
    actorId: post.authorId,
    type: "Create",
    audience: [{ kind: "person", actor: person.iri }],
    body: context.wire.createNotice(iri, noticeOnWire(context, notice, post, person)),
    noticeId: notice.id,
    disclosureId: await disclosePerson(context, tx, post, person, "notice"),
  });
}

/** A kin server keeps the boundary, so the person reads the practice at home. */
async function sendToKin(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  person: ActorRecord,
  type: "Create" | "Update",
): Promise<void> {
  const iri = context.iris.activity(context.newKey());
  const tags = [...post.tags, mentionOf(person)];
  const theirs = { ...representForPerson(post, person.iri), tags };
  await recordActivity(context, tx, {
    iri,
    actorId: post.authorId,
    type,
    audience: theirs.audience,
    body:
      type === "Create"
        ? context.wire.create(iri, theirs)
        : context.wire.update(iri, theirs, context.now()),
    post: { id: post.id, revision: post.revision },
    disclosureId: await disclosePerson(context, tx, post, person, "kin"),
  });
  if (type === "Update") await replaceQueuedBodies(context, tx, theirs);
}

function mentionOf({ iri, handle, host }: ActorRecord) {
  return { type: "Mention" as const, name: `@${handle}@${host}`, href: iri };
}

/** What a notice says now: the title, where it may be told, is the practice's present one. */
export function noticeOnWire(
  context: Context,
  notice: Notice,
  post: Visible<PostRecord>,
  recipient: ActorRecord,
): NoticeOnWire {
  return {
    iri: context.iris.notice(notice.key),
    author: post.author,
    authorName: post.authorActor.name.trim() || post.authorActor.handle,
    page: context.iris.noticePage(notice.key),
    recipient,
    title: notice.tellsTitle ? post.title : null,
    publishedAt: notice.createdAt,
  };
}

/**
 * Takes the notices of a practice back from everybody but `staying` (actor ids). What waits is dropped; whoever may have got a notice is sent a Delete of it. Call it
 * in the transaction that withdraws the practice or narrows its audience.
 */
export async function recallNotices(
  context: Context,
  tx: Transaction,
  post: Pick<PostRecord, "id" | "author" | "authorId">,
  staying: readonly Id[] = [],
): Promise<void> {
  const recalled = await tx
    .update(notices)
    .set({ withdrawnAt: context.now() })
    .where(
      and(
        eq(notices.postId, post.id),
        isNull(notices.withdrawnAt),
        notInArray(notices.recipientId, [...staying]),
      ),
    )
    .returning();
  for (const notice of recalled) await recall(context, tx, post, notice);
}

async function recall(
  context: Context,
  tx: Transaction,
  { author, authorId }: Pick<PostRecord, "author" | "authorId">,
  notice: Notice,
): Promise<void> {
  const recipient = await findActorById(tx, notice.recipientId);
  const [create] = await tx
    .select({ id: activities.id, disclosureId: activities.disclosureId })
    .from(activities)
    .where(eq(activities.noticeId, notice.id));
  if (recipient === null || create === undefined) return;
  const ofCreate = eq(deliveries.activityId, create.id);
  await tx
    .update(deliveries)
    .set({ state: "dropped", lastResult: "withdrawn", finishedAt: context.now() })
    .where(and(ofCreate, eq(deliveries.state, "queued")));
  const [tried] = await tx
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(ofCreate, gt(deliveries.attempts, 0)))
    .limit(1);
  const { disclosureId } = create;
  const note = async (event: "not_delivered" | "recall_sent", detail: string): Promise<void> => {
    if (disclosureId === null) return;
    await addEvents(tx, [{ disclosureId, event, detail }], context.now());
  };
  // To somebody who never got it, a Delete would say that there was something.
  if (tried === undefined) return note("not_delivered", UNSENT);
  const iri = context.iris.activity(context.newKey());
  const gone = { iri: context.iris.notice(notice.key), author, to: [recipient.iri], cc: [] };
  await recordActivity(context, tx, {
    iri,
    actorId: authorId,
    type: "Delete",
    audience: [{ kind: "person", actor: recipient.iri }],
    body: context.wire.delete(iri, gone, context.now()),
    ...(disclosureId === null ? {} : { disclosureId }),
  });
  await note("recall_sent", "");
}
