import type { Role } from "../../../domain/audience/policy.ts";
import type { OwnAccount } from "../../../services/accounts.ts";
import type { ActorRecord } from "../../../services/records.ts";
import { accountJson } from "./account.ts";

/** Ids and names of our roles, from the one that may do least to the one that may do most. */
const ROLES: Readonly<Record<Role, { readonly id: string; readonly name: string }>> = {
  reader: { id: "1", name: "Reader" },
  author: { id: "2", name: "Author" },
  editor: { id: "3", name: "Editor" },
  admin: { id: "4", name: "Administrator" },
};

/** In Mastodon's bits: reports, federation, settings, users. */
const ADMIN_PERMISSIONS = 0x10 | 0x20 | 0x40 | 0x400;

/** The account that the client acts as (`CredentialAccount`); the role is the member's. */
export function ownAccountJson(own: OwnAccount, role: Role, origin: string) {
  const { actor, settings } = own;
  return {
    ...accountJson(actor, origin),
    source: {
      privacy: settings.defaultVisibility,
      sensitive: settings.defaultSensitive,
      language: settings.defaultLanguage,
      quote_policy: settings.defaultQuotePolicy,
      note: settings.note,
      fields: typedFields(own),
      follow_requests_count: own.followRequests,
      hide_collections: actor.hidesCollections,
      discoverable: actor.discoverable,
      indexable: actor.indexable,
      attribution_domains: settings.attributionDomains,
    },
    role: roleJson(role),
  };
}

/** A profile as it is edited (`Profile`). */
export function profileJson(own: OwnAccount, origin: string) {
  const { actor, settings } = own;
  const account = accountJson(actor, origin);
  return {
    id: account.id,
    display_name: account.display_name,
    note: settings.note,
    fields: typedFields(own),
    avatar: actor.iconUrl,
    avatar_static: actor.iconUrl,
    avatar_description: actor.iconDescription,
    header: actor.imageUrl,
    header_static: actor.imageUrl,
    header_description: actor.imageDescription,
    locked: account.locked,
    bot: account.bot,
    hide_collections: account.hide_collections,
    discoverable: account.discoverable,
    indexable: account.indexable,
    show_media: account.show_media,
    show_media_replies: account.show_media_replies,
    show_featured: account.show_featured,
    attribution_domains: settings.attributionDomains,
  };
}

/** What a client sets for writing and reading (`Preferences`). */
export function preferencesJson({ settings }: OwnAccount) {
  return {
    "posting:default:visibility": settings.defaultVisibility,
    "posting:default:sensitive": settings.defaultSensitive,
    "posting:default:language": settings.defaultLanguage,
    "posting:default:quote_policy": settings.defaultQuotePolicy,
    "reading:expand:media": "default",
    "reading:expand:spoilers": false,
    "reading:autoplay:gifs": false,
  };
}

function typedFields({ actor, settings }: OwnAccount) {
  return settings.fields.map(({ name, value }, index) => ({
    name,
    value,
    verified_at: verifiedAt(actor, index),
  }));
}

function verifiedAt({ fields }: ActorRecord, index: number): string | null {
  return fields[index]?.verifiedAt ?? null;
}

function roleJson(role: Role) {
  return {
    ...ROLES[role],
    permissions: String(role === "admin" ? ADMIN_PERMISSIONS : 0),
    color: "",
    highlighted: false,
    collection_limit: 0,
  };
}
