import type { Id } from "./ids.ts";

/** What a client can be told of at once, by the names of the Mastodon API. */
export type Stream =
  | { readonly name: "user" | "user:notification" | "direct" }
  | { readonly name: PublicStreamName }
  | { readonly name: "hashtag" | "hashtag:local"; readonly tag: string }
  | { readonly name: "list"; readonly list: Id };

export const PUBLIC_STREAMS = {
  public: { local: false, remote: false, onlyMedia: false },
  "public:local": { local: true, remote: false, onlyMedia: false },
  "public:remote": { local: false, remote: true, onlyMedia: false },
  "public:media": { local: false, remote: false, onlyMedia: true },
  "public:local:media": { local: true, remote: false, onlyMedia: true },
  "public:remote:media": { local: false, remote: true, onlyMedia: true },
} as const;

export type PublicStreamName = keyof typeof PUBLIC_STREAMS;

export function isPublicStream(stream: Stream): stream is { readonly name: PublicStreamName } {
  return Object.hasOwn(PUBLIC_STREAMS, stream.name);
}

/** How messages name the stream that they belong to: `["user"]`, `["hashtag", "safety"]`. */
export function labelOf(stream: Stream): readonly string[] {
  if ("tag" in stream) return [stream.name, stream.tag];
  return "list" in stream ? [stream.name, stream.list.toString()] : [stream.name];
}
