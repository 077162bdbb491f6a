import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { canonicalAgreement } from "../../src/domain/agreement.ts";
import { activities, partnerships } from "../../src/persistence/schema/index.ts";
import { answerPartnership } from "../../src/services/answer-partnership.ts";
import { blockActor } from "../../src/services/blocks.ts";
import {
  endPartnership,
  endRunOutPartnerships,
  resumePartnership,
  suspendPartnership,
} from "../../src/services/end-partnership.ts";
import { partnersNow } from "../../src/services/partners.ts";
import { readProposal } from "../../src/services/partnership-input.ts";
import { agreementOf } from "../../src/services/partnership-records.ts";
import { getPartnership, type PartnershipRecord } from "../../src/services/partnerships.ts";
import { proposePartnership } from "../../src/services/propose-partnership.ts";
import { ensureActor, handleRefreshActor } from "../../src/services/remote-actors.ts";
import { createWorld, type World } from "../support/inbound-world.ts";
import {
  kinOrganization,
  offerOf,
  signAgreement,
  type KinOrganization,
  type OfferScript,
} from "../support/kin-peer.ts";

let world: World;
let partner: KinOrganization;
let other: KinOrganization;
let names = 0;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(() => world.close());

beforeEach(() => {
  names += 1;
  partner = kinOrganization(world.bravo, `partner${names}`);
  other = kinOrganization(world.evil, `other${names}`);
});

function us(): string {
  return world.organization.iri;
}

function iri(by: KinOrganization = partner): string {
  names += 1;
  return `${new URL(by.iri).origin}/offers/${names}`;
}

function offered(script: Partial<OfferScript> = {}) {
  return offerOf(world.bravo, partner, { iri: iri(), to: us(), ...script });
}

async function row(offerIri: unknown) {
  const { db } = world.database;
  const [found] = await db
    .select()
    .from(partnerships)
    .where(eq(partnerships.offerIri, String(offerIri)));
  return found ?? null;
}

async function isPartner(organization: string): Promise<boolean> {
  world.context.memory.partners = null;
  return (await partnersNow(world.context)).partners.standing.has(organization);
}

async function proposeTo(to: KinOrganization, fields: object = {}): Promise<PartnershipRecord> {
  await ensureActor(world.context, to.iri);
  const input = readProposal({ handle: to.iri, terms: "# Ours", ...fields }, world.context.now());
  return proposePartnership(world.context, world.admin, input);
}

/** The Accept that a well-behaved partner would send. */
async function acceptOf(record: PartnershipRecord, by: KinOrganization, changes: object = {}) {
  const agreement: Record<string, unknown> = JSON.parse(
    canonicalAgreement(agreementOf(world.context, record)),
  );
  const object = { type: "Offer", id: record.offerIri, actor: us() };
  const jws = await signAgreement(agreement, by.ed25519);
  return world.activity(by, "Accept", object, { to: [us()], agreement: jws, ...changes });
}

async function activePartnership(): Promise<PartnershipRecord> {
  const record = await proposeTo(partner);
  await world.send(partner, await acceptOf(record, partner));
  expect((await row(record.offerIri))?.state).toBe("active");
  return record;
}

async function sentTypes(): Promise<string[]> {
  const rows = await world.database.db.select().from(activities).orderBy(activities.id);
  return rows.map(({ type }) => type);
}

