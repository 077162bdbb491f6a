import type { JsonLd } from "./wire.ts";

/** How blocks and reports are said in ActivityStreams (`federation/outbound/moderation.ts`). */
export interface ModerationWire {
  block(block: BlockOnWire): JsonLd;
  undoBlock(activityIri: string, block: BlockOnWire): JsonLd;
  /** a report by the instance itself: who reported is nobody else's business */
  flag(report: FlagOnWire): JsonLd;
}

/** IRIs of a block's activity and of its two sides. */
export interface BlockOnWire {
  readonly iri: string;
  readonly blocker: string;
  readonly blocked: string;
}

/** A report about an actor elsewhere and some of its posts, which are named and not quoted. */
export interface FlagOnWire {
  readonly iri: string;
  /** our instance actor */
  readonly by: string;
  readonly about: string;
  readonly posts: readonly string[];
  readonly comment: string;
}
