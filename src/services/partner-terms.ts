import { and, desc, eq, inArray, isNull, or } from "drizzle-orm";
import { isInForce } from "../domain/partnership.ts";
import type { Label } from "../domain/practice.ts";
import type { Queryable } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, partnerships, terms } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

/** A partnership in force, as far as sharing needs it. */
export interface PartnerTerms {
  readonly organization: ActorRecord;
  /** the strictest label that may be shared under it */
  readonly labelCeiling: Label;
  readonly termsUrl: string;
  /** SHA-256 of the terms, hex */
  readonly termsSha256: string;
}

/**
 * Organization → the partnership in force under which it gets that practice: the one for this very
 * practice where there is one, else the standing one. Those without any are absent.
 */
export async function termsWith(
  context: Context,
  db: Queryable,
  organizations: Iterable<string>,
  postIri: string | null,
): Promise<Map<string, PartnerTerms>> {
  const wanted = [...organizations];
  if (wanted.length === 0) return new Map();
  const rows = await db
    .select({ organization: actors, partnership: partnerships, terms })
    .from(partnerships)
    .innerJoin(actors, eq(actors.id, partnerships.partnerId))
    .innerJoin(terms, eq(terms.id, partnerships.termsId))
    .where(
      and(
        inArray(actors.iri, wanted),
        eq(partnerships.state, "active"),
        postIri === null
          ? isNull(partnerships.practiceIri)
          : or(isNull(partnerships.practiceIri), eq(partnerships.practiceIri, postIri)),
      ),
    )
    // The last one wins in the map: standing ones first, then that of the practice.
    .orderBy(desc(isNull(partnerships.practiceIri)), partnerships.id);
  const now = context.now();
  return new Map(
    rows
      .filter((row) => isInForce(row.partnership, now))
      .map((row) => [
        row.organization.iri,
        {
          organization: row.organization,
          labelCeiling: row.partnership.labelCeiling,
          termsUrl: row.terms.url,
          termsSha256: row.terms.sha256,
        },
      ]),
  );
}

/** The terms as an object names them: `https://alpha.example/ap/terms/4#sha256-…`. */
export function termsReference({ termsUrl, termsSha256 }: PartnerTerms): string {
  return `${termsUrl}#sha256-${termsSha256}`;
}
