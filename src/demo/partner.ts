import { praxis } from "./command-line.ts";
import type { Founded } from "./found.ts";
import { waitFor } from "./poll.ts";
import type { PartnershipJson } from "./rest.ts";
import { contentPath } from "./site.ts";
import type { Stage } from "./stage.ts";

const PATIENCE_S = 60;

/** Organizations agree on the partnerships that are laid down for the demo, under real terms. */
export async function agreePartnerships(stage: Stage, all: readonly Founded[]): Promise<void> {
  for (const proposer of all) {
    const { partner, terms } = proposer.site.organization.proposes ?? {};
    const other = all.find(({ site }) => site.organization.handle === partner);
    if (other !== undefined && terms !== undefined) await agree(stage, proposer, other, terms);
  }
}

async function agree(
  stage: Stage,
  proposer: Founded,
  other: Founded,
  terms: string,
): Promise<void> {
  const { signal } = stage;
  if ((await find(proposer, other)) === null) {
    const path = contentPath(proposer.site.organization, terms);
    const words = ["partner", "propose", other.site.address];
    await praxis(proposer.site, words, { terms: path }, signal);
  }
  const names = `${proposer.site.organization.name} and ${other.site.organization.name}`;
  const offer = await waitFor(`the offer for ${names} arrives`, () => find(other, proposer), {
    seconds: PATIENCE_S,
    signal,
  });
  if (offer.state === "asked") {
    await other.api.send("POST", `/partnerships/${offer.id}/accept`, {});
  }
  await waitFor(
    `${names} are partners`,
    async () => ((await find(proposer, other))?.state === "active" ? true : null),
    { seconds: PATIENCE_S, signal },
  );
  stage.say(`${names} are partners, under terms that both have signed`);
}

/** The newest partnership of one with the other, as it stands on the one's side. */
async function find(one: Founded, other: Founded): Promise<PartnershipJson | null> {
  const partnerships = await one.api.get<PartnershipJson[]>("/partnerships");
  return partnerships.find(({ partner }) => partner.handle === other.site.address) ?? null;
}