describe("an offer", () => {
  test("waits for an answer once its signature and its terms fit", async () => {
    const offer = await offered({ markdown: "# Grüße" });
    await world.send(partner, offer);
    expect(await row(offer["id"])).toMatchObject({
      state: "asked",
      proposedBy: "them",
      labelCeiling: "TLP:GREEN",
    });
  });

  test.each<[string, () => Promise<Readonly<Record<string, unknown>>>]>([
    ["whose terms have another hash than it names", () => offered({ sha256: "0".repeat(64) })],
    [
      "whose terms are on another server",
      () => offered({ termsUrl: `${world.evil.origin}/terms` }),
    ],
    [
      "whose terms are larger than 256 KiB",
      () => offered({ markdown: "x".repeat(256 * 1024 + 1) }),
    ],
    [
      "whose terms are no UTF-8 text",
      async () => {
        const offer = await offered();
        const { url } = (offer["object"] as { terms: { url: string } }).terms;
        world.bravo.documents.set(
          new URL(url).pathname,
          () => new Response(Uint8Array.of(0xff, 0xfe)),
        );
        return offer;
      },
    ],
    [
      "that signs something else than it says",
      () => offered({ agreement: { labelCeiling: "TLP:RED" } }),
    ],
    [
      "that signs for another offer",
      () => offered({ agreement: { offer: "https://bravo.example/offers/x" } }),
    ],
    ["that is signed by another organization's key", () => offered({ signedBy: other.ed25519 })],
    [
      "that is signed with a key that the organization does not publish",
      () => offered({ signedBy: { ...other.ed25519, keyId: partner.ed25519.keyId } }),
    ],
    [
      "that another account of the same server has signed",
      async () => {
        names += 1;
        const neighbour = kinOrganization(world.bravo, `neighbour${names}`);
        await ensureActor(world.context, neighbour.iri);
        return offered({ signedBy: neighbour.ed25519 });
      },
    ],
    ["that is not signed", () => offered({ changes: { agreement: undefined } })],
    [
      "that somebody else is the subject of",
      () => offered({ object: { subject: other.iri }, agreement: { proposer: other.iri } }),
    ],
    [
      "whose end date cannot be read",
      () => offered({ object: { endTime: "+99999-01-01T00:00:00Z" } }),
    ],
    ["that is over already", () => offered({ object: { endTime: "2020-01-01T00:00:00Z" } })],
    ["without a label ceiling", () => offered({ object: { labelCeiling: "TLP:PINK" } })],
    [
      "for a practice of a third organization",
      () => offered({ object: { practice: "https://evil.example/p/1" } }),
    ],
  ])("%s is refused, and not remembered", async (_, make) => {
    const offer = await make();
    expect((await world.deliver(partner, offer)).status).toBe(400);
    expect(await world.outcome(offer)).toBeNull();
    expect(await row(offer["id"])).toBeNull();
  });

  test("whose terms cannot be read now is to be sent again", async () => {
    const offer = await offered();
    const { url } = (offer["object"] as { terms: { url: string } }).terms;
    const { pathname } = new URL(url);
    const terms = world.bravo.documents.get(pathname);
    world.bravo.documents.delete(pathname);
    expect((await world.deliver(partner, offer)).status).toBe(503);
    if (terms !== undefined) world.bravo.documents.set(pathname, terms);
    await world.send(partner, offer);
    expect((await row(offer["id"]))?.state).toBe("asked");
  });

  test("is to be sent again when too many are being read already", async () => {
    const waiting: (() => void)[] = [];
    const slow = await Promise.all(Array.from({ length: 8 }, () => offered()));
    for (const { object } of slow) {
      const { pathname } = new URL((object as { terms: { url: string } }).terms.url);
      world.bravo.documents.set(pathname, async () => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return new Response("# Terms");
      });
    }
    const answers = slow.map((offer) => world.deliver(partner, offer));
    await vi.waitFor(() => expect(waiting).toHaveLength(8), { timeout: 10_000 });
    expect((await world.deliver(partner, await offered())).status).toBe(503);
    for (const go of waiting) go();
    const statuses = (await Promise.all(answers)).map((answer) => answer.status);
    expect(new Set(statuses)).toEqual(new Set([202]));
    await world.send(partner, await offered());
  });

  test("by somebody who is no kin organization is ignored", async () => {
    for (const changes of [{ type: "Person" }, { praxis: undefined }]) {
      names += 1;
      const stranger = kinOrganization(world.bravo, `stranger${names}`, changes);
      const offer = await offerOf(world.bravo, stranger, { iri: iri(), to: us() });
      await world.send(stranger, offer);
      expect(await world.outcome(offer)).toBe("ignored:not-kin");
      expect(await row(offer["id"])).toBeNull();
    }
  });

  test("to another organization, or by a blocked one, is ignored", async () => {
    const elsewhere = await offered({ to: "https://alpha.example/ap/actors/ana" });
    await world.send(partner, elsewhere);
    expect(await world.outcome(elsewhere)).toBe("ignored:not-for-us");
    await blockActor(
      world.context,
      world.organization,
      await ensureActor(world.context, partner.iri),
    );
    const offer = await offered();
    await world.send(partner, offer);
    expect(await row(offer["id"])).toBeNull();
  });

  test("that comes again, even after its activity id is forgotten, changes nothing", async () => {
    const offer = await offered();
    await world.send(partner, offer);
    const record = await row(offer["id"]);
    await answerPartnership(world.context, world.admin, record?.id ?? 0n, "accept");
    await endPartnership(world.context, world.admin, record?.id ?? 0n);
    await world.database.sql`delete from received_activities`;
    await world.send(partner, offer);
    expect(await row(offer["id"])).toMatchObject({ id: record?.id, state: "ended" });
    expect(await isPartner(partner.iri)).toBe(false);
  });

  test("that was taken back before it arrived never waits", async () => {
    const offer = await offered();
    await world.send(
      partner,
      world.activity(partner, "Undo", { type: "Offer", id: offer["id"], actor: partner.iri }),
    );
    await world.send(partner, offer);
    expect(await row(offer["id"])).toBeNull();
  });

  test("cannot flood us: at most twenty of one organization wait", async () => {
    for (let index = 0; index < 21; index += 1) {
      const practice = `https://bravo.example/practices/${index}`;
      await world.send(partner, await offered({ object: { practice }, agreement: { practice } }));
    }
    const { db } = world.database;
    const waiting = await db
      .select()
      .from(partnerships)
      .where(eq(partnerships.partnerId, (await world.actorRow(partner.iri)).id));
    expect(waiting).toHaveLength(20);
  });
});

