import { eq } from "drizzle-orm";
import { formatAtom, type Atom, type Audience } from "../domain/audience/audience.ts";
import { circleAt, parseCircleAt } from "../domain/circle.ts";
import { AppError, invalid } from "../domain/errors.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import {
  findActorByHandle,
  findActorByIri,
  type ActorRecord,
} from "../persistence/repositories/actors.ts";
import { circles } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { resolveActor } from "./remote-actors.ts";

/** A part of an audience that cannot be, and why. */
export interface Refusal {
  /** as it was asked for */
  readonly audience: string;
  /** stable: `unknown_audience`, `unknown_organization`, `not_partner`, `label_above_ceiling`, … */
  readonly code: string;
  /** a sentence for people */
  readonly message: string;
}

/** What `audience[]` says. */
export interface ReadAudience {
  readonly audience: Audience;
  readonly refused: readonly Refusal[];
}

const PLAIN = new Set(["public", "followers", "members"]);

/**
 * Reads `audience[]`: `public`, `followers`, `members`, `partner:@bravo@bravo.example`,
 * `circle:nordic`, `person:@bo@m.example`. `public` takes everything else in. `present` is the audience
 * before an edit: its atoms are kept as they are, also in stored form, and a circle that stands in it
 * does not take in those who have joined since (rule 4: widening is a deliberate act).
 * @throws AppError `invalid_request` when nothing is given
 */
export async function readAudience(
  context: Context,
  texts: readonly string[],
  present: Audience = [],
): Promise<ReadAudience> {
  if (texts.length === 0) {
    throw invalid({ audience: "say who it is for: public, followers, members or a partner" });
  }
  const atoms = new Map<string, Atom>();
  const refused: Refusal[] = [];
  const kept = new Map(present.map((atom) => [formatAtom(atom), atom]));
  for (const text of new Set(texts.map((each) => each.trim()))) {
    const read = kept.get(text) ?? (await readAtom(context, text, present));
    if ("kind" in read) atoms.set(formatAtom(read), read);
    else refused.push({ audience: text.slice(0, 200), ...read });
  }
  const open = atoms.get("public");
  return { audience: open === undefined ? [...atoms.values()] : [open], refused };
}

type Problem = Omit<Refusal, "audience">;

async function readAtom(
  context: Context,
  text: string,
  present: Audience,
): Promise<Atom | Problem> {
  if (PLAIN.has(text)) return { kind: text as "public" | "followers" | "members" };
  const colon = text.indexOf(":");
  const name = text.slice(colon + 1).trim();
  switch (text.slice(0, Math.max(colon, 0))) {
    case "partner":
      return readPartner(context, name);
    case "circle":
      return readCircle(context, name, present);
    case "person":
      return readPerson(context, name);
    default:
      return {
        code: "unknown_audience",
        message:
          "An audience is public, followers, members, partner:@bravo@bravo.example, circle:name or person:@bo@m.example.",
      };
  }
}

/** A partner is known here already: nothing is read from elsewhere. */
async function readPartner(context: Context, name: string): Promise<Atom | Problem> {
  const actor = await findKnown(context, name);
  if (actor === null || actor.kind !== "remote" || actor.type !== "Organization") {
    return { code: "unknown_organization", message: `There is no partner "${name}" here.` };
  }
  return { kind: "partner", organization: actor.iri };
}

async function readCircle(
  context: Context,
  slug: string,
  present: Audience,
): Promise<Atom | Problem> {
  const [circle] = await context.db.select().from(circles).where(eq(circles.slug, slug));
  if (circle === undefined) {
    return { code: "unknown_circle", message: `There is no circle "${slug}".` };
  }
  const id = circle.id.toString();
  const standing = present.find(
    (atom) => atom.kind === "circle" && parseCircleAt(atom.circle)?.circle === id,
  );
  return standing ?? { kind: "circle", circle: circleAt(id, circle.epoch) };
}

async function readPerson(context: Context, name: string): Promise<Atom | Problem> {
  try {
    const actor = (await findKnown(context, name)) ?? (await resolveActor(context, name));
    if (actor.goneAt === null && actor.suspendedAt === null) {
      return { kind: "person", actor: actor.iri };
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return { code: "unknown_person", message: `Nobody was found at "${name}".` };
}

/** By handle or IRI, without asking anybody. */
function findKnown(context: Context, name: string): Promise<ActorRecord | null> {
  const handle = parseRemoteHandle(name);
  if (handle === null) return findActorByIri(context.db, name);
  return findActorByHandle(context.db, handle.username, handle.host);
}
