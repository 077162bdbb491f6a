import { and, asc, count, eq } from "drizzle-orm";
import type { Audience } from "../domain/audience/audience.ts";
import { actors, follows, members } from "../persistence/schema/index.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";

/** Who would get what is published for an audience, before it is. */
export interface AudiencePreview {
  /** anyone on the web */
  readonly public: boolean;
  /** how many approved followers */
  readonly followers: number;
  /** those followers that are organizations */
  readonly organizations: readonly ActorRecord[];
  /** those followers that are people */
  readonly people: readonly ActorRecord[];
  /** how many of our own members */
  readonly members: number;
}

/** Lists are cut at this length; `followers` counts them all. */
const LISTED = 1000;

/** Exactly who would get a practice of the organization for `audience` now. */
export async function previewAudience(
  context: Context,
  audience: Audience,
): Promise<AudiencePreview> {
  const { actor } = await requireOrganization(context);
  const ofOrganization = and(eq(follows.followeeId, actor.id), eq(follows.state, "accepted"));
  const [[total], followers, [own]] = await Promise.all([
    context.db.select({ value: count() }).from(follows).where(ofOrganization),
    context.db
      .select({ actor: actors })
      .from(follows)
      .innerJoin(actors, eq(actors.id, follows.followerId))
      .where(ofOrganization)
      .orderBy(asc(actors.host), asc(actors.handle))
      .limit(LISTED),
    context.db.select({ value: count() }).from(members),
  ]);
  const listed = followers.map((row) => row.actor);
  return {
    public: audience.some((atom) => atom.kind === "public"),
    followers: total?.value ?? 0,
    organizations: listed.filter((follower) => follower.type === "Organization"),
    people: listed.filter((follower) => follower.type !== "Organization"),
    members: own?.value ?? 0,
  };
}