describe("an Accept", () => {
  test("by whom it was offered to, over the very agreement, makes the partnership", async () => {
    await activePartnership();
    expect(await isPartner(partner.iri)).toBe(true);
  });

  test("may name the offer by its bare id", async () => {
    const record = await proposeTo(partner);
    await world.send(partner, await acceptOf(record, partner, { object: record.offerIri }));
    expect((await row(record.offerIri))?.state).toBe("active");
  });

  test("with the hash of other terms changes nothing", async () => {
    const record = await proposeTo(partner);
    const object = {
      type: "Offer",
      id: record.offerIri,
      object: { type: "Relationship", terms: { sha256: "0".repeat(64) } },
    };
    const accept = await acceptOf(record, partner, { object });
    expect((await world.deliver(partner, accept)).status).toBe(400);
    const agreement = {
      ...JSON.parse(canonicalAgreement(agreementOf(world.context, record))),
      termsSha256: "0".repeat(64),
    };
    const signed = await acceptOf(record, partner, {
      agreement: await signAgreement(agreement, partner.ed25519),
    });
    expect((await world.deliver(partner, signed)).status).toBe(400);
    expect((await row(record.offerIri))?.state).toBe("offered");
  });

  test("with a forged signature, or none, changes nothing", async () => {
    const record = await proposeTo(partner);
    const agreement = JSON.parse(canonicalAgreement(agreementOf(world.context, record)));
    const forgeries = [
      await signAgreement(agreement, other.ed25519),
      await signAgreement(agreement, { ...other.ed25519, keyId: partner.ed25519.keyId }),
      record.proposerJws,
      undefined,
      "no.jws.atall",
    ];
    for (const forged of forgeries) {
      const accept = await acceptOf(record, partner, { agreement: forged });
      expect((await world.deliver(partner, accept)).status).toBe(400);
    }
    expect((await row(record.offerIri))?.state).toBe("offered");
    expect(await isPartner(partner.iri)).toBe(false);
  });

  test("by another organization, or of another offer, changes nothing", async () => {
    const record = await proposeTo(partner);
    const stolen = await acceptOf(record, other);
    await world.send(other, stolen);
    expect(await world.outcome(stolen)).toBe("ignored:unknown-offer");
    const unknown = await acceptOf(record, partner, {
      object: { type: "Offer", id: `${record.offerIri}0` },
    });
    await world.send(partner, unknown);
    expect((await row(record.offerIri))?.state).toBe("offered");
    expect([await isPartner(partner.iri), await isPartner(other.iri)]).toEqual([false, false]);
  });

  test("of one's own offer changes nothing", async () => {
    const offer = await offered();
    await world.send(partner, offer);
    const accept = world.activity(partner, "Accept", offer["id"], {
      agreement: offer["agreement"],
    });
    await world.send(partner, accept);
    expect(await world.outcome(accept)).toBe("ignored:own-offer");
    expect((await row(offer["id"]))?.state).toBe("asked");
  });

  test("a second time changes nothing, also after the end", async () => {
    const record = await activePartnership();
    const before = await row(record.offerIri);
    await world.send(partner, await acceptOf(record, partner));
    expect(await row(record.offerIri)).toEqual(before);
    await endPartnership(world.context, world.admin, record.id);
    const again = await acceptOf(record, partner);
    await world.send(partner, again);
    expect(await world.outcome(again)).toBe("ignored:answered-before");
    expect((await row(record.offerIri))?.state).toBe("ended");
    expect(await isPartner(partner.iri)).toBe(false);
  });

  test("by a key that the partner has changed since is verified with the new one", async () => {
    const record = await proposeTo(partner);
    const name = new URL(partner.iri).pathname.split("/").at(-1) ?? "";
    const fresh = kinOrganization(world.bravo, name);
    const document = world.bravo.document(`/users/${name}`);
    const { publicKey: _, ...rest } = document;
    world.bravo.documents.set(`/users/${name}`, {
      ...rest,
      publicKey: { id: partner.keyId, owner: partner.iri, publicKeyPem: await rsaPem(partner) },
    });
    await world.send(partner, await acceptOf(record, { ...partner, ed25519: fresh.ed25519 }));
    expect((await row(record.offerIri))?.state).toBe("active");
  });
});

