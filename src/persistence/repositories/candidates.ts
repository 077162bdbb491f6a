import type { Id } from "../../domain/ids.ts";
import type { PostVersion } from "./post-versions.ts";

/** Something that belongs into a timeline as far as SQL can tell; whether it may be seen is open. */
export interface Candidate {
  /** the post's id, or the boost's */
  readonly id: Id;
  readonly postId: Id;
  /** the post as it was then; null = not read along */
  readonly version: PostVersion | null;
  readonly boost: CandidateBoost | null;
}

/** A boost, and of which version the row of its actor is (see `PostVersion`). */
export interface CandidateBoost {
  readonly iri: string;
  readonly createdAt: Date;
  readonly authorId: Id;
  readonly authorVersion: string;
}

/** Which stretch of a timeline: between two ids, from the newer end or (`upwards`) from the older. */
export interface Stretch {
  readonly before: Id | null;
  readonly after: Id | null;
  readonly upwards: boolean;
  /** stands in the statement; few values, as each makes a plan */
  readonly most: number;
}
