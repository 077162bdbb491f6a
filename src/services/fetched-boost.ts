import type { JobPayloads } from "../jobs/registry.ts";
import type { Context } from "./context.ts";
import { storeFetchedBoost } from "./reactions.ts";
import { handleFetchPost } from "./fetch-post.ts";

/** Job: reads a post that somebody whom we follow boosted, then stores the boost. */
export async function handleFetchBoosted(
  context: Context,
  boost: JobPayloads["fetch-boosted"],
): Promise<void> {
  await handleFetchPost(context, { iri: boost.postIri, depth: 0 });
  await storeFetchedBoost(context, boost);
}
