import type { RemoteHandle } from "../domain/handle.ts";
import type { Benefit, Label, PracticeKind } from "../domain/practice.ts";
import type { PostAttachment, PostTag, ProfileField } from "../persistence/schema/index.ts";
import type { RemoteQuote } from "./remote-quotes.ts";
import type { RemotePoll } from "./remote-polls.ts";
import type { RemoteAccounts } from "./remote-accounts.ts";

export type { PostAttachment, PostTag, ProfileField } from "../persistence/schema/index.ts";

/**
 * What the services need of other instances. Implemented by `federation/remote`, which signs as the
 * instance actor, guards every address and bounds time and size.
 */
export interface Remote {
  /**
   * Handle → IRI of the actor, by WebFinger.
   * @throws AppError `remote_not_found`, `remote_unreachable`, `remote_invalid`
   */
  findActor(handle: RemoteHandle): Promise<string>;
  /**
   * Reads an actor document from its own origin. WebFinger confirms its handle, unless it is still
   * the one that `known` says.
   * @throws AppError `remote_not_found`, `remote_gone`, `remote_unreachable`, `remote_invalid`
   */
  readActor(iri: string, known?: RemoteHandle): Promise<RemoteActor>;
  /**
   * Reads a public key from its own IRI, and the actor whose own document confirms it as its key.
   * @throws AppError as `readActor`
   */
  readKey(keyIri: string): Promise<{ key: RemoteKey; actor: RemoteActor }>;
  /**
   * Reads an object or a page from its own origin; a page's URL leads to its object.
   * @throws AppError as `readActor`
   */
  readObject(iri: string): Promise<RemoteObject>;
  /**
   * Reads the text of a terms document, of at most 256 KiB, from that very address.
   * @throws AppError as `readActor`
   */
  readTerms(url: string): Promise<string>;
  /**
   * Whether a page links to one of `targets` with `rel="me"`; of a bounded page, within a bounded time.
   * @throws AppError what the guarded client throws
   */
  linksBack(url: string, targets: readonly string[]): Promise<boolean>;
  /**
   * Reads an author's consent to a quote (FEP-044f) from its own origin.
   * @throws AppError as `readActor`
   */
  readQuoteStamp(iri: string): Promise<QuoteStamp>;
  /** people's accounts there */
  readonly accounts: RemoteAccounts;
}

/** Consent that one post quotes another, as it stands at its IRI. */
export interface QuoteStamp {
  /** attributedTo */
  readonly author: string;
  /** interactingObject */
  readonly quoting: string;
  /** interactionTarget */
  readonly quoted: string;
}

/** What an IRI or URL turned out to be. */
type RemoteObject =
  | { readonly kind: "actor"; readonly actor: RemoteActor }
  | { readonly kind: "post"; readonly post: RemotePost };

/** A public key as published; `pem` is SPKI. */
export interface RemoteKey {
  readonly keyIri: string;
  readonly algorithm: "rsa" | "ed25519";
  readonly pem: string;
}

/** An actor of another instance, normalized and sanitized. */
export interface RemoteActor {
  readonly iri: string;
  readonly type: string;
  readonly handle: string;
  /** host of the handle: the WebFinger subject's */
  readonly host: string;
  readonly name: string;
  readonly summary: string;
  readonly url: string;
  readonly inbox: string;
  readonly sharedInbox: string | null;
  readonly followersIri: string | null;
  readonly followingIri: string | null;
  readonly outboxIri: string | null;
  readonly featuredIri: string | null;
  readonly iconUrl: string | null;
  readonly imageUrl: string | null;
  readonly fields: readonly ProfileField[];
  readonly alsoKnownAs: readonly string[];
  readonly movedTo: string | null;
  readonly manuallyApprovesFollowers: boolean;
  readonly discoverable: boolean;
  /** its public posts may be found by search */
  readonly indexable: boolean;
  readonly iconDescription: string;
  readonly imageDescription: string;
  readonly kin: Readonly<Record<string, unknown>> | null;
  readonly publishedAt: Date | null;
  readonly keys: readonly RemoteKey[];
}

/** A post of another instance, normalized and sanitized; addresses are as they came. */
export interface RemotePost {
  readonly iri: string;
  readonly url: string;
  /** attributedTo */
  readonly author: string;
  readonly type: string;
  readonly inReplyTo: string | null;
  readonly context: string | null;
  readonly title: string;
  readonly summary: string;
  readonly contentHtml: string;
  readonly language: string | null;
  readonly sensitive: boolean;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly attachments: readonly PostAttachment[];
  readonly tags: readonly PostTag[];
  readonly publishedAt: Date | null;
  readonly updatedAt: Date | null;
  /** Praxis's own revision number; null from other servers */
  readonly revision: number | null;
  /** what only practices have; null for everything that is not an Article */
  readonly practice: RemotePractice | null;
  /** what a Question offers; null for everything else */
  readonly poll: RemotePoll | null;
  /** what it says that it quotes */
  readonly quote: RemoteQuote | null;
}

export interface RemotePractice {
  readonly kind: PracticeKind;
  readonly label: Label | null;
  readonly topics: readonly string[];
  readonly benefits: readonly Benefit[];
  readonly license: string | null;
  readonly credits: readonly string[];
}
