import type { Atom, Audience } from "../domain/audience/audience.ts";
import type { Circles } from "../domain/audience/partners.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorsByIris } from "../persistence/repositories/actors.ts";
import { findHolders } from "../persistence/repositories/disclosures.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { replaceQueuedBodies } from "./deliveries.ts";
import { disclosePartner, discloseOpenly } from "./disclosures.ts";
import { noticesFor, recallNotices } from "./notices.ts";
import type { PartnerTerms } from "./partner-terms.ts";
import { partnersIn } from "./partners.ts";
import { forPartner } from "./representation.ts";
import { withItsParts } from "./post-parts.ts";
import { recallFromHolder, recallOpenly } from "./take-back.ts";

/** A practice in its new state, and whom it was for before. */
export interface Sharing {
  readonly post: Visible<PostRecord>;
  /** null for a new practice */
  readonly before: { readonly audience: Audience; readonly revision: number } | null;
  /** organization → terms; every partner that the audience reaches now */
  readonly partners: ReadonlyMap<string, PartnerTerms>;
  /** whether notices tell the title; undefined = as those that went before */
  readonly noticeTitle?: boolean | undefined;
}

/**
 * Tells everybody whom the new state of a practice concerns: an Update to those who have it, a Create
 * to those who are new, a Delete to those who are no longer in its audience. The open part (everybody
 * or the followers) is one activity; each partner has one of its own, as nobody is to see another
 * recipient. What it discloses goes on record in the same transaction.
 */
export async function share(context: Context, tx: Transaction, sharing: Sharing): Promise<void> {
  await shareOpenly(context, tx, sharing);
  await shareWithPartners(context, tx, sharing);
  await shareWithPeople(context, tx, sharing);
}

type Openness = "public" | "followers" | null;

/** The part of an audience that is not named one by one. */
function opennessOf(audience: Audience): Openness {
  const kinds = new Set(audience.map((atom) => atom.kind));
  if (kinds.has("public")) return "public";
  return kinds.has("followers") ? "followers" : null;
}

async function shareOpenly(
  context: Context,
  tx: Transaction,
  { post, before }: Sharing,
): Promise<void> {
  const now = opennessOf(post.audience);
  const then = before === null ? null : opennessOf(before.audience);
  const narrower = then !== null && then !== now && now !== "public";
  if (narrower && before !== null) {
    await recallOpenly(context, tx, { post, openness: then, revision: before.revision });
  }
  if (now === null) return;
  await discloseOpenly(context, tx, post, now);
  const shown: Visible<PostRecord> = { ...post, audience: [{ kind: now }] };
  // Those who had it by name hear of its edit also when everybody may have it now.
  const holders = now === "public" ? await findHolders(tx, { postId: post.id }) : [];
  const isNew = then === null || narrower;
  await tell(context, tx, shown, {
    type: isNew ? "Create" : "Update",
    to: holders.map((holder) => holder.actorId),
  });
  if (!isNew) await replaceQueuedBodies(context, tx, shown);
}

async function shareWithPartners(
  context: Context,
  tx: Transaction,
  { post, partners }: Sharing,
): Promise<void> {
  const holders = new Map(
    (await findHolders(tx, { postId: post.id })).map((holder) => [holder.actor, holder]),
  );
  const open = opennessOf(post.audience) === "public";
  const { circles } = await partnersIn(context, tx);
  const named = namedIn(post.audience, circles);
  for (const partner of open ? [] : partners.values()) {
    const holds = holders.has(partner.organization.iri);
    await shareWithPartner(context, tx, post, partner, holds ? "Update" : "Create");
  }
  if (open) return;
  for (const holder of holders.values()) {
    if (partners.has(holder.actor) || named(holder.actor)) continue;
    await recallFromHolder(context, tx, post, holder);
  }
}

/** Whether an actor stands in the audience, whether or not they may see it at this moment. */
function namedIn(audience: Audience, circles: Circles): (actor: string) => boolean {
  const named = new Set(
    audience.flatMap((atom) => {
      if (atom.kind === "partner") return [atom.organization];
      if (atom.kind === "circle") return [...(circles.get(atom.circle) ?? [])];
      return atom.kind === "person" ? [atom.actor] : [];
    }),
  );
  return (actor) => named.has(actor);
}

/** One activity for one partner, with its own representation and its own line in the record. */
export async function shareWithPartner(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  partner: PartnerTerms,
  type: "Create" | "Update",
): Promise<void> {
  const theirs = forPartner(post, partner);
  const disclosureId = await disclosePartner(context, tx, post, partner);
  await tell(context, tx, theirs, { type, disclosureId });
  if (type === "Update") await replaceQueuedBodies(context, tx, theirs);
}

interface Telling {
  readonly type: "Create" | "Update";
  readonly disclosureId?: Id;
  readonly to?: readonly Id[];
}

/** Stores one activity about a representation; its audience says who gets it. */
async function tell(
  context: Context,
  tx: Transaction,
  shown: Visible<PostRecord>,
  { type, ...options }: Telling,
): Promise<void> {
  const iri = context.iris.activity(context.newKey());
  const whole = await withItsParts(tx, shown);
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
    ...options,
  });
}

async function shareWithPeople(
  context: Context,
  tx: Transaction,
  { post, before, noticeTitle }: Sharing,
): Promise<void> {
  // What everybody may read now was not taken from those who were told of it.
  if (opennessOf(post.audience) === "public") return;
  const now = peopleIn(post.audience);
  const known = await findActorsByIris(tx, now);
  const people = now.flatMap((iri) => known.get(iri) ?? []);
  if (before !== null) {
    const staying = people.map((actor) => actor.id);
    await recallNotices(context, tx, post, staying);
  }
  await noticesFor(context, tx, post, people, { tellsTitle: noticeTitle });
}

function peopleIn(audience: readonly Atom[]): string[] {
  return audience.flatMap((atom) => (atom.kind === "person" ? [atom.actor] : []));
}
