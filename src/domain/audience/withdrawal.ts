import { see, type Facts, type Guarded, type Viewer } from "./policy.ts";

/**
 * Whether a viewer may be told that a withdrawn post is withdrawn: our own people who could see it
 * before. For everybody else it was never there. That the partnership under which it came may have
 * ended meanwhile makes no difference: the members read it then, and may know why it is gone.
 */
export function mayKnowOfWithdrawal(
  viewer: Viewer,
  post: Guarded & { readonly withdrawnAt: Date | null },
  facts: Facts,
): boolean {
  if (viewer.kind !== "local" || post.withdrawnAt === null) return false;
  const partners = new Set([...facts.activePartners, ...facts.pausedPartners]);
  const before = { ...facts, activePartners: partners, pausedPartners: new Set<string>() };
  return see(viewer, { ...post, withdrawn: false }, before);
}
