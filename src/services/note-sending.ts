import { and, eq, inArray } from "drizzle-orm";
import { address } from "../domain/audience/address.ts";
import { isPublic, type Audience } from "../domain/audience/audience.ts";
import type { Place } from "../domain/audience/discussion.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { defaultLabel } from "../domain/label.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { Transaction } from "../persistence/database.ts";
import { findHolders } from "../persistence/repositories/disclosures.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { AncestorPost } from "../persistence/repositories/threads.ts";
import { activities, activityRecipients } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import { judgeAudience, refuseUnlessAllowed } from "./audience-check.ts";
import type { Context } from "./context.ts";
import { replaceQueuedBodies } from "./deliveries.ts";
import { withItsParts } from "./post-parts.ts";
import { partnersOf } from "./relay.ts";
import { shareWithPartner } from "./sharing.ts";
import { recallFromHolder } from "./take-back.ts";
import { peopleToTell } from "./told-people.ts";

/** What a reply hangs below: parent first. */
export interface Above {
  readonly ancestors: readonly AncestorPost[];
  readonly place: Place;
}

/** What is told of a note. */
export interface Telling {
  readonly type: "Create" | "Update";
  /** null for what answers nothing */
  readonly above: Above | null;
  /** in public: who is told although they may not follow */
  readonly to: readonly Id[];
}

/**
 * Tells of a note by one of our actors whomever it is for. In public that is one activity, for the
 * followers and those who are named. In our own discussion there is one for each partner who may see
 * it, naming nobody else, and one for the people whom it names; in a partner's one for that partner, who relays it; below a stranger's message
 * one for the stranger. What the organization writes to partners is disclosed as a practice is.
 * @throws AppError `audience_refused`
 */
export async function tellOfNote(
  context: Context,
  tx: Transaction,
  note: Visible<PostRecord>,
  { type, above, to }: Telling,
): Promise<void> {
  if (isPublic(note.audience)) return tell(context, tx, note, type, to);
  const place = above?.place.kind ?? "open";
  if (place === "partner" || place === "foreign") {
    const audience = note.audience.filter(({ kind }) => kind !== "members");
    return audience.length === 0 ? undefined : tell(context, tx, { ...note, audience }, type);
  }
  await tellFollowers(context, tx, note, type);
  await tellPeople(context, tx, note, { type, above });
  if (place === "open") return discloseToPartners(context, tx, note, type);
  for (const organization of await partnersOf(context, tx, note, above?.ancestors ?? [])) {
    const audience: Audience = [{ kind: "partner", organization }];
    await tell(context, tx, { ...note, audience }, type);
  }
}

async function tellFollowers(
  context: Context,
  tx: Transaction,
  note: Visible<PostRecord>,
  type: Telling["type"],
): Promise<void> {
  const audience = note.audience.filter(({ kind }) => kind === "followers");
  if (audience.length > 0) await tell(context, tx, { ...note, audience }, type);
}

/** One activity for all whom a letter is for: they are a conversation, and may know of each other. */
async function tellPeople(
  context: Context,
  tx: Transaction,
  note: Visible<PostRecord>,
  { type, above }: Pick<Telling, "type" | "above">,
): Promise<void> {
  const audience = await peopleToTell(tx, note, above?.ancestors ?? []);
  const isAway = audience.some(({ actor }) => !isSameOrigin(actor, context.iris.origin));
  if (isAway) await tell(context, tx, { ...note, audience }, type);
}

async function discloseToPartners(
  context: Context,
  tx: Transaction,
  note: Visible<PostRecord>,
  type: Telling["type"],
): Promise<void> {
  if (!note.audience.some(({ kind }) => kind === "partner")) return;
  const { refused, partners } = await judgeAudience(context, tx, {
    audience: note.audience,
    present: type === "Update" ? note.audience : [],
    label: note.label ?? defaultLabel(note.audience),
    postIri: note.iri,
  });
  refuseUnlessAllowed(refused);
  for (const partner of partners.values()) {
    await shareWithPartner(context, tx, note, partner, type);
  }
}

async function tell(
  context: Context,
  tx: Transaction,
  shown: Visible<PostRecord>,
  type: Telling["type"],
  to: readonly Id[] = [],
): Promise<void> {
  const iri = context.iris.activity(context.newKey());
  const whole = shown.parts === undefined ? await withItsParts(tx, shown) : shown;
  await recordActivity(context, tx, {
    iri,
    actorId: shown.authorId,
    type,
    audience: shown.audience,
    body:
      type === "Create"
        ? context.wire.create(iri, whole)
        : context.wire.update(iri, whole, context.now()),
    post: { id: shown.id, revision: shown.revision },
    to,
  });
  if (type === "Update") await replaceQueuedBodies(context, tx, shown);
}

/** Who was ever told of a post by name, whatever its audience. */
export async function toldByName(tx: Transaction, postId: Id): Promise<Id[]> {
  const rows = await tx
    .selectDistinct({ actorId: activityRecipients.actorId })
    .from(activityRecipients)
    .innerJoin(activities, eq(activities.id, activityRecipients.activityId))
    .where(and(eq(activities.postId, postId), inArray(activities.type, ["Create", "Update"])));
  return rows.map((row) => row.actorId);
}

/**
 * The Delete of a note, for all who had it. One that was for few names no recipient, as it is the same
 * for all; partners of the organization are each recalled by name, and that goes on record.
 */
export async function recallNote(
  context: Context,
  tx: Transaction,
  note: PostRecord,
): Promise<void> {
  const now = context.now();
  const iri = context.iris.activity(context.newKey());
  const open = isPublic(note.audience);
  const followers = note.authorActor.followersIri ?? "";
  const { to, cc } = open
    ? address(note.audience, { followers }, { quiet: note.quiet })
    : { to: [], cc: [] };
  await recordActivity(context, tx, {
    iri,
    actorId: note.authorId,
    type: "Delete",
    audience: open ? note.audience : [],
    body: context.wire.delete(iri, { iri: note.iri, author: note.author, to, cc }, now),
    post: { id: note.id, revision: note.revision },
  });
  if (note.publishedBy !== "organization" || open) return;
  for (const holder of await findHolders(tx, { postId: note.id })) {
    await recallFromHolder(context, tx, note, holder);
  }
}
