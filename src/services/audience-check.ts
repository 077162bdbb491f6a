import { formatAtom, type Audience } from "../domain/audience/audience.ts";
import { partnersFor, reachedOrganizations } from "../domain/audience/partners.ts";
import { isEditor } from "../domain/audience/policy.ts";
import { AppError } from "../domain/errors.ts";
import { contradicts, isTooStrictFor } from "../domain/label.ts";
import { isWithinCeiling } from "../domain/partnership.ts";
import type { Label } from "../domain/practice.ts";
import type { Queryable } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { Refusal } from "./audience-input.ts";
import { namesOf } from "./audience-names.ts";
import type { Context } from "./context.ts";
import type { Member } from "./members.ts";
import { partnersIn } from "./partners.ts";
import { termsWith, type PartnerTerms } from "./partner-terms.ts";

/** What is asked for. */
export interface WantedAudience {
  readonly audience: Audience;
  /** the audience before an edit: what stands in it already need not be a partner at this moment */
  readonly present?: Audience;
  readonly label: Label;
  /** the practice; null before it exists */
  readonly postIri: string | null;
}

/** What the boundary says to it. */
export interface Judgement {
  readonly refused: readonly Refusal[];
  readonly warnings: readonly string[];
  /** organization → the terms under which it gets the practice; every partner that is reached now */
  readonly partners: ReadonlyMap<string, PartnerTerms>;
}

/** Whether an audience can be, and whom it reaches. Reads; changes nothing. */
export async function judgeAudience(
  context: Context,
  db: Queryable,
  wanted: WantedAudience,
): Promise<Judgement> {
  const { audience, label, postIri } = wanted;
  const now = await partnersIn(context, db);
  const facts = { activePartners: partnersFor(now.partners, postIri), circles: now.circles };
  const partners = await termsWith(context, db, reachedOrganizations(audience, facts), postIri);
  const names = await namesOf(db, audience);
  const standing = new Set((wanted.present ?? []).map(formatAtom));
  const refused: Refusal[] = [];
  const warnings: string[] = [];

  function judgeOrganization(atom: string, { organization, labelCeiling }: PartnerTerms): void {
    const name = displayName(organization);
    if (organization.kin === null) {
      const message = `${name} does not run software that keeps the boundary.`;
      refused.push({ audience: atom, code: "not_kin", message });
    }
    if (!isWithinCeiling(label, labelCeiling)) {
      const message = `${label} is above ${labelCeiling}, the strictest label under the terms with ${name}.`;
      refused.push({ audience: atom, code: "label_above_ceiling", message });
    }
  }

  for (const atom of audience) {
    const text = names.get(formatAtom(atom)) ?? formatAtom(atom);
    if (atom.kind !== "partner" && atom.kind !== "circle") continue;
    const reached = [...reachedOrganizations([atom], facts)];
    if (atom.kind === "partner" && reached.length === 0 && !standing.has(formatAtom(atom))) {
      const message = "There is no partnership in force with this organization.";
      refused.push({ audience: text, code: "not_partner", message });
    }
    if (atom.kind === "circle" && reached.length === 0) {
      warnings.push(`The ${text.replace(":", " ")} has nobody in it: nothing is sent to it.`);
    }
    for (const iri of reached) {
      const partner = partners.get(iri);
      if (partner !== undefined) judgeOrganization(text, partner);
    }
  }
  if (isTooStrictFor(label, audience)) {
    const message = "TLP:RED is for people who are named, not for everybody or for followers.";
    refused.push({ audience: "label", code: "label_too_strict", message });
  } else if (contradicts(label, audience)) {
    warnings.push(`${label} says less than the audience does: it will be read by more people.`);
  }
  return { refused, warnings, partners };
}

/** @throws AppError `audience_refused` that says everything that is refused */
export function refuseUnlessAllowed(refused: readonly Refusal[]): void {
  if (refused.length === 0) return;
  const details = Object.fromEntries(refused.map(({ audience, message }) => [audience, message]));
  const sentences = refused.map(({ audience, message }) => `${audience}: ${message}`);
  throw new AppError("audience_refused", `${sentences.join(" ")} Nothing was published.`, {
    status: 422,
    details,
  });
}

/**
 * Authors may publish to our own members; whatever leaves the organization is an editor's to release.
 * @throws AppError `editors_only`
 */
export function requireMayRelease(member: Member, audience: Audience): void {
  if (mayRelease(member, audience)) return;
  throw new AppError(
    "editors_only",
    "Only editors and administrators may publish outside; authors may publish to members.",
    { status: 403 },
  );
}

function displayName(actor: ActorRecord): string {
  return actor.name.trim() || `@${actor.handle}@${actor.host}`;
}

/** See `requireMayRelease`. */
export function mayRelease({ role }: Member, audience: Audience): boolean {
  const inside = audience.length > 0 && audience.every((atom) => atom.kind === "members");
  return isEditor(role) || (role === "author" && inside);
}
