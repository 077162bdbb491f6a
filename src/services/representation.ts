import type { Visible } from "../domain/audience/policy.ts";
import { representFor, representTo } from "../domain/audience/representation.ts";
import type { Facts, Viewer } from "../domain/audience/policy.ts";
import type { Queryable } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { Context } from "./context.ts";
import { termsReference, termsWith, type PartnerTerms } from "./partner-terms.ts";

/**
 * A post as one partner gets it: addressed to that organization alone, which is also mentioned (a
 * server that does not know our rules then takes it for a direct message) and nobody else, under the
 * terms agreed.
 */
export function forPartner(post: Visible<PostRecord>, partner: PartnerTerms): Visible<PostRecord> {
  const { organization } = partner;
  return {
    ...representFor(post, organization.iri),
    tags: [...post.tags.filter((tag) => tag.type !== "Mention"), mentionOf(organization)],
    terms: termsReference(partner),
  };
}

/** A post as it is served to a viewer who asks for it with a signature, or without one. */
export async function forViewer(
  context: Context,
  db: Queryable,
  post: Visible<PostRecord>,
  { viewer, facts }: { readonly viewer: Viewer; readonly facts: Facts },
): Promise<Visible<PostRecord>> {
  const theirs = representTo(post, viewer, facts);
  const [atom] = theirs.audience;
  if (atom?.kind !== "partner" || theirs === post) return theirs;
  const terms = await termsWith(context, db, [atom.organization], post.iri);
  const partner = terms.get(atom.organization);
  return partner === undefined ? theirs : forPartner(post, partner);
}

function mentionOf({ iri, handle, host }: ActorRecord) {
  return { type: "Mention" as const, name: `@${handle}@${host}`, href: iri };
}
