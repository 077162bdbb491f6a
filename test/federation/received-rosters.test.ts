import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { canonicalAgreement } from "../../src/domain/agreement.ts";
import { endPartnership, suspendPartnership } from "../../src/services/end-partnership.ts";
import { readProposal } from "../../src/services/partnership-input.ts";
import { agreementOf } from "../../src/services/partnership-records.ts";
import { getPartnership, type PartnershipRecord } from "../../src/services/partnerships.ts";
import { proposePartnership } from "../../src/services/propose-partnership.ts";
import { listReceivedRosters } from "../../src/services/received-rosters.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import { createWorld, type World } from "../support/inbound-world.ts";
import { kinOrganization, signAgreement, type KinOrganization } from "../support/kin-peer.ts";

describe("the roster of a partner's circle", () => {
  let world: World;
  let partner: KinOrganization;
  let record: PartnershipRecord;
  let names = 0;

  beforeAll(async () => {
    world = await createWorld();
  });

  afterAll(() => world.close());

  beforeEach(async () => {
    names += 1;
    partner = kinOrganization(world.bravo, `owner${names}`);
    record = await becomePartners(partner);
  });

  async function becomePartners(organization: KinOrganization): Promise<PartnershipRecord> {
    const { context, admin } = world;
    await ensureActor(context, organization.iri);
    const input = readProposal({ handle: organization.iri, terms: "# Ours" }, context.now());
    const offered = await proposePartnership(context, admin, input);
    const agreement = JSON.parse(canonicalAgreement(agreementOf(context, offered)));
    const jws = await signAgreement(agreement, organization.ed25519);
    const offer = { type: "Offer", id: offered.offerIri, actor: us() };
    await world.send(
      organization,
      world.activity(organization, "Accept", offer, { to: [us()], agreement: jws }),
    );
    context.memory.partners = null;
    expect((await getPartnership(context, admin, offered.id)).inForce).toBe(true);
    return offered;
  }

  function us(): string {
    return world.organization.iri;
  }

  function circleIri(): string {
    return `${world.bravo.origin}/circles/${names}`;
  }

  function roster(by: KinOrganization, epoch: unknown, changes: object = {}) {
    const object = {
      type: ["Collection", "CircleRoster"],
      id: circleIri(),
      name: `epoch ${String(epoch)}`,
      attributedTo: by.iri,
      epoch,
      items: [us(), by.iri],
      ...changes,
    };
    return world.activity(by, "Update", object, { to: [us()] });
  }

  async function outcomeOf(by: KinOrganization, epoch: unknown, changes: object = {}) {
    const sent = roster(by, epoch, changes);
    await world.send(by, sent);
    return world.outcome(sent);
  }

  /** Name of the circle that we show; null when we show none of this test's owner. */
  async function known(): Promise<string | null> {
    world.context.memory.partners = null;
    const circles = await listReceivedRosters(world.context, world.admin);
    return circles.find(({ owner }) => owner.iri === partner.iri)?.name ?? null;
  }

  test("64 of an older epoch or from another owner is ignored; a newer one replaces", async () => {
    const other = kinOrganization(world.bravo, `other${names}`);
    await becomePartners(other);
    expect(await outcomeOf(partner, 3)).toBe("stored");
    expect(await outcomeOf(partner, 2)).toBe("ignored:not-newer");
    expect(await outcomeOf(partner, 3, { name: "equal" })).toBe("ignored:not-newer");
    expect(await outcomeOf(other, 9)).toBe("ignored:not-newer");
    expect(await outcomeOf(other, 10, { items: [] })).toBe("ignored:not-newer");
    expect(await known()).toBe("epoch 3");
    const items = [us(), partner.iri, "https://charlie.example/ap/org"];
    expect(await outcomeOf(partner, 4, { items })).toBe("stored");
    expect(await known()).toBe("epoch 4");
    const [newest] = await listReceivedRosters(world.context, world.admin);
    expect(newest).toMatchObject({ epoch: 4, organizations: items });
  });

  test("from who is no partner is ignored", async () => {
    const stranger = kinOrganization(world.evil, `stranger${names}`);
    const changes = { id: `${world.evil.origin}/circles/${names}` };
    expect(await outcomeOf(stranger, 1, changes)).toBe("ignored:no-partner");
    expect(await outcomeOf(stranger, 2, { ...changes, items: [] })).toBe("ignored:unknown-circle");
  });

  test("from a former partner is ignored, and what it told is forgotten", async () => {
    await outcomeOf(partner, 1);
    expect(await known()).toBe("epoch 1");
    await endPartnership(world.context, world.admin, record.id);
    expect(await known()).toBeNull();
    expect(await outcomeOf(partner, 2)).toBe("ignored:no-partner");
    await becomePartners(partner);
    expect(await known()).toBeNull();
    expect(await outcomeOf(partner, 1)).toBe("ignored:not-newer");
  });

  test("that overtakes the end of its owner's suspension is shown once that is over", async () => {
    const offer = { type: "Offer", id: record.offerIri, actor: us() };
    const tell = (type: string, suspension: number) =>
      world.send(partner, world.activity(partner, type, offer, { to: [us()], suspension }));
    await tell("Suspend", 1);
    expect(await outcomeOf(partner, 1)).toBe("stored");
    expect(await known()).toBeNull();
    await tell("Resume", 2);
    expect(await known()).toBe("epoch 1");
  });

  test("of a partnership that we have suspended is ignored", async () => {
    await suspendPartnership(world.context, world.admin, record.id);
    expect(await outcomeOf(partner, 1)).toBe("ignored:no-partner");
  });

  test("without items is forgotten, and an older message does not bring it back", async () => {
    await outcomeOf(partner, 1);
    expect(await outcomeOf(partner, 3, { items: [] })).toBe("stored");
    expect(await known()).toBeNull();
    expect(await outcomeOf(partner, 2)).toBe("ignored:not-newer");
    expect(await known()).toBeNull();
  });

  test("that was to be forgotten before it arrived stays out", async () => {
    expect(await outcomeOf(partner, 2, { items: [] })).toBe("stored");
    expect(await outcomeOf(partner, 1)).toBe("ignored:not-newer");
    expect(await known()).toBeNull();
  });

  test("that we are not in is ignored", async () => {
    expect(await outcomeOf(partner, 1, { items: [partner.iri] })).toBe("ignored:not-in-it");
  });

  test.each([
    ["no epoch", undefined, {}],
    ["half an epoch", 1.5, {}],
    ["no items", 1, { items: undefined }],
    ["items that are none", 1, { items: [7] }],
    ["more items than a circle may have", 1, { items: Array(501).fill("https://a.example/o") }],
  ])("with %s is refused", async (_, epoch, changes) => {
    expect((await world.deliver(partner, roster(partner, epoch, changes))).status).toBe(400);
    expect(await known()).toBeNull();
  });

  test("that another is said to have written, or several, is refused", async () => {
    for (const attributedTo of [world.bea.iri, [partner.iri, world.bea.iri]]) {
      const answer = await world.deliver(partner, roster(partner, 1, { attributedTo }));
      expect(answer.status).toBe(403);
    }
    expect(await known()).toBeNull();
  });
});
