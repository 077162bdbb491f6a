import { sql } from "drizzle-orm";
import { formatAtom, type Atom, type Audience } from "../domain/audience/audience.ts";
import { parseCircleAt } from "../domain/circle.ts";
import type { Queryable } from "../persistence/database.ts";
import { findHandles } from "../persistence/repositories/actors.ts";
import { bigints } from "../persistence/repositories/set-parameters.ts";
import { circles } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

/** Stored atom → how people write it, for the audiences of many posts; at most two statements. */
export function audienceNames(
  context: Context,
  posts: readonly { readonly audience: Audience }[],
): Promise<ReadonlyMap<string, string>> {
  return namesOf(
    context.db,
    posts.flatMap((post) => post.audience),
  );
}

/** Stored atom → how people write it: `partner:@bravo@bravo.example`, `circle:nordic`. */
export async function namesOf(
  db: Queryable,
  audience: Audience,
): Promise<ReadonlyMap<string, string>> {
  const circleIds = audience.flatMap((atom) => circleIdOf(atom) ?? []);
  const [known, actors] = await Promise.all([
    circleIds.length === 0
      ? []
      : db
          .select({ id: circles.id, slug: circles.slug })
          .from(circles)
          .where(sql`${circles.id} = any(${bigints(circleIds)})`),
    findHandles(
      db,
      audience.flatMap((atom) => iriOf(atom) ?? []),
    ),
  ]);
  const slugs = new Map(known.map((circle) => [circle.id, circle.slug]));
  return new Map(
    audience.map((atom) => {
      const stored = formatAtom(atom);
      const circle = circleIdOf(atom);
      const slug = circle === null ? undefined : slugs.get(circle);
      if (slug !== undefined) return [stored, `circle:${slug}`];
      const actor = actors.get(iriOf(atom) ?? "");
      if (actor === undefined) return [stored, stored];
      return [stored, `${atom.kind}:@${actor.handle}@${actor.host}`];
    }),
  );
}

function circleIdOf(atom: Atom): bigint | null {
  const named = atom.kind === "circle" ? parseCircleAt(atom.circle) : null;
  return named === null ? null : BigInt(named.circle);
}

function iriOf(atom: Atom): string | null {
  if (atom.kind === "partner") return atom.organization;
  return atom.kind === "person" ? atom.actor : null;
}
