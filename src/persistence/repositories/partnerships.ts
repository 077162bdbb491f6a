import { and, count, desc, eq, inArray, lt, sql, type InferSelectModel } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Queryable, Transaction } from "../database.ts";
import { actors, partnerships, terms } from "../schema/index.ts";
import type { ActorRecord } from "./actors.ts";
import { instant } from "./set-parameters.ts";

export type TermsRecord = InferSelectModel<typeof terms>;

/** A partnership with the other side and its terms. */
export interface PartnershipRecord extends InferSelectModel<typeof partnerships> {
  readonly partner: ActorRecord;
  readonly terms: TermsRecord;
}

/**
 * Makes all who change partnerships with that actor wait for each other until the transaction ends.
 * Call it before reading what the change depends on.
 */
export async function lockPartner(tx: Transaction, partnerId: Id): Promise<void> {
  await tx
    .select({ id: actors.id })
    .from(actors)
    .where(eq(actors.id, partnerId))
    .for("no key update");
}

function selectPartnerships(db: Queryable) {
  return db
    .select({ partnership: partnerships, partner: actors, terms })
    .from(partnerships)
    .innerJoin(actors, eq(actors.id, partnerships.partnerId))
    .innerJoin(terms, eq(terms.id, partnerships.termsId))
    .$dynamic();
}

function toRecord(row: {
  partnership: InferSelectModel<typeof partnerships>;
  partner: ActorRecord;
  terms: TermsRecord;
}): PartnershipRecord {
  return { ...row.partnership, partner: row.partner, terms: row.terms };
}

export async function findPartnership(db: Queryable, id: Id): Promise<PartnershipRecord | null> {
  const [row] = await selectPartnerships(db).where(eq(partnerships.id, id));
  return row === undefined ? null : toRecord(row);
}

export async function findPartnershipByOffer(
  db: Queryable,
  offerIri: string,
): Promise<PartnershipRecord | null> {
  const [row] = await selectPartnerships(db).where(eq(partnerships.offerIri, offerIri));
  return row === undefined ? null : toRecord(row);
}

/** Those with that partner that are waiting or active, newest first. */
export async function openPartnershipsWith(
  db: Queryable,
  partnerId: Id,
): Promise<PartnershipRecord[]> {
  const rows = await selectPartnerships(db)
    .where(
      and(
        eq(partnerships.partnerId, partnerId),
        inArray(partnerships.state, ["offered", "asked", "active"]),
      ),
    )
    .orderBy(desc(partnerships.id));
  return rows.map(toRecord);
}

/** All there ever were, newest first. */
export async function listAllPartnerships(
  db: Queryable,
  page: { readonly before?: Id | undefined; readonly limit: number },
): Promise<PartnershipRecord[]> {
  const rows = await selectPartnerships(db)
    .where(page.before === undefined ? undefined : lt(partnerships.id, page.before))
    .orderBy(desc(partnerships.id))
    .limit(page.limit);
  return rows.map(toRecord);
}

/** How many offers wait for our answer: from that partner, and from everybody. */
export async function countAsked(
  db: Queryable,
  partnerId: Id,
): Promise<{ ofPartner: number; ofAll: number }> {
  const [row] = await db
    .select({
      ofPartner: sql<number>`count(*) filter (where ${partnerships.partnerId} = ${partnerId})::int`,
      ofAll: count(),
    })
    .from(partnerships)
    .where(eq(partnerships.state, "asked"));
  return row ?? { ofPartner: 0, ofAll: 0 };
}

/** Active partnerships whose end date has come. */
export async function runOutPartnerships(db: Queryable, now: Date): Promise<PartnershipRecord[]> {
  const rows = await selectPartnerships(db).where(
    and(eq(partnerships.state, "active"), sql`${partnerships.endsAt} <= ${instant(now)}`),
  );
  return rows.map(toRecord);
}

export type PartnershipChange = Partial<
  Omit<InferSelectModel<typeof partnerships>, "id" | "partnerId" | "offerIri" | "termsId">
>;

/** Writes a change; returns the record as it then is. */
export async function savePartnership(
  tx: Transaction,
  record: PartnershipRecord,
  change: PartnershipChange,
): Promise<PartnershipRecord> {
  await tx.update(partnerships).set(change).where(eq(partnerships.id, record.id));
  return { ...record, ...change };
}

export async function insertPartnership(
  tx: Transaction,
  values: typeof partnerships.$inferInsert,
): Promise<PartnershipRecord> {
  const [row] = await tx.insert(partnerships).values(values).returning({ id: partnerships.id });
  const record = row === undefined ? null : await findPartnership(tx, row.id);
  if (record === null) throw new Error("insert into partnerships returned no row");
  return record;
}

/** The terms at that address, with the actors that they were offered to or by. */
export async function findTerms(
  db: Queryable,
  url: string,
): Promise<{ terms: TermsRecord; partners: ActorRecord[] } | null> {
  const rows = await db
    .select({ terms, partner: actors })
    .from(terms)
    .innerJoin(partnerships, eq(partnerships.termsId, terms.id))
    .innerJoin(actors, eq(actors.id, partnerships.partnerId))
    .where(eq(terms.url, url));
  const [first] = rows;
  return first === undefined
    ? null
    : { terms: first.terms, partners: rows.map((row) => row.partner) };
}

/** The terms whose address ends so; ours, or else those that we have known for longest. */
export async function findTermsByKey(
  db: Queryable,
  key: string,
  ownUrl: string,
): Promise<TermsRecord | null> {
  const [row] = await db
    .select()
    .from(terms)
    .where(sql`right(${terms.url}, ${key.length + 1}) = ${`/${key}`}`)
    .orderBy(sql`${terms.url} <> ${ownUrl}`, terms.id)
    .limit(1);
  return row ?? null;
}

/**
 * The row of a document that never changes: the one at that address if there is one already.
 * Null when what is known there is another text.
 */
export async function keepTerms(
  tx: Transaction,
  document: { readonly url: string; readonly sha256: string; readonly markdown: string },
): Promise<TermsRecord | null> {
  await tx.insert(terms).values(document).onConflictDoNothing();
  const [row] = await tx.select().from(terms).where(eq(terms.url, document.url));
  return row !== undefined && row.sha256 === document.sha256 ? row : null;
}
