import type postgres from "postgres";
import { parseId, type Id } from "../domain/ids.ts";

export const EVENTS_CHANNEL = "praxis_events";

/**
 * What happened that somebody with an open stream may want to see at once: a post is there, was
 * edited, is gone (deleted, recalled); a boost is there or was taken back; an actor of ours has a notification,
 * other filters, or news in a conversation; whoever is a member may do more or less than before.
 * Ids alone travel: what may be shown of them, and to whom, is decided where they arrive. The tables tell
 * it themselves, by triggers (drizzle/0005_stream_events.sql), when the transaction commits; notifications
 * are told of by the statement that writes them, as some are held back.
 */
export type StreamEvent =
  | { readonly kind: "post" | "edit" | "gone"; readonly post: Id }
  | { readonly kind: "boost"; readonly boost: Id }
  | { readonly kind: "unboost"; readonly boost: Id; readonly actor: Id; readonly post: Id }
  | { readonly kind: "notification"; readonly actor: Id; readonly notification: Id }
  | { readonly kind: "conversation"; readonly actor: Id; readonly conversation: Id }
  | { readonly kind: "filters"; readonly actor: Id }
  | { readonly kind: "access"; readonly member: Id };

/** The ids of each kind of event, in the order in which they travel. */
const FIELDS = {
  post: ["post"],
  edit: ["post"],
  gone: ["post"],
  boost: ["boost"],
  unboost: ["boost", "actor", "post"],
  notification: ["actor", "notification"],
  conversation: ["actor", "conversation"],
  filters: ["actor"],
  access: ["member"],
} as const satisfies Record<StreamEvent["kind"], readonly string[]>;

/**
 * Calls `handler` for every event that any process publishes. `onReconnect` is called whenever the
 * connection was lost and is back: events may have been missed then. Returns a function that stops it.
 */
export async function listenForEvents(
  client: postgres.Sql,
  handler: (event: StreamEvent) => void,
  onReconnect: () => void,
): Promise<() => Promise<void>> {
  let first = true;
  const listening = await client.listen(
    EVENTS_CHANNEL,
    (payload) => {
      const event = readEvent(payload);
      if (event !== null) handler(event);
    },
    () => {
      if (!first) onReconnect();
      first = false;
    },
  );
  return async () => {
    await listening.unlisten();
  };
}

/** Null for what this version does not know: another one may run beside it during an update. */
export function readEvent(payload: string): StreamEvent | null {
  const [kind = "", ...parts] = payload.split(":");
  if (!Object.hasOwn(FIELDS, kind)) return null;
  const names: readonly string[] = FIELDS[kind as StreamEvent["kind"]];
  const ids = parts.map(parseId);
  if (ids.length !== names.length || ids.includes(null)) return null;
  const fields = Object.fromEntries(names.map((name, index) => [name, ids[index]]));
  return { kind, ...fields } as unknown as StreamEvent;
}
