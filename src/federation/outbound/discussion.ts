import type { Visible } from "../../domain/audience/policy.ts";
import type { ActorRecord, PostRecord } from "../../services/records.ts";
import type { JsonLd, LikeOnWire, RelayOnWire } from "../../services/wire.ts";
import { ACTIVITY_STREAMS, OBJECT_CONTEXT } from "../vocab/context.ts";
import { dates, tags } from "./post-parts.ts";

/**
 * The owner of a discussion passes a reply on: an Add to the discussion's context (FEP-7888), for one
 * partner. Its author is described, so that nobody has to ask the author's server; mentions are left
 * out, as they could name people whom this partner does not know of.
 */
export function relayActivity(iri: string, reply: Visible<PostRecord>, by: RelayOnWire): JsonLd {
  const to = [by.to];
  return {
    "@context": OBJECT_CONTEXT,
    type: "Add",
    id: iri,
    actor: by.owner,
    to,
    target: by.discussion,
    object: {
      type: "Note",
      id: reply.iri,
      attributedTo: describe(reply.authorActor),
      ...(reply.inReplyToIri === null ? {} : { inReplyTo: reply.inReplyToIri }),
      context: by.discussion,
      content: reply.contentHtml,
      ...(reply.summary === "" ? {} : { summary: reply.summary }),
      sensitive: reply.sensitive,
      ...(reply.language === null ? {} : { contentMap: { [reply.language]: reply.contentHtml } }),
      to,
      ...dates(reply),
      tag: tags(reply).filter((tag) => tag["type"] === "Hashtag"),
      revision: reply.revision,
      ...(reply.label === null ? {} : { label: reply.label }),
    },
  };
}

function describe(author: ActorRecord): JsonLd {
  return {
    type: "Person",
    id: author.iri,
    preferredUsername: author.handle,
    name: author.name,
    url: author.url,
  };
}

/** What was relayed is taken out of the discussion. */
export function endRelayActivity(iri: string, replyIri: string, by: RelayOnWire): JsonLd {
  return {
    "@context": ACTIVITY_STREAMS,
    type: "Remove",
    id: iri,
    actor: by.owner,
    to: [by.to],
    target: by.discussion,
    object: replyIri,
  };
}

export function likeActivity(iri: string, like: LikeOnWire): JsonLd {
  return { "@context": ACTIVITY_STREAMS, ...likeObject(iri, like), to: [like.to] };
}

/** The Like is embedded: several servers do not remember its id. */
export function undoLikeActivity(iri: string, like: LikeOnWire & { readonly iri: string }): JsonLd {
  return {
    "@context": ACTIVITY_STREAMS,
    type: "Undo",
    id: iri,
    actor: like.actor,
    to: [like.to],
    object: likeObject(like.iri, like),
  };
}

function likeObject(iri: string, like: LikeOnWire): JsonLd {
  return { type: "Like", id: iri, actor: like.actor, object: like.post };
}
