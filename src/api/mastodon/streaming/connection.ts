import { labelOf, type Stream } from "../../../domain/stream.ts";
import type { Credential } from "../../../services/tokens.ts";
import type { StreamMessage } from "./message.ts";

/** Why a stream ends before its client leaves. */
export type ClosingReason =
  /** revoked token, suspended member, demoted editor */
  | "access_over"
  /** it does not read what it is sent, or does not answer */
  | "too_slow"
  /** the server stops, or may have missed something: come again */
  | "restart";

/** The way to one client, be it a WebSocket or server-sent events. */
export interface Peer {
  /** false when so much waits to be read already that the peer must go */
  send(message: StreamMessage): boolean;
  /** says that the server is there; false when nothing has been heard of the peer since the last time */
  beat(): boolean;
  close(reason: ClosingReason): void;
}

/** What one client listens to, and on whose behalf. */
export class StreamConnection {
  /** with the role that the member has now, as far as it is known */
  credential: Credential;
  readonly peer: Peer;
  readonly #streams = new Map<string, Stream>();

  constructor(credential: Credential, peer: Peer) {
    this.credential = credential;
    this.peer = peer;
  }

  get streams(): Iterable<Stream> {
    return this.#streams.values();
  }

  get size(): number {
    return this.#streams.size;
  }

  subscribe(stream: Stream): void {
    this.#streams.set(keyOf(stream), stream);
  }

  unsubscribe(stream: Stream): void {
    this.#streams.delete(keyOf(stream));
  }
}

/** The same for the same stream. */
export function keyOf(stream: Stream): string {
  return labelOf(stream).join(" ");
}
