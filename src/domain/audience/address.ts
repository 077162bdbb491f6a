import type { Audience } from "./audience.ts";

export const AS_PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

/** The addressing of one activity or object on the wire. Never `bto`, never `bcc`. */
export interface Address {
  readonly to: readonly string[];
  readonly cc: readonly string[];
}

/**
 * Audience → `to`/`cc`, for a publisher with that followers collection. `members` is ours alone and
 * adds no address; a circle has none either: it is sent to each of its organizations by itself. What
 * is public but quiet says so as Mastodon does: followers in `to`, everybody in `cc`.
 */
export function address(
  audience: Audience,
  publisher: { readonly followers: string },
  { quiet = false }: { readonly quiet?: boolean } = {},
): Address {
  const to: string[] = [];
  const cc: string[] = [];
  const open = audience.some((atom) => atom.kind === "public");
  if (open) {
    to.push(quiet ? publisher.followers : AS_PUBLIC);
    cc.push(quiet ? AS_PUBLIC : publisher.followers);
  }
  for (const atom of audience) {
    if (atom.kind === "followers" && !open) to.push(publisher.followers);
    if (atom.kind === "partner") to.push(atom.organization);
    if (atom.kind === "person") to.push(atom.actor);
  }
  return { to, cc };
}
