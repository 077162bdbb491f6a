import { and, asc, count, eq, isNull } from "drizzle-orm";
import type { Audience } from "../domain/audience/audience.ts";
import { isEditor, type Visible } from "../domain/audience/policy.ts";
import { defaultLabel } from "../domain/label.ts";
import type { Label } from "../domain/practice.ts";
import { findActorsByIris, type ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { actors, follows, members } from "../persistence/schema/index.ts";
import { judgeAudience } from "./audience-check.ts";
import { readAudience, type Refusal } from "./audience-input.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";
import { warnOfOutsiders } from "./outsiders.ts";

/** Who would get what is published for an audience, before it is. */
export interface AudiencePreview {
  readonly audience: Audience;
  /** the label that it would have */
  readonly label: Label;
  /** anyone on the web */
  readonly public: boolean;
  /** how many approved followers; 0 when it is not for them */
  readonly followers: number;
  /** organizations that would get it: partners, and followers that are organizations */
  readonly organizations: readonly ActorRecord[];
  /** people who would get it: those who are named, and followers who are people */
  readonly people: readonly ActorRecord[];
  /** how many of our own members could read it */
  readonly members: number;
  /** what the boundary refuses; nothing can be published as long as there is something */
  readonly refused: readonly Refusal[];
  readonly warnings: readonly string[];
}

/** What somebody is about to publish. */
export interface PreviewInput {
  /** `audience[]` as the REST API takes it */
  readonly audience: readonly string[];
  readonly label?: Label | undefined;
  /** Markdown, to be looked through for mentions */
  readonly content?: string | undefined;
  /** the practice and its present audience, when it is about an edit */
  readonly present?: { readonly iri: string; readonly audience: Audience } | undefined;
}

/** Lists are cut at this length; `followers` counts them all. */
const LISTED = 1000;

/** Exactly who would get a practice of the organization for `audience` now. @throws AppError `invalid_request` */
export async function previewAudience(
  context: Context,
  input: PreviewInput,
): Promise<AudiencePreview> {
  const { audience, refused } = await readAudience(
    context,
    input.audience,
    input.present?.audience,
  );
  const label = input.label ?? defaultLabel(audience);
  const postIri = input.present?.iri ?? null;
  const [judgement, outsiders, followers, own, people] = await Promise.all([
    judgeAudience(context, context.db, {
      audience,
      label,
      postIri,
      ...(input.present === undefined ? {} : { present: input.present.audience }),
    }),
    warnOfOutsiders(context, { audience, content: input.content ?? "", postIri }),
    listFollowers(context, audience),
    countMembers(context, audience),
    findActorsByIris(context.db, peopleIn(audience)),
  ]);
  const partners = [...judgement.partners.values()].map((partner) => partner.organization);
  const isOrganization = ({ type }: ActorRecord) => type === "Organization";
  return {
    audience,
    label,
    public: audience.some((atom) => atom.kind === "public"),
    followers: followers.total,
    organizations: once([...partners, ...followers.listed.filter(isOrganization)]),
    people: once([
      ...people.values(),
      ...followers.listed.filter((actor) => !isOrganization(actor)),
    ]),
    members: own,
    refused: [...refused, ...judgement.refused],
    warnings: [...judgement.warnings, ...outsiders],
  };
}

/** The followers, when the audience has them in it. */
async function listFollowers(
  context: Context,
  audience: Audience,
): Promise<{ total: number; listed: ActorRecord[] }> {
  if (!audience.some((atom) => atom.kind === "public" || atom.kind === "followers")) {
    return { total: 0, listed: [] };
  }
  const { actor } = await requireOrganization(context);
  const ofOrganization = and(eq(follows.followeeId, actor.id), eq(follows.state, "accepted"));
  const [[total], rows] = await Promise.all([
    context.db.select({ value: count() }).from(follows).where(ofOrganization),
    context.db
      .select({ actor: actors })
      .from(follows)
      .innerJoin(actors, eq(actors.id, follows.followerId))
      .where(ofOrganization)
      .orderBy(asc(actors.host), asc(actors.handle))
      .limit(LISTED),
  ]);
  return { total: total?.value ?? 0, listed: rows.map((row) => row.actor) };
}

/** All of our members read what leaves the organization; what is for persons, editors alone. */
async function countMembers(context: Context, audience: Audience): Promise<number> {
  const rows = await context.db
    .select({ role: members.role })
    .from(members)
    .where(isNull(members.suspendedAt));
  const forAll = audience.some((atom) => atom.kind !== "person");
  return rows.filter(({ role }) => forAll || isEditor(role)).length;
}

function peopleIn(audience: Audience): string[] {
  return audience.flatMap((atom) => (atom.kind === "person" ? [atom.actor] : []));
}

function once(list: readonly ActorRecord[]): ActorRecord[] {
  return [...new Map(list.map((actor) => [actor.iri, actor])).values()];
}

/** What the author of a practice should know of its audience: whom it does not reach, for example. */
export async function warningsAbout(
  context: Context,
  post: Visible<PostRecord>,
): Promise<readonly string[]> {
  const { audience, iri } = post;
  const [{ warnings }, outsiders] = await Promise.all([
    judgeAudience(context, context.db, {
      audience,
      present: audience,
      label: post.label ?? defaultLabel(audience),
      postIri: iri,
    }),
    warnOfOutsiders(context, { audience, content: post.practice?.markdown ?? "", postIri: iri }),
  ]);
  return [...warnings, ...outsiders];
}
