import { isDeepStrictEqual } from "node:util";
import { eq } from "drizzle-orm";
import type { Audience } from "../domain/audience/audience.ts";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorsByIris, type ActorRecord } from "../persistence/repositories/actors.ts";
import {
  actors,
  actorSettings,
  organization,
  type ProfileField,
  type TypedField,
} from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { publishedKeys } from "./keys.ts";
import { requireEditor } from "./members.ts";
import { partnersNow } from "./partners.ts";
import { checkProfile, type ProfileChanges } from "./profile-input.ts";
import { removePicture } from "./profile-pictures.ts";
import { fieldHtml, fieldLink, profileHtml } from "./profile-text.ts";

const PUBLIC: Audience = [{ kind: "public" }];

/** What others see of an actor; when any of it changes, they are told. */
const SHOWN = [
  "type",
  "name",
  "summary",
  "fields",
  "iconUrl",
  "imageUrl",
  "iconDescription",
  "imageDescription",
  "manuallyApprovesFollowers",
  "discoverable",
  "indexable",
] as const satisfies readonly (keyof ActorRecord)[];

/**
 * Changes the profile of whom the client acts as, and tells followers and partners. The
 * organization's is changed only by editors who act as it.
 * @throws AppError `invalid_request`, `editors_only`
 */
export async function changeProfile(
  context: Context,
  acting: Acting,
  given: ProfileChanges,
): Promise<ActorRecord> {
  const changes = checkProfile(given);
  if (acting.actor.id !== acting.member.actorId) requireEditor(acting.member);
  const rendered = await render(context, changes);
  const [before, after] = await context.db.transaction(async (tx) => {
    const [locked] = await tx
      .select()
      .from(actors)
      .where(eq(actors.id, acting.actor.id))
      .for("update");
    if (locked === undefined) throw notFound();
    await saveSettings(tx, locked.id, changes);
    const set = columnsOf(locked, changes, rendered);
    if (isEmpty(set)) return [locked, locked];
    const [saved] = await tx.update(actors).set(set).where(eq(actors.id, locked.id)).returning();
    if (saved === undefined) throw notFound();
    await afterChange(context, tx, locked, saved);
    return [locked, saved];
  });
  if (after.kind === "organization") context.memory.forget();
  for (const picture of ["iconUrl", "imageUrl"] as const) {
    if (before[picture] !== after[picture]) await removePicture(context, before[picture]);
  }
  return after;
}

interface Rendered {
  readonly summary?: string;
  readonly fields?: readonly ProfileField[];
}

async function render(context: Context, { note, fields }: ProfileChanges): Promise<Rendered> {
  return {
    ...(note === undefined ? {} : { summary: await profileHtml(context, note) }),
    ...(fields === undefined ? {} : { fields: await renderFields(context, fields) }),
  };
}

async function renderFields(
  context: Context,
  fields: readonly TypedField[],
): Promise<ProfileField[]> {
  const rendered: ProfileField[] = [];
  for (const { name, value } of fields) {
    rendered.push({ name, value: await fieldHtml(context, value) });
  }
  return rendered;
}

function columnsOf(
  before: ActorRecord,
  changes: ProfileChanges,
  { summary, fields }: Rendered,
): { [Name in keyof ActorRecord]?: ActorRecord[Name] | undefined } {
  const isMember = before.kind === "member";
  return {
    name: changes.displayName,
    summary,
    fields: fields?.map((field) => withVerification(field, before.fields)),
    iconUrl: changes.avatar,
    imageUrl: changes.header,
    iconDescription: changes.avatarDescription,
    imageDescription: changes.headerDescription,
    manuallyApprovesFollowers: changes.locked,
    // An organization is what it is; a member may say that a program writes.
    type: isMember && changes.bot !== undefined ? (changes.bot ? "Service" : "Person") : undefined,
    discoverable: changes.discoverable,
    indexable: changes.indexable,
    hidesCollections: changes.hidesCollections,
    showsMedia: changes.showsMedia,
    showsMediaOfReplies: changes.showsMediaOfReplies,
    showsFeatured: changes.showsFeatured,
  };
}

/** What was verified stays so as long as nobody changes it. */
function withVerification(field: ProfileField, before: readonly ProfileField[]): ProfileField {
  const same = before.find(({ value }) => value === field.value);
  return same?.verifiedAt === undefined ? field : { ...field, verifiedAt: same.verifiedAt };
}

async function saveSettings(tx: Transaction, actorId: Id, changes: ProfileChanges): Promise<void> {
  const set = {
    note: changes.note,
    fields: changes.fields === undefined ? undefined : [...changes.fields],
    attributionDomains:
      changes.attributionDomains === undefined ? undefined : [...changes.attributionDomains],
    defaultVisibility: changes.visibility,
    defaultSensitive: changes.sensitive,
    defaultLanguage: changes.language,
    defaultQuotePolicy: changes.quotePolicy,
  };
  if (isEmpty(set)) return;
  await tx
    .insert(actorSettings)
    .values({ actorId, ...set })
    .onConflictDoUpdate({ target: actorSettings.actorId, set });
}

/** Whether nothing is to be set: what is undefined stays as it is. */
function isEmpty(set: object): boolean {
  return Object.values(set).every((value) => value === undefined);
}

/** What follows from a change: our caches, other instances, links to verify. */
async function afterChange(
  context: Context,
  tx: Transaction,
  before: ActorRecord,
  after: ActorRecord,
): Promise<void> {
  if (after.kind === "organization") {
    const policy = after.manuallyApprovesFollowers ? "approve" : "open";
    await tx.update(organization).set({ followPolicy: policy });
    await announceChange(tx, "organization");
  }
  await announceChange(tx, `document:${after.iri}`);
  if (SHOWN.some((name) => !isDeepStrictEqual(before[name], after[name]))) {
    await tellOthers(context, tx, after);
  }
  if (hasLinkToVerify(after)) {
    await context.jobs.enqueue(tx, "verify-links", { actorId: after.id.toString() });
  }
}

function hasLinkToVerify({ fields }: ActorRecord): boolean {
  return fields.some(({ value, verifiedAt }) => verifiedAt === undefined && linkIn(value) !== null);
}

/** The address that a field of ours leads to. */
export function linkIn(value: string): string | null {
  const text = /^<a href="[^"]*" rel="me [^"]*" target="_blank">([^<]*)<\/a>$/.exec(value)?.[1];
  return text === undefined ? null : fieldLink(unescapeHtml(text));
}

function unescapeHtml(text: string): string {
  const characters: Record<string, string> = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
    "&amp;": "&",
  };
  return text.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => characters[entity] ?? entity);
}

/** An Update of the actor for followers and partners, who know its members by their replies. */
async function tellOthers(context: Context, tx: Transaction, actor: ActorRecord): Promise<void> {
  const { partners } = await partnersNow(context);
  const single = [...partners.single.values()].flatMap((organizations) => [...organizations]);
  const partnerActors = await findActorsByIris(tx, [...new Set([...partners.standing, ...single])]);
  const iri = context.iris.activity(context.newKey());
  const keys = await publishedKeys(context, actor.id);
  await recordActivity(context, tx, {
    iri,
    actorId: actor.id,
    type: "Update",
    body: context.wire.updateActor(iri, actor, keys, context.now()),
    audience: PUBLIC,
    to: [...partnerActors.values()].map(({ id }) => id),
  });
}
