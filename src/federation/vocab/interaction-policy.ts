import { AS_PUBLIC, address } from "../../domain/audience/address.ts";
import { isPublic, type Audience } from "../../domain/audience/audience.ts";
import type { JsonLd } from "../../services/wire.ts";

/**
 * GoToSocial's `interactionPolicy` for an audience: what is public may be answered, boosted and
 * quoted by anyone; anything else is answered by those who got it and passed on by its author alone.
 */
export function interactionPolicy(
  audience: Audience,
  author: { readonly iri: string; readonly followers: string },
): JsonLd {
  if (isPublic(audience)) return policy([AS_PUBLIC], [AS_PUBLIC]);
  const { to, cc } = address(audience, author);
  return policy([author.iri, ...to, ...cc], [author.iri]);
}

function policy(reply: readonly string[], passOn: readonly string[]): JsonLd {
  return {
    canReply: { automaticApproval: reply },
    canAnnounce: { automaticApproval: passOn },
    canQuote: { automaticApproval: passOn },
  };
}
