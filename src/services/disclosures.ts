import { formatAtom, type Atom } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { Queryable, Transaction } from "../persistence/database.ts";
import {
  addEvents,
  type DisclosureEvent,
  type DisclosureLine,
} from "../persistence/repositories/disclosures.ts";
import * as repository from "../persistence/repositories/disclosures.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { disclosures } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { requireEditor, type Member } from "./members.ts";
import type { PartnerTerms } from "./partner-terms.ts";

export type { DisclosureEvent, DisclosureLine };

/** The atom of the audience by which an organization gets a post: by its name rather than by a circle. */
function atomFor(post: PostRecord, organization: string): Atom {
  const byName = post.audience.find(
    (atom) => atom.kind === "partner" && atom.organization === organization,
  );
  return (
    byName ??
    post.audience.find((atom) => atom.kind === "circle") ?? { kind: "partner", organization }
  );
}

/** Records that the present revision is made available to a partner. Returns the disclosure's id. */
export async function disclosePartner(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  { organization, termsSha256 }: PartnerTerms,
): Promise<Id> {
  return insert(context, tx, post, {
    recipient: "actor",
    actorId: organization.id,
    atom: formatAtom(atomFor(post, organization.iri)),
    lane: "kin",
    termsSha256,
  });
}

/** Records that the present revision is made available to one person: whole, or behind a notice. */
export async function disclosePerson(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  person: ActorRecord,
  lane: "kin" | "notice",
): Promise<Id> {
  return insert(context, tx, post, {
    recipient: "actor",
    actorId: person.id,
    atom: formatAtom({ kind: "person", actor: person.iri }),
    lane,
    termsSha256: null,
  });
}

/** Records that the present revision is made available to everybody, or to the followers. */
export async function discloseOpenly(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  recipient: "public" | "followers",
): Promise<Id> {
  return insert(context, tx, post, {
    recipient,
    actorId: null,
    atom: recipient,
    lane: "open",
    termsSha256: null,
  });
}

async function insert(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
  values: Pick<
    typeof disclosures.$inferInsert,
    "recipient" | "actorId" | "atom" | "lane" | "termsSha256"
  >,
): Promise<Id> {
  const [row] = await tx
    .insert(disclosures)
    .values({
      ...values,
      postId: post.id,
      revision: post.revision,
      title: post.title,
      label: post.label,
      createdAt: context.now(),
    })
    .returning({ id: disclosures.id });
  if (row === undefined) throw new Error("insert into disclosures returned no row");
  return row.id;
}

/** A delivery that made or recalled a disclosure, as it ended. */
export interface DisclosureOutcome {
  readonly disclosureId: Id;
  readonly recall: boolean;
  readonly arrived: boolean;
  /** HTTP status or error code */
  readonly result: string;
}

/** Writes what became of deliveries into the record. */
export async function recordOutcomes(
  context: Context,
  db: Queryable,
  outcomes: readonly DisclosureOutcome[],
): Promise<void> {
  const events = outcomes.map(({ disclosureId, recall, arrived, result }) => ({
    disclosureId,
    event: eventOf(recall, arrived),
    detail: result,
  }));
  await addEvents(db, events, context.now());
}

function eventOf(recall: boolean, arrived: boolean): DisclosureEvent {
  if (recall) return arrived ? "recall_delivered" : "recall_not_delivered";
  return arrived ? "delivered" : "not_delivered";
}

/** Which part of the record somebody asks for. */
export interface DisclosureQuery {
  /** IRI of an organization: what it and everybody on its server ever received */
  readonly organization?: string | undefined;
  readonly practice?: Id | undefined;
  readonly before?: Id | undefined;
  readonly limit: number;
}

/**
 * The record, newest first: who was given what, under which terms, and what became of it.
 * @throws AppError `editors_only`
 */
export async function listDisclosures(
  context: Context,
  editor: Member,
  { organization, practice, before, limit }: DisclosureQuery,
): Promise<DisclosureLine[]> {
  requireEditor(editor);
  const origin =
    organization === undefined ? undefined : (URL.parse(organization)?.origin ?? "none");
  return repository.listLines(context.db, { origin, postId: practice, before, limit });
}
