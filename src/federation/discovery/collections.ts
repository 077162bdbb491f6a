import type { Viewer } from "../../domain/audience/policy.ts";
import { parseId } from "../../domain/ids.ts";
import type { Context } from "../../services/context.ts";
import { countOutbox, readOutbox } from "../../services/outbox.ts";
import { listFeatured } from "../../services/pins.ts";
import type { ActorRecord } from "../../services/records.ts";
import type { JsonLd } from "../../services/wire.ts";

const PAGE = 20;
const CONTEXT = "https://www.w3.org/ns/activitystreams";

/**
 * The outbox (ActivityPub §5.1) as this viewer may see it: the collection, or the page that starts
 * before the id `before`. Null when the cursor is not one of ours.
 */
export async function outbox(
  context: Context,
  viewer: Viewer,
  actor: ActorRecord,
  cursor: { page: boolean; before: string | null },
): Promise<JsonLd | null> {
  const id = context.iris.outbox(actor.iri);
  if (!cursor.page) {
    const totalItems = await countOutbox(context, viewer, actor);
    return {
      "@context": CONTEXT,
      id,
      type: "OrderedCollection",
      totalItems,
      first: `${id}?page=true`,
    };
  }
  const before = cursor.before === null ? null : parseId(cursor.before);
  if (cursor.before !== null && before === null) return null;
  const page = await readOutbox(context, viewer, actor, { before, limit: PAGE });
  const self = before === null ? `${id}?page=true` : `${id}?page=true&before=${before}`;
  return {
    "@context": CONTEXT,
    id: self,
    type: "OrderedCollectionPage",
    partOf: id,
    ...(page.next === null ? {} : { next: `${id}?page=true&before=${page.next}` }),
    orderedItems: page.items.map(({ "@context": _, ...activity }) => activity),
  };
}

/**
 * Followers and following: how many, never who. Whom an organization listens to and who listens to
 * it is its own business; a collection that cannot be listed cannot be harvested either.
 */
export function countOnly(id: string, totalItems: number): JsonLd {
  return { "@context": CONTEXT, id, type: "OrderedCollection", totalItems };
}

/** What an actor shows first (`featured`): the IRIs of posts that everybody may see. */
export async function featured(context: Context, actor: ActorRecord): Promise<JsonLd> {
  const items = await listFeatured(context, actor);
  return { ...countOnly(context.iris.featured(actor.iri), items.length), orderedItems: items };
}
