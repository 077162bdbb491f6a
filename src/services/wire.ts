import type { Audience } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { PublishedKey } from "./keys.ts";
import type { ModerationWire } from "./moderation-wire.ts";
import type { PartnershipWire } from "./partnership-wire.ts";

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
  /** what a person on another kind of server is told of a practice, as served at its IRI */
  notice(notice: NoticeOnWire): JsonLd;
  createNotice(activityIri: string, notice: NoticeOnWire): JsonLd;
  /** Delete of a Tombstone; says nothing but the IRI */
  delete(activityIri: string, post: DeletedPost, at: Date): JsonLd;
  /** an Add of a reply to the discussion that we own, for one partner (FEP-7888) */
  relay(activityIri: string, reply: Visible<PostRecord>, by: RelayOnWire): JsonLd;
  /** a Remove that names nothing but the reply's IRI */
  endRelay(activityIri: string, replyIri: string, by: RelayOnWire): JsonLd;
  like(activityIri: string, like: LikeOnWire): JsonLd;
  undoLike(activityIri: string, like: LikeOnWire & { readonly iri: string }): JsonLd;
  announce(activityIri: string, boost: BoostOnWire): JsonLd;
  undoAnnounce(activityIri: string, boost: BoostOnWire & { readonly iri: string }): JsonLd;
  vote(activityIri: string, vote: VoteOnWire): JsonLd;
  /** asks the author of a post to quote it (FEP-044f) */
  quoteRequest(activityIri: string, request: QuoteRequestOnWire): JsonLd;
  /** Accept with the IRI of the stamp, or Reject where there is none */
  answerQuote(activityIri: string, request: QuoteRequestOnWire, stamp: string | null): JsonLd;
  /** a stamp as it is served at its IRI */
  stamp(stamp: StampOnWire): JsonLd;
  /** Delete of a stamp */
  deleteStamp(activityIri: string, taken: TakenStampOnWire): JsonLd;
  /** Add to, and Remove from, the `featured` collection of an actor */
  pin(activityIri: string, pinned: PinOnWire): JsonLd;
  unpin(activityIri: string, pinned: PinOnWire): JsonLd;
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
  /** tells the owner of what was recalled that it is gone here: an Accept of the Delete */
  acknowledge(activityIri: string, recall: RecallOnWire): JsonLd;
  /** tells one member who is in a circle whose roster is open; nobody = forget it */
  roster(activityIri: string, roster: RosterOnWire): JsonLd;
  readonly partnership: PartnershipWire;
  readonly moderation: ModerationWire;
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

/** A Delete that was carried out: `by` tells `to`. */
export interface RecallOnWire {
  readonly deleteIri: string;
  readonly by: string;
  readonly to: string;
}

/** The roster of one of our circles at an epoch, for one organization. */
export interface RosterOnWire {
  readonly circle: string;
  readonly name: string;
  readonly epoch: number;
  readonly owner: string;
  readonly to: string;
  /** IRIs of those in it; none = the roster is confidential, or `to` is out of it */
  readonly organizations: readonly string[];
}

/** Who relays a reply, in which discussion, to which partner. */
export interface RelayOnWire {
  /** our Organization actor */
  readonly owner: string;
  /** the discussion's context collection */
  readonly discussion: string;
  readonly to: string;
}

export interface LikeOnWire {
  readonly actor: string;
  readonly post: string;
  /** whom it is sent to */
  readonly to: string;
}

/** A boost of a public post, by one of our actors. */
export interface BoostOnWire {
  readonly actor: string;
  /** the booster's followers collection */
  readonly followers: string | null;
  readonly post: string;
  readonly author: string;
  readonly at: Date;
}

/** A vote in a poll elsewhere. */
export interface VoteOnWire {
  /** of the note that the vote is */
  readonly iri: string;
  readonly actor: string;
  /** the poll's author */
  readonly to: string;
  /** the question */
  readonly poll: string;
  /** of the option */
  readonly title: string;
}

/** Somebody asks the author of a post to quote it. */
export interface QuoteRequestOnWire {
  readonly iri: string;
  /** who asks */
  readonly actor: string;
  /** who is asked */
  readonly to: string;
  readonly quoted: string;
  readonly quoting: string;
}

/** An author's consent that one post quotes another. */
export interface StampOnWire {
  readonly iri: string;
  readonly author: string;
  readonly quoting: string;
  readonly quoted: string;
}

/** A stamp that its author takes back; `to` wrote the quoting post. */
export interface TakenStampOnWire {
  readonly stamp: string;
  readonly actor: string;
  /** whether the quoting post is for everybody; else its author alone is told */
  readonly open: boolean;
  readonly followers: string | null;
  readonly to: string;
}

/** A public post that one of our actors shows first. */
export interface PinOnWire {
  readonly actor: string;
  readonly followers: string;
  readonly featured: string;
  readonly post: string;
}

/** What may still be said about a post after its end. */
export interface DeletedPost {
  readonly iri: string;
  /** up to which revision it is withdrawn; a later one may be shared again. Absent = for good */
  readonly revision?: number;
  readonly author: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
}
