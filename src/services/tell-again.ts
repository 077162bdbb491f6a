import { isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { representFor } from "../domain/audience/representation.ts";
import type { Id } from "../domain/ids.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { findAncestors } from "../persistence/repositories/threads.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { termsWith } from "./partner-terms.ts";
import { withItsParts } from "./post-parts.ts";
import { partnersOf } from "./relay.ts";
import { forPartner } from "./representation.ts";
import { peopleToTell } from "./told-people.ts";
import { revealToAuthor } from "./visibility.ts";

/**
 * Sends a post of ours once more to those who have it, because something beside its text changed: the
 * counts of a poll, the consent to a quote, who may quote it. No revision, and no edit. `to` are actors
 * who are told as well where it is public.
 */
export async function tellAgain(
  context: Context,
  tx: Transaction,
  postId: Id,
  to: readonly Id[] = [],
): Promise<void> {
  const stored = await findPostById(tx, postId);
  if (stored === null || !stored.local) return;
  const visible = revealToAuthor(context, stored);
  if (visible === null) return;
  const post = await withItsParts(tx, visible);
  for (const copy of await copiesOf(context, tx, post)) {
    const { audience } = copy;
    const iri = context.iris.activity(context.newKey());
    await recordActivity(context, tx, {
      iri,
      actorId: post.authorId,
      type: "Update",
      audience,
      body: context.wire.update(iri, copy, context.now()),
      post: { id: post.id, revision: post.revision },
      ...(isPublic(audience) ? { to } : {}),
    });
  }
  await announceChange(tx, `document:${post.iri}`);
}

/** One for all who are addressed openly or by name; each partner has one of its own, naming nobody else. */
async function copiesOf(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
): Promise<Visible<PostRecord>[]> {
  if (isPublic(post.audience)) return [post];
  const followers = post.audience.filter(({ kind }) => kind === "followers");
  const above = (await findAncestors(tx, [post.id])).get(post.id) ?? [];
  const people = await peopleToTell(tx, post, above);
  const partners = await partnersOf(context, tx, post, above);
  const terms = await termsWith(context, tx, partners, above.at(-1)?.iri ?? post.iri);
  const tags = post.tags.filter(({ type }) => type !== "Mention");
  return [
    { ...post, audience: followers },
    { ...post, audience: people },
    ...partners.map((organization) => {
      const agreed = terms.get(organization);
      return agreed === undefined
        ? { ...representFor(post, organization), tags }
        : forPartner(post, agreed);
    }),
  ].filter(({ audience }) => audience.length > 0);
}
