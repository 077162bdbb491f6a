import { LRUCache } from "lru-cache";
import type { Context } from "../../services/context.ts";
import { readBodies, type ReadyDelivery } from "../../services/deliveries.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/** The bytes of the activities that are being sent; each is read once for all its inboxes. */
export class Bodies {
  readonly #known = new LRUCache<string, Buffer>({
    maxSize: MAX_BYTES,
    sizeCalculation: (body) => Math.max(1, body.length),
  });
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Delivery → body. A body that was replaced has another revision, so it is read again. */
  async load(deliveries: readonly ReadyDelivery[]): Promise<Map<ReadyDelivery, Buffer>> {
    const found = new Map<string, Buffer>();
    const missing = new Map<bigint, string>();
    for (const delivery of deliveries) {
      const key = keyOf(delivery);
      const known = found.get(key) ?? this.#known.get(key);
      if (known === undefined) missing.set(delivery.activityId, key);
      else found.set(key, known);
    }
    if (missing.size > 0) {
      for (const [id, text] of await readBodies(this.#context, missing.keys())) {
        const key = missing.get(id) ?? "";
        const body = Buffer.from(text);
        this.#known.set(key, body);
        found.set(key, body);
      }
    }
    const bodies = new Map<ReadyDelivery, Buffer>();
    for (const delivery of deliveries) {
      const body = found.get(keyOf(delivery));
      if (body !== undefined) bodies.set(delivery, body);
    }
    return bodies;
  }
}

function keyOf({ activityId, revision }: ReadyDelivery): string {
  return `${activityId}:${revision ?? ""}`;
}
