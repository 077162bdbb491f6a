import type { Audience } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { PublishedKey } from "./keys.ts";

/** A JSON-LD document, ready to be stringified. */
export type JsonLd = Readonly<Record<string, unknown>>;

/**
 * How a fact is said in ActivityStreams. The services decide what is said and to whom; the words
 * are federation's (`federation/outbound` implements this). Every activity has the IRI it is given.
 */
export interface Wire {
  /** the object itself, as it is served at its IRI and inside Create and Update */
  object(post: Visible<PostRecord>): JsonLd;
  create(activityIri: string, post: Visible<PostRecord>): JsonLd;
  update(activityIri: string, post: Visible<PostRecord>, at: Date): JsonLd;
  /** Delete of a Tombstone; says nothing but the IRI */
  /** what a person on another kind of server is told of a practice, as served at its IRI */
  notice(notice: NoticeOnWire): JsonLd;
  createNotice(activityIri: string, notice: NoticeOnWire): JsonLd;
  delete(activityIri: string, post: DeletedPost, at: Date): JsonLd;
  /** `keys` are those of `publishedKeys`: a peer forgets the keys that an Update leaves out */
  updateActor(
    activityIri: string,
    actor: ActorRecord,
    keys: readonly PublishedKey[],
    at: Date,
  ): JsonLd;
  follow(activityIri: string, follower: string, followee: string): JsonLd;
  undoFollow(activityIri: string, follow: FollowOnWire): JsonLd;
  accept(activityIri: string, follow: FollowOnWire): JsonLd;
  reject(activityIri: string, follow: FollowOnWire): JsonLd;
  /**
   * The bytes to store and send.
   * @throws AppError `not_sendable` for what must never be on the wire (chapter "The boundary")
   */
  serialize(activity: JsonLd, audience: Audience): string;
}

export interface FollowOnWire {
  readonly iri: string;
  readonly follower: string;
  readonly followee: string;
}

/** What may still be said about a post after its end. */
export interface DeletedPost {
/** Everything that a notice tells. There is no room in it for a body, a summary or an attachment. */
export interface NoticeOnWire {
  readonly iri: string;
  readonly author: string;
  readonly authorName: string;
  /** the page behind the link */
  readonly page: string;
  readonly recipient: {
    readonly iri: string;
    readonly url: string;
    readonly handle: string;
    readonly host: string;
  };
  /** the practice's title, where its author allows that it is told; else null */
  readonly title: string | null;
  readonly publishedAt: Date;
}

  readonly iri: string;
  readonly author: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
}
