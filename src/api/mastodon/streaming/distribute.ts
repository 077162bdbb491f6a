import { isPublic } from "../../../domain/audience/audience.ts";
import { AppError } from "../../../domain/errors.ts";
import type { Id } from "../../../domain/ids.ts";
import { isPublicStream, PUBLIC_STREAMS, type Stream } from "../../../domain/stream.ts";
import type { Context } from "../../../services/context.ts";
import type { StreamEvent } from "../../../services/events.ts";
import { getConversation } from "../../../services/conversation-reading.ts";
import { getNotification, viewNotifications } from "../../../services/notification-views.ts";
import { readPostsByIds } from "../../../services/post-reading.ts";
import type { PostRecord } from "../../../services/records.ts";
import { viewStatus, viewStatuses } from "../../../services/status-views.ts";
import {
  couldSee,
  findBoost,
  findInStream,
  findInterested,
  happeningOf,
  type Happening,
} from "../../../services/stream-entries.ts";
import { includesScope, type Credential } from "../../../services/tokens.ts";
import { conversationJson } from "../entities/conversation.ts";
import { notificationJson } from "../entities/notification.ts";
import { statusJson } from "../entities/status.ts";
import type { Audience, StreamHub } from "./hub.ts";
import { StreamMessage, type StreamMessageEvent } from "./message.ts";

/** How many viewers are decided about at once. */
const AT_ONCE = 4;

type Wanted = (stream: Stream, credential: Credential) => boolean;

/**
 * Tells those with open streams what happened. What it is about is read once; for each who listens it
 * is decided at this moment whether they may see it and whether it belongs into their stream.
 */
export async function distribute(
  context: Context,
  hub: StreamHub,
  event: StreamEvent,
): Promise<void> {
  switch (event.kind) {
    case "post":
      return tellOfPost(context, hub, event.post, "update");
    case "edit":
      return tellOfPost(context, hub, event.post, "status.update");
    case "gone":
      return tellOfDeletion(context, hub, event.post);
    case "boost":
      return tellOfBoost(context, hub, event.boost);
    case "unboost":
      return tellOfUnboost(context, hub, event);
    case "notification":
      return tellOfNotification(context, hub, event);
    case "conversation":
      return tellOfConversation(context, hub, event);
    case "filters": {
      const mine: Wanted = ({ name }, { actor }) => name === "user" && actor.id === event.actor;
      for (const { connections, stream } of await hub.audiences(mine)) {
        hub.send(connections, new StreamMessage(stream, "filters_changed", null));
      }
      return;
    }
    case "access":
      return hub.checkMember(event.member);
  }
}

async function tellOfPost(
  context: Context,
  hub: StreamHub,
  id: Id,
  event: "update" | "status.update",
): Promise<void> {
  const [post] = await readPostsByIds(context, [id]);
  if (post === undefined || post.withdrawn) return;
  hub.hashtags.set(id, post.hashtags ?? []);
  const wanted = await whoWants(context, hub, happeningOf(post), (stream) => suits(stream, post));
  await tellStatus(context, hub, { id, event, wanted });
}

async function tellOfBoost(context: Context, hub: StreamHub, id: Id): Promise<void> {
  const boost = await findBoost(context, id);
  if (boost === null) return;
  const happening = { authorId: boost.actorId, audience: [], hashtags: [] };
  const wanted = await whoWants(context, hub, happening, () => false);
  await tellStatus(context, hub, { id, event: "update", wanted });
}

/** Sends a post or boost to those in whose timelines it stands. */
async function tellStatus(
  context: Context,
  hub: StreamHub,
  told: { readonly id: Id; readonly event: StreamMessageEvent; readonly wanted: Wanted },
): Promise<void> {
  const { origin } = context.config;
  await forEach(await hub.audiences(told.wanted), async ({ credential, stream, connections }) => {
    const { entries, filtered } = await findInStream(context, credential, stream, told.id);
    const [view] = await viewStatuses(context, credential, entries, { filtered });
    if (view === undefined) return;
    const payload = JSON.stringify(statusJson(view, origin));
    hub.send(connections, new StreamMessage(stream, told.event, payload));
  });
}

