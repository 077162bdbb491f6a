import type { Guarded, Visible } from "./policy.ts";

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
