import { AS_PUBLIC, address } from "../../domain/audience/address.ts";
import { isPublic, type Audience } from "../../domain/audience/audience.ts";
import type { JsonLd } from "../../services/wire.ts";

/**
 * GoToSocial's `interactionPolicy` for an audience: what is public may be answered and boosted
 * by anyone, and quoted by whom its author lets; anything else is answered by those who got it and passed on by its author alone.
 */
export function interactionPolicy(
  audience: Audience,
  author: { readonly iri: string; readonly followers: string },
  quoting: "public" | "followers" | "nobody" = "public",
): JsonLd {
  if (isPublic(audience)) {
    const all = [AS_PUBLIC];
    const quoters = { public: all, followers: [author.followers], nobody: [author.iri] }[quoting];
    return policy(all, all, quoters);
  }
  const { to, cc } = address(audience, author);
  return policy([author.iri, ...to, ...cc], [author.iri]);
}

function policy(
  reply: readonly string[],
  passOn: readonly string[],
  quote: readonly string[] = passOn,
): JsonLd {
  return {
    canReply: { automaticApproval: reply },
    canAnnounce: { automaticApproval: passOn },
    canQuote: { automaticApproval: quote },
  };
}
