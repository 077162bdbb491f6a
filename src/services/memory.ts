import type { KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { FollowPolicy } from "../domain/follow.ts";
import type { Id } from "../domain/ids.ts";
import type { CompiledFilters } from "./filter-matches.ts";
import type { OriginFacts } from "./origin-rules.ts";
import type { PartnerFacts } from "./partners.ts";
import { PostMemory } from "./post-memory.ts";
import { RemoteMemory } from "./remote-memory.ts";
import type { Credential } from "./tokens.ts";

/** The organization of this instance, with the actor that signs for the server itself. */
export interface Organization {
  readonly actor: ActorRecord;
  readonly instanceActor: ActorRecord;
  readonly followPolicy: FollowPolicy;
}

/** A private key that is ready to sign. */
export interface SigningKey {
  readonly keyIri: string;
  readonly privateKey: KeyObject;
}

/** The key pair by which push services know this instance (RFC 8292); P-256, base64url. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** What a token stood for at some version of its rows. */
export interface KnownCredential {
  readonly version: string;
  readonly credential: Credential;
  readonly lastUsedAt: Date | null;
}

/**
 * What one process keeps in memory of the database because it is read on every request and hardly
 * ever changes. `forget` is called for every change that any process announces.
 */
export class Memory {
  organization: Organization | null = null;
  /** partnerships and circles; forgotten whenever one changes */
  partners: Promise<PartnerFacts> | null = null;
  /** rules about whole origins; forgotten with `partners`, on which they depend */
  origins: Promise<OriginFacts> | null = null;
  readonly signingKeys = new Map<`${Id}:${string}`, Promise<SigningKey>>();
  vapidKeys: Promise<VapidKeys> | null = null;
  readonly remote = new RemoteMemory();
  readonly posts = new PostMemory();
  /** links that were shown to clients, by holder and file */
  readonly mediaLinks = new LRUCache<string, { readonly url: string; readonly expiresAt: Date }>({
    max: 5_000,
  });
  /** of actors who looked lately; read anew on each request, made ready when they have changed */
  readonly filters = new LRUCache<Id, CompiledFilters>({ max: 1_000 });
  /** by the token's hash; one counts only as long as the database has that version of it */
  readonly credentials = new LRUCache<string, KnownCredential>({ max: 1_000 });
  /** offers of partnerships whose terms are being read */
  offersInHand = 0;

  forget(): void {
    this.organization = null;
    this.partners = null;
    this.origins = null;
    this.vapidKeys = null;
    this.remote.forget();
    this.posts.forget();
    this.credentials.clear();
    this.signingKeys.clear();
  }
}
