import { and, eq } from "drizzle-orm";
import { parseAudience } from "../domain/audience/audience.ts";
import { revealReply } from "../domain/audience/discussion.ts";
import { partnersFor, reachedOrganizations } from "../domain/audience/partners.ts";
import type { Viewer, Visible } from "../domain/audience/policy.ts";
import { representFor } from "../domain/audience/representation.ts";
import type { Id } from "../domain/ids.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { Transaction } from "../persistence/database.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { findAncestors, type AncestorPost } from "../persistence/repositories/threads.ts";
import { activities } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";
import { partnersNow } from "./partners.ts";
import { relationsOf, revealPosts } from "./visibility.ts";

/**
 * What the owner of a discussion does about a reply from elsewhere: the partners who may see it get
 * it, each by an activity of its own that names nobody else; those who got it and may not see it any
 * more, or after its end, are told to remove it. Call it whenever the reply was stored, edited or
 * withdrawn.
 */
export async function relayReply(context: Context, tx: Transaction, id: Id): Promise<void> {
  const stored = await findPostById(tx, id);
  if (stored === null || stored.contextIri === null) return;
  const organization = await requireOrganization(context);
  const owner: Viewer = { kind: "local", actor: organization.actor.iri, role: "editor" };
  const [post] = await revealPosts(context, owner, [stored], tx);
  const meant = post === undefined ? [] : await partnersMeant(context, tx, post);
  const { actor } = organization;
  const by = { owner: actor.iri, discussion: stored.contextIri };
  for (const partner of meant) {
    if (post === undefined) break;
    const iri = context.iris.activity(context.newKey());
    await recordActivity(context, tx, {
      iri,
      actorId: actor.id,
      type: "Add",
      audience: [{ kind: "partner", organization: partner }],
      body: context.wire.relay(iri, representFor(post, partner), { ...by, to: partner }),
      post: { id, revision: post.revision },
    });
  }
  for (const partner of await partnersTold(tx, id)) {
    if (meant.includes(partner)) continue;
    const iri = context.iris.activity(context.newKey());
    await recordActivity(context, tx, {
      iri,
      actorId: actor.id,
      type: "Remove",
      audience: [{ kind: "partner", organization: partner }],
      body: context.wire.endRelay(iri, stored.iri, { ...by, to: partner }),
    });
  }
}

/** The partners that a reply is for now, without the one that it came from. */
async function partnersMeant(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
): Promise<string[]> {
  const above = (await findAncestors(tx, [post.id])).get(post.id) ?? [];
  return (await partnersOf(context, tx, post, above)).filter(
    (partner) => !isSameOrigin(partner, post.author),
  );
}

/** The partners who may see a reply now, by its own audience and that of everything above it. */
export async function partnersOf(
  context: Context,
  tx: Transaction,
  post: PostRecord,
  above: readonly AncestorPost[],
): Promise<string[]> {
  const { partners, circles } = await partnersNow(context);
  const { iri } = above.at(-1) ?? post;
  const activePartners = partnersFor(partners, iri);
  const authors = [post, ...above].map(({ author }) => author);
  const covered: string[] = [];
  for (const partner of reachedOrganizations(post.audience, { activePartners, circles })) {
    const viewer: Viewer = { kind: "remote", actor: partner };
    const relations = await relationsOf(context, tx, viewer, authors);
    const factsAbout = ({ author }: { author: string }) => relations.factsAbout({ author, iri });
    if (revealReply(viewer, post, above, factsAbout) !== null) covered.push(partner);
  }
  return covered;
}

/** The partners that a reply was passed on to. */
async function partnersTold(tx: Transaction, id: Id): Promise<Set<string>> {
  const rows = await tx
    .select({ audience: activities.audience })
    .from(activities)
    .where(and(eq(activities.postId, id), eq(activities.type, "Add")));
  const atoms = rows.flatMap((row) => parseAudience(row.audience));
  return new Set(atoms.flatMap((atom) => (atom.kind === "partner" ? [atom.organization] : [])));
}
