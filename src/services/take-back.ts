import type { Audience } from "../domain/audience/audience.ts";
import { address } from "../domain/audience/address.ts";
import type { Transaction } from "../persistence/database.ts";
import {
  addEvents,
  dropQueuedTo,
  findHolders,
  findOpenDisclosures,
  UNSENT,
  type Holder,
} from "../persistence/repositories/disclosures.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { recallNotices } from "./notices.ts";

/**
 * Takes a post back from one who has it: what waits is dropped, and if anything was sent, a Delete
 * goes to them alone. It names the last revision that they may have, so that a later one, should they
 * ever be given it, is not taken for the deleted one.
 */
export async function recallFromHolder(
  context: Context,
  tx: Transaction,
  post: PostRecord,
  holder: Holder,
): Promise<void> {
  const now = context.now();
  const { tried } = await dropQueuedTo(tx, holder, now);
  const { disclosureId } = holder;
  if (!tried) {
    await addEvents(tx, [{ disclosureId, event: "not_delivered", detail: UNSENT }], now);
    return;
  }
  const iri = context.iris.activity(context.newKey());
  const deleted = {
    iri: post.iri,
    author: post.author,
    revision: Math.max(holder.revision, 1),
    to: [holder.actor],
    cc: [],
  };
  await recordActivity(context, tx, {
    iri,
    actorId: post.authorId,
    type: "Delete",
    audience: [{ kind: "person", actor: holder.actor }],
    body: context.wire.delete(iri, deleted, now),
    post: { id: post.id, revision: holder.revision },
    disclosureId,
  });
  await addEvents(tx, [{ disclosureId, event: "recall_sent", detail: "" }], now);
}

/** Takes a practice back from everybody, or from the followers: from whomever it was sent to. */
export async function recallOpenly(
  context: Context,
  tx: Transaction,
  recalled: {
    readonly post: PostRecord;
    readonly openness: "public" | "followers";
    readonly revision: number;
  },
): Promise<void> {
  const { post, openness, revision } = recalled;
  const audience: Audience = [{ kind: openness }];
  const iri = context.iris.activity(context.newKey());
  const followers = post.authorActor.followersIri ?? "";
  const addressed = address(audience, { followers }, { quiet: post.quiet });
  const deleted = { iri: post.iri, author: post.author, revision, ...addressed };
  await recordActivity(context, tx, {
    iri,
    actorId: post.authorId,
    type: "Delete",
    audience,
    body: context.wire.delete(iri, deleted, context.now()),
    post: { id: post.id, revision },
  });
  const open = await findOpenDisclosures(tx, post.id);
  const events = open.map((disclosureId) => ({
    disclosureId,
    event: "recall_sent" as const,
    detail: "",
  }));
  await addEvents(tx, events, context.now());
}

/**
 * Takes a practice back from everyone in the record: partners and people by name, and the open part
 * from whomever it was ever sent to. Call it in the transaction that withdraws it.
 */
export async function recallPractice(
  context: Context,
  tx: Transaction,
  post: PostRecord,
): Promise<void> {
  for (const holder of await findHolders(tx, { postId: post.id })) {
    await recallFromHolder(context, tx, post, holder);
  }
  await recallNotices(context, tx, post);
  const openness = post.audience.find(
    (atom) => atom.kind === "public" || atom.kind === "followers",
  )?.kind;
  if (openness === "public" || openness === "followers") {
    await recallOpenly(context, tx, { post, openness, revision: post.revision });
  }
}
