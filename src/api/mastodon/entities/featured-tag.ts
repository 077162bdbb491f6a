import type { FeaturedTag } from "../../../services/featured-tags.ts";
import type { ActorRecord } from "../../../services/records.ts";

/** A hashtag on a profile (`FeaturedTag`). */
export function featuredTagJson(tag: FeaturedTag, account: ActorRecord) {
  return {
    id: tag.id.toString(),
    name: tag.name,
    url: `${account.url.replace(/\/$/, "")}/tagged/${encodeURIComponent(tag.name)}`,
    statuses_count: String(tag.posts),
    last_status_at: tag.lastPostAt?.toISOString().slice(0, 10) ?? null,
  };
}
