import { partnersFor, reachedOrganizations } from "../domain/audience/partners.ts";
import { isPublic, type Audience } from "../domain/audience/audience.ts";
import { see, type Guarded } from "../domain/audience/policy.ts";
import { parseRemoteHandle, type RemoteHandle } from "../domain/handle.ts";
import { renderMarkdown } from "../platform/markdown/render.ts";
import { findActorByHandle } from "../persistence/repositories/actors.ts";
import type { Context } from "./context.ts";
import { partnersNow } from "./partners.ts";
import { relationsOf } from "./visibility.ts";

const MOST = 50;

/**
 * Warnings about those whom a text mentions and who are not in its audience. A mention adds nobody:
 * they are not addressed and cannot read it, which its author may not expect.
 */
export async function warnOfOutsiders(
  context: Context,
  {
    audience,
    content,
    postIri,
  }: {
    readonly audience: Audience;
    /** Markdown */
    readonly content: string;
    readonly postIri: string | null;
  },
): Promise<string[]> {
  if (isPublic(audience) || content === "") return [];
  const warnings: string[] = [];
  for (const mention of renderMarkdown(content).mentions.slice(0, MOST)) {
    const handle = parseRemoteHandle(mention);
    if (handle === null || handle.host === context.config.host) continue;
    if (await isInside(context, handle, { audience, postIri })) continue;
    warnings.push(`${mention} is mentioned but not in the audience: they will not get it.`);
  }
  return warnings;
}

async function isInside(
  context: Context,
  { username, host }: RemoteHandle,
  { audience, postIri }: { readonly audience: Audience; readonly postIri: string | null },
): Promise<boolean> {
  const actor = await findActorByHandle(context.db, username, host);
  if (actor === null) {
    const { partners, circles } = await partnersNow(context);
    const facts = { activePartners: partnersFor(partners, postIri), circles };
    const reached = reachedOrganizations(audience, facts);
    return [...reached].some((iri) => URL.parse(iri)?.host === host);
  }
  const { organization } = context.iris;
  const post: Guarded = {
    author: organization,
    publishedBy: "organization",
    audience,
    withdrawn: false,
    relayedBy: null,
  };
  const viewer = { kind: "remote", actor: actor.iri } as const;
  const relations = await relationsOf(context, context.db, viewer, [organization]);
  return see(viewer, post, relations.factsAbout({ author: organization, iri: postIri }));
}
