import { isSameOrigin } from "../remote-iri.ts";
import { reachedOrganizations } from "./partners.ts";
import type { Facts, Guarded, Viewer, Visible } from "./policy.ts";

/**
 * A post as one partner gets it: its audience says that organization and nobody else, whoever else
 * has it. Narrowing shows a post to nobody who could not see it before.
 */
export function representFor<T extends Guarded>(
  post: Visible<T>,
  organization: string,
): Visible<T> {
  return { ...post, audience: [{ kind: "partner", organization }] };
}

/** A post as one named person gets it: nobody else who has it is named. */
export function representForPerson<T extends Guarded>(post: Visible<T>, actor: string): Visible<T> {
  return { ...post, audience: [{ kind: "person", actor }] };
}

/**
 * A post as a viewer elsewhere gets it: only that part of its audience by which they have it, as
 * everything else would name other recipients. Partners come first: followers on a partner's server
 * hold the partner's copy.
 */
export function representTo<T extends Guarded>(
  post: Visible<T>,
  viewer: Viewer,
  facts: Facts,
): Visible<T> {
  if (viewer.kind === "local" || post.publishedBy === "elsewhere") return post;
  const open = post.audience.filter((atom) => atom.kind === "public");
  if (open.length > 0) return { ...post, audience: open };
  if (viewer.kind === "anonymous") return { ...post, audience: [] };
  const reached = [...reachedOrganizations(post.audience, facts)];
  const organization = reached.find((iri) => isSameOrigin(iri, viewer.actor));
  if (organization !== undefined) return representFor(post, organization);
  const named = post.audience.some((atom) => atom.kind === "person" && atom.actor === viewer.actor);
  if (named) return representForPerson(post, viewer.actor);
  return { ...post, audience: post.audience.filter((atom) => atom.kind === "followers") };
}
