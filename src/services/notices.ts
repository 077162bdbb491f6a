import { and, eq, gt, inArray, isNull } from "drizzle-orm";
import { formatAtom, type Atom } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { representForPerson } from "../domain/audience/representation.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorById, type ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { activities, deliveries, disclosures, notices } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import type { NoticeOnWire } from "./wire.ts";

type Notice = typeof notices.$inferSelect;

/**
 * Tells people elsewhere who are named in the audience of a practice. On another kind of server they
 * get a notice and open the practice here; on a kin server they get the practice itself. Whoever has
 * a notice that stands is not told again: an edit is nothing to tell. Call it in the transaction that
 * publishes, with the people who are new in the audience or with all of them.
 */
export async function noticesFor(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  people: readonly ActorRecord[],
  { tellsTitle = false }: { readonly tellsTitle?: boolean } = {},
): Promise<void> {
  for (const person of people) {
    if (person.kind !== "remote") continue;
    if (person.kin === null) await sendNotice(context, tx, post, person, tellsTitle);
    else await sendToKin(context, tx, post, person);
  }
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
    disclosureId: await disclose(tx, post, person, "notice"),
  });
}

/** A kin server keeps the boundary, so the person reads the practice at home. */
async function sendToKin(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  person: ActorRecord,
): Promise<void> {
  const iri = context.iris.activity(context.newKey());
  const theirs = representForPerson(post, person.iri);
  await recordActivity(context, tx, {
    iri,
    actorId: post.authorId,
    type: "Create",
    audience: theirs.audience,
    body: context.wire.create(iri, { ...theirs, tags: [...post.tags, mentionOf(person)] }),
    post: { id: post.id, revision: post.revision },
    disclosureId: await disclose(tx, post, person, "kin"),
  });
}

function mentionOf({ iri, handle, host }: ActorRecord) {
  return { type: "Mention" as const, name: `@${handle}@${host}`, href: iri };
}

async function disclose(
  tx: Transaction,
  post: PostRecord,
  person: ActorRecord,
  lane: "notice" | "kin",
): Promise<Id> {
  const atom: Atom = { kind: "person", actor: person.iri };
  const [row] = await tx
    .insert(disclosures)
    .values({
      postId: post.id,
      revision: post.revision,
      title: post.title,
      recipient: "actor",
      actorId: person.id,
      atom: formatAtom(atom),
      lane,
      label: post.label,
    })
    .returning({ id: disclosures.id });
  if (row === undefined) throw new Error("insert into disclosures returned no row");
  return row.id;
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
 * Takes notices of a practice back: of everybody, or of those people (actor ids) who are no longer in
 * its audience. What waits is dropped; whoever may have got a notice is sent a Delete of it. Call it
 * in the transaction that withdraws the practice or narrows its audience.
 */
export async function recallNotices(
  context: Context,
  tx: Transaction,
  post: Pick<PostRecord, "id" | "author" | "authorId">,
  people?: readonly Id[],
): Promise<void> {
  const recalled = await tx
    .update(notices)
    .set({ withdrawnAt: context.now() })
    .where(
      and(
        eq(notices.postId, post.id),
        isNull(notices.withdrawnAt),
        people === undefined ? undefined : inArray(notices.recipientId, [...people]),
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
  // To somebody who never got it, a Delete would say that there was something.
  if (tried === undefined) return;
  const iri = context.iris.activity(context.newKey());
  const gone = { iri: context.iris.notice(notice.key), author, to: [recipient.iri], cc: [] };
  await recordActivity(context, tx, {
    iri,
    actorId: authorId,
    type: "Delete",
    audience: [{ kind: "person", actor: recipient.iri }],
    body: context.wire.delete(iri, gone, context.now()),
    ...(create.disclosureId === null ? {} : { disclosureId: create.disclosureId }),
  });
}