describe("an end", () => {
  test("by somebody else changes nothing", async () => {
    const record = await activePartnership();
    for (const type of ["Reject", "Undo"]) {
      await world.send(other, world.activity(other, type, record.offerIri));
    }
    // Undo is for who made the offer, and that was us.
    await world.send(partner, world.activity(partner, "Undo", record.offerIri));
    expect((await row(record.offerIri))?.state).toBe("active");
    await world.send(partner, world.activity(partner, "Reject", record.offerIri));
    expect(await row(record.offerIri)).toMatchObject({ state: "ended", endReason: "by_them" });
  });

  test("comes with the end date, without any message", async () => {
    const endsAt = new Date(Date.now() + 3_600_000);
    const record = await proposeTo(partner, { ends_at: endsAt.toISOString() });
    await world.send(partner, await acceptOf(record, partner));
    expect(await isPartner(partner.iri)).toBe(true);
    const before = await sentTypes();
    world.setTime(endsAt);
    expect(await isPartner(partner.iri)).toBe(false);
    await endRunOutPartnerships(world.context);
    world.setTime(null);
    expect(await row(record.offerIri)).toMatchObject({ state: "ended", endReason: "expired" });
    expect(await sentTypes()).toEqual(before);
  });
});

describe("a suspension", () => {
  test("that arrives late changes nothing", async () => {
    const record = await activePartnership();
    const tell = (type: "Suspend" | "Resume", number: number) =>
      world.send(
        partner,
        world.activity(
          partner,
          type,
          { type: "Offer", id: record.offerIri },
          { suspension: number },
        ),
      );
    await tell("Suspend", 1);
    expect(await isPartner(partner.iri)).toBe(false);
    await tell("Resume", 2);
    expect(await isPartner(partner.iri)).toBe(true);
    await tell("Suspend", 1);
    expect(await isPartner(partner.iri)).toBe(true);
    await tell("Resume", 4);
    await tell("Suspend", 3);
    expect(await isPartner(partner.iri)).toBe(true);
  });

  test("is not lifted by the side that did not make it, nor by a third", async () => {
    const record = await activePartnership();
    await suspendPartnership(world.context, world.admin, record.id);
    for (const by of [partner, other]) {
      await world.send(
        by,
        world.activity(by, "Resume", { type: "Offer", id: record.offerIri }, { suspension: 1 }),
      );
    }
    expect(await isPartner(partner.iri)).toBe(false);
  });
});

describe("a partner that moves to another server", () => {
  test("is suspended until a manager confirms, and says so", async () => {
    const record = await activePartnership();
    const target = world.evil.actor(`moved${names}`, { alsoKnownAs: [partner.iri] });
    const path = new URL(partner.iri).pathname;
    world.bravo.documents.set(path, { ...world.bravo.document(path), movedTo: target.iri });
    await world.send(partner, world.activity(partner, "Move", partner.iri, { target: target.iri }));
    await world.runJobs({
      "refresh-actor": (payload) => handleRefreshActor(world.context, payload),
    });
    expect(await isPartner(partner.iri)).toBe(false);
    expect(await isPartner(target.iri)).toBe(false);
    const view = await getPartnership(world.context, world.admin, record.id);
    expect(view).toMatchObject({
      state: "active",
      inForce: false,
      suspensionReason: "moved",
      moveUnconfirmed: true,
    });
    expect((await sentTypes()).at(-1)).toBe("Suspend");

    await resumePartnership(world.context, world.admin, record.id);
    expect(await isPartner(partner.iri)).toBe(true);
    expect(await isPartner(target.iri)).toBe(false);
  });

  test("that its new address does not confirm changes nothing", async () => {
    await activePartnership();
    const target = world.evil.actor(`moved${names}`);
    await world.send(partner, world.activity(partner, "Move", partner.iri, { target: target.iri }));
    expect(await isPartner(partner.iri)).toBe(true);
  });

  test("is no partner either when only its profile says that it moved", async () => {
    const record = await activePartnership();
    const path = new URL(partner.iri).pathname;
    world.bravo.documents.set(path, {
      ...world.bravo.document(path),
      movedTo: "https://evil.example/users/new",
    });
    await handleRefreshActor(world.context, { iri: partner.iri });
    expect(await isPartner(partner.iri)).toBe(false);
    await resumePartnership(world.context, world.admin, record.id);
    expect(await isPartner(partner.iri)).toBe(true);
  });
});

async function rsaPem(actor: KinOrganization): Promise<unknown> {
  const { createPublicKey } = await import("node:crypto");
  return createPublicKey(actor.privateKey).export({ type: "spki", format: "pem" });
}
