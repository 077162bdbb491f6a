import { isPublic, type Audience } from "./audience.ts";

/** The four words that Mastodon-compatible clients know; they cannot read any other. */
export const VISIBILITIES = ["public", "unlisted", "private", "direct"] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/**
 * An audience in the clients' words: `quiet` is for everybody, but not shown where strangers browse.
 * What is for named people only is `direct`; everything else that is not for all is `private`.
 */
export function visibilityOf(audience: Audience, quiet: boolean): Visibility {
  if (isPublic(audience)) return quiet ? "unlisted" : "public";
  return audience.every((atom) => atom.kind === "person") ? "direct" : "private";
}