/** Nobody learns of the end of what they could not see: not even its id. */
async function tellOfDeletion(context: Context, hub: StreamHub, id: Id): Promise<void> {
  const [emptied] = await readPostsByIds(context, [id]);
  if (emptied === undefined) return;
  const post = { ...emptied, hashtags: [...(hub.hashtags.get(id) ?? [])] };
  const wanted = await whoWants(context, hub, happeningOf(post), (stream) => suits(stream, post));
  await tellGone(context, hub, { id, post, wanted });
}

async function tellOfUnboost(
  context: Context,
  hub: StreamHub,
  { boost, actor, post: postId }: StreamEvent & { readonly kind: "unboost" },
): Promise<void> {
  const [post] = await readPostsByIds(context, [postId]);
  if (post === undefined) return;
  const happening = { authorId: actor, audience: [], hashtags: [] };
  const wanted = await whoWants(context, hub, happening, () => false);
  await tellGone(context, hub, { id: boost, post, wanted });
}

async function tellGone(
  context: Context,
  hub: StreamHub,
  gone: { readonly id: Id; readonly post: PostRecord; readonly wanted: Wanted },
): Promise<void> {
  await forEach(await hub.audiences(gone.wanted), async ({ credential, stream, connections }) => {
    if (!(await couldSee(context, credential, gone.post))) return;
    hub.send(connections, new StreamMessage(stream, "delete", gone.id.toString()));
  });
}

async function tellOfNotification(
  context: Context,
  hub: StreamHub,
  { actor: recipient, notification }: StreamEvent & { readonly kind: "notification" },
): Promise<void> {
  const mine: Wanted = ({ name }, { actor, scopes }) =>
    (name === "user" || name === "user:notification") &&
    actor.id === recipient &&
    includesScope(scopes, "read:notifications");
  await forEach(await hub.audiences(mine), async ({ credential, stream, connections }) => {
    const revealed = await getNotification(context, credential, notification);
    const [view] = await viewNotifications(context, credential, [revealed]);
    if (view === undefined) return;
    const payload = JSON.stringify(notificationJson(view, context.config.origin));
    hub.send(connections, new StreamMessage(stream, "notification", payload));
  });
}

async function tellOfConversation(
  context: Context,
  hub: StreamHub,
  { actor: owner, conversation }: StreamEvent & { readonly kind: "conversation" },
): Promise<void> {
  const mine: Wanted = ({ name }, { actor }) => name === "direct" && actor.id === owner;
  const { origin } = context.config;
  await forEach(await hub.audiences(mine), async ({ credential, stream, connections }) => {
    const { last, ...found } = await getConversation(context, credential, conversation);
    const view = await viewStatus(context, credential, last);
    const payload = JSON.stringify(conversationJson(found, view, origin));
    hub.send(connections, new StreamMessage(stream, "conversation", payload));
  });
}

/** Who may want to have it: public streams by what it is, homes and lists by whose it is. */
async function whoWants(
  context: Context,
  hub: StreamHub,
  happening: Happening,
  inPublic: (stream: Stream) => boolean,
): Promise<Wanted> {
  const listIds = hub
    .streams(({ name }) => name === "list")
    .flatMap((stream) => ("list" in stream ? stream.list : []));
  const actorIds = hub.actorsWith(({ name }) => name === "user");
  const { homes, lists } = await findInterested(context, happening, { actorIds, listIds });
  return (stream, { actor }) => {
    if (stream.name === "user") return homes.has(actor.id);
    return "list" in stream ? lists.has(stream.list) : inPublic(stream);
  };
}

/** Whether a post can stand in a public stream or under a hashtag, as far as it shows itself. */
function suits(stream: Stream, post: PostRecord): boolean {
  if (!isPublic(post.audience) || post.quiet) return false;
  if ("tag" in stream) {
    const here = stream.name === "hashtag" || post.local;
    return here && (post.hashtags ?? []).includes(stream.tag);
  }
  if (!isPublicStream(stream)) return false;
  const { local, remote, onlyMedia } = PUBLIC_STREAMS[stream.name];
  if ((local && !post.local) || (remote && post.local)) return false;
  return !onlyMedia || post.attachments.length > 0 || post.withdrawn;
}

async function forEach(
  audiences: readonly Audience[],
  tell: (audience: Audience) => Promise<void>,
): Promise<void> {
  const waiting = [...audiences];
  const failures: unknown[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await tell(next).catch((error: unknown) => {
        // Not theirs to see, or gone by now: that is an answer, not a failure.
        if (!(error instanceof AppError) || error.status !== 404) failures.push(error);
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
}
