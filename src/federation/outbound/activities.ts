import { AS_PUBLIC } from "../../domain/audience/address.ts";
import type { Visible } from "../../domain/audience/policy.ts";
import type { PublishedKey } from "../../services/keys.ts";
import type { ActorRecord, PostRecord } from "../../services/records.ts";
import type { DeletedPost, FollowOnWire, JsonLd, RecallOnWire } from "../../services/wire.ts";
import { ACTIVITY_STREAMS, ACTOR_CONTEXT, OBJECT_CONTEXT } from "../vocab/context.ts";
import { actorObject } from "./actor.ts";
import { article } from "./article.ts";
import { note } from "./note.ts";
import { question } from "./question.ts";
import { addressOf } from "./post-parts.ts";

/** The post as served at its IRI, with `@context`. */
export function objectDocument(post: Visible<PostRecord>): JsonLd {
  return { "@context": OBJECT_CONTEXT, ...postObject(post) };
}

export function createActivity(iri: string, post: Visible<PostRecord>): JsonLd {
  return {
    "@context": OBJECT_CONTEXT,
    type: "Create",
    id: iri,
    actor: post.author,
    ...addressOf(post),
    object: postObject(post),
  };
}

/** An Update of a post. `at` is the moment of the edit. */
export function updateActivity(iri: string, post: Visible<PostRecord>, at: Date): JsonLd {
  return {
    "@context": OBJECT_CONTEXT,
    type: "Update",
    id: iri,
    actor: post.author,
    ...addressOf(post),
    published: at.toISOString(),
    object: postObject(post),
  };
}

/** A Delete that names nothing but the IRI and, where it can be shared again, the revision. */
export function deleteActivity(iri: string, post: DeletedPost, at: Date): JsonLd {
  const { revision } = post;
  return {
    "@context": revision === undefined ? ACTIVITY_STREAMS : OBJECT_CONTEXT,
    type: "Delete",
    id: iri,
    actor: post.author,
    to: post.to,
    cc: post.cc,
    published: at.toISOString(),
    object: { type: "Tombstone", id: post.iri, ...(revision === undefined ? {} : { revision }) },
  };
}

/** An Update of an actor. It carries the keys: Mastodon forgets those that an Update leaves out. */
export function updateActorActivity(
  iri: string,
  actor: ActorRecord,
  keys: readonly PublishedKey[],
  at: Date,
): JsonLd {
  return {
    "@context": ACTOR_CONTEXT,
    type: "Update",
    id: iri,
    actor: actor.iri,
    to: [AS_PUBLIC],
    cc: actor.followersIri === null ? [] : [actor.followersIri],
    published: at.toISOString(),
    object: actorObject(actor, keys),
  };
}

export function followActivity(iri: string, follower: string, followee: string): JsonLd {
  return {
    "@context": ACTIVITY_STREAMS,
    ...followObject({ iri, follower, followee }),
    to: [followee],
  };
}

export function undoFollowActivity(iri: string, follow: FollowOnWire): JsonLd {
  return about("Undo", iri, follow, { by: follow.follower, to: follow.followee });
}

export function acceptActivity(iri: string, follow: FollowOnWire): JsonLd {
  return about("Accept", iri, follow, { by: follow.followee, to: follow.follower });
}

export function rejectActivity(iri: string, follow: FollowOnWire): JsonLd {
  return about("Reject", iri, follow, { by: follow.followee, to: follow.follower });
}

/** An Accept of the Delete itself: what it says is gone here. */
export function acknowledgeActivity(iri: string, { deleteIri, by, to }: RecallOnWire): JsonLd {
  return {
    "@context": ACTIVITY_STREAMS,
    type: "Accept",
    id: iri,
    actor: by,
    to: [to],
    object: deleteIri,
  };
}

/** The Follow is embedded: several servers do not remember its id. */
function about(
  type: "Undo" | "Accept" | "Reject",
  iri: string,
  follow: FollowOnWire,
  { by, to }: { by: string; to: string },
): JsonLd {
  return {
    "@context": ACTIVITY_STREAMS,
    type,
    id: iri,
    actor: by,
    to: [to],
    object: followObject(follow),
  };
}

function followObject(follow: FollowOnWire): JsonLd {
  return { type: "Follow", id: follow.iri, actor: follow.follower, object: follow.followee };
}

function postObject(post: Visible<PostRecord>): JsonLd {
  if (post.type === "Article") return article(post);
  return post.type === "Question" ? question(post) : note(post);
}
