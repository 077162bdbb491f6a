import type { ActorRecord } from "../../../services/records.ts";
import type { MuteEntry } from "../../../services/mutes.ts";
import { PICTURES_PATH } from "../pictures.ts";

/** Where an instance serves what accounts without pictures show. */
const DEFAULT_AVATAR = `${PICTURES_PATH}/avatar.png`;
const DEFAULT_HEADER = `${PICTURES_PATH}/header.png`;

const BOTS = new Set(["Service", "Application"]);

/** An actor as clients know it (`Account`). `origin` is our own. */
export function accountJson(actor: ActorRecord, origin: string) {
  const avatar = actor.iconUrl ?? origin + DEFAULT_AVATAR;
  const header = actor.imageUrl ?? origin + DEFAULT_HEADER;
  return {
    id: actor.id.toString(),
    username: actor.handle,
    acct: acctOf(actor),
    display_name: actor.name,
    locked: actor.manuallyApprovesFollowers,
    bot: BOTS.has(actor.type),
    discoverable: actor.discoverable,
    indexable: actor.indexable,
    group: actor.type === "Group",
    created_at: dayOf(actor.publishedAt ?? actor.createdAt),
    note: actor.summary,
    url: actor.url,
    uri: actor.iri,
    avatar,
    avatar_static: avatar,
    avatar_description: actor.iconDescription,
    header,
    header_static: header,
    header_description: actor.imageDescription,
    followers_count: actor.followersCount,
    following_count: actor.followingCount,
    statuses_count: actor.postsCount,
    last_status_at: actor.lastPostAt?.toISOString().slice(0, 10) ?? null,
    hide_collections: actor.hidesCollections,
    show_media: actor.showsMedia,
    show_media_replies: actor.showsMediaOfReplies,
    show_featured: actor.showsFeatured,
    noindex: !actor.indexable,
    feature_approval: { automatic: [], manual: [], current_user: "denied" as const },
    emojis: [],
    roles: [],
    fields: actor.fields.map(({ name, value, verifiedAt }) => ({
      name,
      value,
      verified_at: verifiedAt ?? null,
    })),
    ...(actor.suspendedAt === null ? {} : { suspended: true }),
  };
}

/** The same with the account that it has moved to. */
export function movedAccountJson(actor: ActorRecord, target: ActorRecord | null, origin: string) {
  const account = accountJson(actor, origin);
  return target === null ? account : { ...account, moved: accountJson(target, origin) };
}

/** Somebody who is muted (`MutedAccount`). */
export function mutedAccountJson({ actor, until }: MuteEntry, origin: string) {
  return { ...accountJson(actor, origin), mute_expires_at: until?.toISOString() ?? null };
}

export type AccountJson = ReturnType<typeof accountJson>;

/** `alpha` for our own, `bravo@bravo.example` for others. */
export function acctOf(actor: Pick<ActorRecord, "kind" | "handle" | "host">): string {
  return actor.kind === "remote" ? `${actor.handle}@${actor.host}` : actor.handle;
}

/** Clients show the day on which somebody joined; the exact time is nobody's business. */
function dayOf(date: Date): string {
  return `${date.toISOString().slice(0, 10)}T00:00:00.000Z`;
}
