import type { Viewer } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import { isBlockedBetween } from "../persistence/repositories/blocks.ts";
import {
  findTerms,
  findTermsByKey,
  type TermsRecord,
} from "../persistence/repositories/partnerships.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";

export type { TermsRecord } from "../persistence/repositories/partnerships.ts";

const KEY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Terms of ours by their address, for the organization that they were offered to; else null. */
export async function findTermsFor(
  context: Context,
  viewer: Viewer,
  url: string,
): Promise<TermsRecord | null> {
  if (viewer.kind !== "remote") return null;
  const found = await findTerms(context.db, url);
  if (found === null || !isSameOrigin(url, context.iris.origin)) return null;
  const { actor: organization } = await requireOrganization(context);
  for (const partner of found.partners) {
    // One origin is one organization: its instance actor signs what it reads.
    if (!isSameOrigin(partner.iri, viewer.actor) || partner.suspendedAt !== null) continue;
    if (!(await isBlockedBetween(context.db, partner.id, organization.id))) return found.terms;
  }
  return null;
}

/**
 * Terms that we are a party to, for our own members, by the last part of their address.
 * @throws AppError `not_found`
 */
export async function getTermsByKey(context: Context, key: string): Promise<TermsRecord> {
  const found = KEY.test(key)
    ? await findTermsByKey(context.db, key, context.iris.terms(key))
    : null;
  if (found === null) throw notFound();
  return found;
}
