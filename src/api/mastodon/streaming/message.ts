import { labelOf, type Stream } from "../../../domain/stream.ts";

/** What clients are told of, as the Mastodon API names it. */
export type StreamMessageEvent =
  | "update"
  | "status.update"
  | "delete"
  | "notification"
  | "conversation"
  | "filters_changed";

/** A message of one stream; its texts are made once, however many connections get them. */
export class StreamMessage {
  readonly event: StreamMessageEvent;
  readonly #stream: Stream;
  readonly #payload: string | null;
  #json: string | null = null;
  #lines: string | null = null;

  /** `payload` is a text, JSON or an id; null when there is nothing to say but the event */
  constructor(stream: Stream, event: StreamMessageEvent, payload: string | null) {
    this.#stream = stream;
    this.event = event;
    this.#payload = payload;
  }

  /** As WebSockets send it: the payload is a text within the JSON. */
  asJson(): string {
    return (this.#json ??= JSON.stringify({
      stream: labelOf(this.#stream),
      event: this.event,
      ...(this.#payload === null ? {} : { payload: this.#payload }),
    }));
  }

  /** As server-sent events send it; JSON has no line breaks of its own. */
  asLines(): string {
    return (this.#lines ??= `event: ${this.event}\ndata: ${this.#payload ?? "undefined"}\n\n`);
  }
}
