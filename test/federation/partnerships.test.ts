import { createHash } from "node:crypto";
import { compactVerify, importJWK } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import {
  act,
  deliverNow,
  makePartners,
  partnershipsAt,
  propose,
  SOON,
  waitFor,
  type PartnershipJson,
} from "../support/partners.ts";
import { partnersNow } from "../../src/services/partners.ts";
import { addMember } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let charlie: NetworkInstance;

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  bravo = await network.add("bravo");
  charlie = await network.add("charlie");
});

afterAll(() => network.close());

const TERMS = "# Between us\r\n\r\nKeep what you read **inside**.\n";

/** Whether an instance counts another as its standing partner now. */
async function isPartner(instance: NetworkInstance, other: NetworkInstance): Promise<boolean> {
  const { partners } = await partnersNow(instance.context);
  return partners.standing.has(`${other.origin}/ap/org`);
}

describe("a partnership", () => {
  it("is offered with terms, read by the other side, accepted and in force on both", async () => {
    const offered = await propose(alpha, bravo, {
      terms: TERMS,
      label_ceiling: "TLP:AMBER",
      ends_at: "2198-12-31",
    });
    expect(offered).toMatchObject({
      state: "offered",
      proposed_by: "us",
      in_force: false,
      partner: { handle: bravo.handle, uri: `${bravo.origin}/ap/org` },
      label_ceiling: "TLP:AMBER",
      practice: null,
      starts_at: null,
      ends_at: "2199-01-01T00:00:00.000Z",
      delivery: "not_yet",
    });
    const asked = await waitFor(bravo, offered, {
      state: "asked",
      proposed_by: "them",
      in_force: false,
      partner: { handle: alpha.handle },
      label_ceiling: "TLP:AMBER",
      ends_at: "2199-01-01T00:00:00.000Z",
    });
    expect(asked.terms).toEqual(offered.terms);
    const sha256 = createHash("sha256").update(asked.terms.markdown).digest("hex");
    expect(asked.terms.sha256).toBe(sha256);
    await waitFor(alpha, offered, { delivery: "delivered" });
    expect(await isPartner(alpha, bravo)).toBe(false);

    const accepted = await act(bravo, asked, "accept");
    expect(accepted).toMatchObject({ state: "active", in_force: true });
    await waitFor(alpha, offered, { state: "active", in_force: true });
    expect([await isPartner(alpha, bravo), await isPartner(bravo, alpha)]).toEqual([true, true]);
  });

  it("cannot be offered again under the very terms that are in force", async () => {
    const again = {
      handle: bravo.handle,
      terms: TERMS,
      label_ceiling: "TLP:AMBER",
      ends_at: "2198-12-31",
    };
    const { status, json } = await alpha.api("POST", "/partnerships", again);
    expect([status, json.code]).toEqual([409, "partnership_exists"]);
  });

  it("stays in force while new terms wait, and is superseded once they are accepted", async () => {
    const [old] = await partnershipsAt(alpha);
    const offered = await propose(bravo, alpha, { terms: "# New terms" });
    const asked = await waitFor(alpha, offered, { state: "asked" });
    expect((await partnershipsAt(alpha)).map(({ state }) => state)).toEqual(["asked", "active"]);
    expect(await isPartner(alpha, bravo)).toBe(true);

    await act(alpha, asked, "accept");
    await waitFor(bravo, offered, { state: "active" });
    for (const instance of [alpha, bravo]) {
      const all = await partnershipsAt(instance);
      expect(all.map(({ state, end_reason }) => [state, end_reason])).toEqual([
        ["active", null],
        ["ended", "superseded"],
      ]);
      expect(all[1]?.offer).toBe(old?.offer);
    }
  });

  it("goes on when new terms are declined", async () => {
    const offered = await propose(alpha, bravo, { terms: "# Worse terms" });
    const asked = await waitFor(bravo, offered, { state: "asked" });
    await act(bravo, asked, "reject");
    await waitFor(alpha, offered, { state: "rejected", end_reason: "by_them" });
    expect([await isPartner(alpha, bravo), await isPartner(bravo, alpha)]).toEqual([true, true]);
  });

  it("is suspended and resumed from either side, and only by whom it was suspended", async () => {
    const [here] = await partnershipsAt(alpha).then((all) =>
      all.filter(({ state }) => state === "active"),
    );
    if (here === undefined) throw new Error("no partnership");
    expect(await act(alpha, here, "suspend")).toMatchObject({
      in_force: false,
      suspension_reason: "manager",
    });
    expect(await isPartner(alpha, bravo)).toBe(false);
    const there = await waitFor(bravo, here, {
      in_force: false,
      state: "active",
      suspended_by_us: null,
    });
    expect(there["suspended_by_them"]).not.toBeNull();
    expect(await isPartner(bravo, alpha)).toBe(false);

    expect(await act(bravo, there, "resume")).toMatchObject({ in_force: false });
    await act(bravo, there, "suspend");
    await waitFor(alpha, here, { suspended_by_them: expect.any(String) });
    await act(alpha, here, "resume");
    await waitFor(bravo, here, { suspended_by_them: null, in_force: false });
    await act(bravo, there, "resume");
    await waitFor(alpha, here, { suspended_by_us: null, suspended_by_them: null, in_force: true });
    expect(await isPartner(bravo, alpha)).toBe(true);
  });

  it("stays suspended under new terms", async () => {
    const [here] = await partnershipsAt(alpha).then((all) =>
      all.filter(({ state }) => state === "active"),
    );
    if (here === undefined) throw new Error("no partnership");
    await act(alpha, here, "suspend");
    await waitFor(bravo, here, { suspended_by_them: expect.any(String) });
    const offered = await propose(bravo, alpha, { terms: "# A way around" });
    await act(alpha, await waitFor(alpha, offered, { state: "asked" }), "accept");
    await waitFor(bravo, offered, { state: "active", in_force: false });
    const [now] = await partnershipsAt(alpha);
    expect(now).toMatchObject({ offer: offered.offer, state: "active", in_force: false });
    if (now !== undefined) await act(alpha, now, "resume");
    await waitFor(bravo, offered, { in_force: true });
  });

  it("ends by who was asked, and an end once more changes nothing", async () => {
    const [here] = await partnershipsAt(alpha);
    if (here === undefined) throw new Error("no partnership");
    expect(here["proposed_by"]).toBe("them");
    expect(await act(alpha, here, "end")).toMatchObject({ state: "ended", end_reason: "by_us" });
    await waitFor(bravo, here, { state: "ended", end_reason: "by_them" });
    const sent = await activityCount(alpha);
    await act(alpha, here, "end");
    expect(await activityCount(alpha)).toBe(sent);
    expect([await isPartner(alpha, bravo), await isPartner(bravo, alpha)]).toEqual([false, false]);
  });

  it("ends by who proposed it", async () => {
    const active = await makePartners(alpha, bravo, { terms: "# Once more" });
    await act(alpha, active, "end");
    await waitFor(bravo, active, { state: "ended", end_reason: "by_them" });
    expect(await isPartner(bravo, alpha)).toBe(false);
  });

  it("cannot be accepted once the offer was taken back", async () => {
    const offered = await propose(alpha, bravo, { terms: "# Too hasty" });
    const asked = await waitFor(bravo, offered, { state: "asked" });
    await act(alpha, offered, "end");
    await waitFor(bravo, offered, { state: "ended", end_reason: "by_them" });
    const { status, json } = await bravo.api("POST", `/partnerships/${asked.id}/accept`);
    expect([status, json.code]).toEqual([409, "partnership_not_waiting"]);
  });

  it("replaces an offer that waits by a newer one, and sends the same offer once only", async () => {
    const first = await propose(alpha, bravo, { terms: "# First try" });
    const same = await propose(alpha, bravo, { terms: "# First try" });
    expect(same.id).toBe(first.id);
    const second = await propose(alpha, bravo, { terms: "# Second try" });
    await waitFor(bravo, first, { state: "ended" });
    await waitFor(bravo, second, { state: "asked" });
    await act(alpha, second, "end");
    await waitFor(bravo, second, { state: "ended" });
  });
});

describe("an offer that is answered with an offer", () => {
  it("is accepted by offering the same", async () => {
    const offered = await propose(alpha, charlie, { terms: "# Same here" });
    await waitFor(charlie, offered, { state: "asked" });
    const answer = await propose(charlie, alpha, { terms: "# Same here" });
    expect(answer).toMatchObject({ offer: offered.offer, state: "active", proposed_by: "them" });
    await act(alpha, await waitFor(alpha, offered, { state: "active" }), "end");
    await waitFor(charlie, offered, { state: "ended" });
  });

  it("is declined by offering something else", async () => {
    const offered = await propose(alpha, charlie, { terms: "# Ours" });
    await waitFor(charlie, offered, { state: "asked" });
    const counter = await propose(charlie, alpha, { terms: "# Rather this" });
    const asked = await waitFor(alpha, counter, { state: "asked" });
    await waitFor(alpha, offered, { state: "rejected", end_reason: "countered" });
    await waitFor(charlie, offered, { state: "rejected", end_reason: "countered" });
    await act(alpha, asked, "reject");
    await waitFor(charlie, counter, { state: "rejected" });
  });
});

describe("two offers that cross", () => {
  // Nothing is delivered before both are on their way.
  async function cross(ofAlpha: object, ofCharlie: object) {
    network.setDown(alpha, true);
    network.setDown(charlie, true);
    const fromAlpha = await propose(alpha, charlie, ofAlpha);
    const fromCharlie = await propose(charlie, alpha, ofCharlie);
    await waitFor(alpha, fromAlpha, { delivery: "not_yet", delivery_result: expect.any(String) });
    await waitFor(charlie, fromCharlie, {
      delivery: "not_yet",
      delivery_result: expect.any(String),
    });
    network.setDown(alpha, false);
    network.setDown(charlie, false);
    return { fromAlpha, fromCharlie };
  }

  it.each(["alpha's first", "charlie's first"])(
    "make a partnership when they say the same (%s)",
    async (order) => {
      const same = { terms: `# Both at once, ${order}`, label_ceiling: "TLP:GREEN" };
      const { fromAlpha, fromCharlie } = await cross(same, same);
      const [first, second] = order === "alpha's first" ? [alpha, charlie] : [charlie, alpha];
      await deliverNow(first);
      await vi.waitFor(
        async () =>
          expect(await partnershipsAt(second)).toEqual(
            expect.arrayContaining([
              expect.objectContaining({ offer: (first === alpha ? fromAlpha : fromCharlie).offer }),
            ]),
          ),
        SOON,
      );
      await deliverNow(second);
      await waitFor(alpha, fromAlpha, { state: "active", in_force: true, proposed_by: "us" });
      await waitFor(charlie, fromAlpha, { state: "active", in_force: true, proposed_by: "them" });
      await expectNothingOf(alpha, fromCharlie);
      await waitFor(charlie, fromCharlie, { state: "ended", end_reason: "crossed" });
      await act(alpha, fromAlpha, "end");
      await waitFor(charlie, fromAlpha, { state: "ended" });
    },
  );

  it.each(["alpha's first", "charlie's first"])(
    "leave the one of who sorts first to be answered when they differ (%s)",
    async (order) => {
      const { fromAlpha, fromCharlie } = await cross(
        { terms: `# A ${order}` },
        { terms: `# C ${order}` },
      );
      const [first, second] = order === "alpha's first" ? [alpha, charlie] : [charlie, alpha];
      await deliverNow(first);
      await waitFor(second, first === alpha ? fromAlpha : fromCharlie, { delivery: null });
      await deliverNow(second);
      const asked = await waitFor(charlie, fromAlpha, { state: "asked" });
      await waitFor(alpha, fromAlpha, { state: "offered" });
      await expectNothingOf(alpha, fromCharlie);
      await waitFor(charlie, fromCharlie, { state: "ended", end_reason: "crossed" });
      expect(await isPartner(charlie, alpha)).toBe(false);
      await act(charlie, asked, "reject");
      await waitFor(alpha, fromAlpha, { state: "rejected" });
    },
  );
});

describe("a partner that is down", () => {
  it("gets the offer when it is back; until then the proposer sees that it has not", async () => {
    network.setDown(bravo, true);
    const offered = await propose(alpha, bravo, { terms: "# When you are back" });
    await waitFor(alpha, offered, {
      state: "offered",
      delivery: "not_yet",
      delivery_result: expect.any(String),
    });
    network.setDown(bravo, false);
    await deliverNow(alpha);
    await waitFor(bravo, offered, { state: "asked" });
    await waitFor(alpha, offered, { delivery: "delivered" });
    await act(alpha, offered, "end");
    await waitFor(bravo, offered, { state: "ended" });
  });
});

describe("a partnership for one practice", () => {
  it("covers that practice and no other", async () => {
    const { json: practice } = await alpha.api("POST", "/practices", {
      title: "One",
      content: "x",
    });
    const active = await makePartners(alpha, charlie, {
      terms: "# For this one",
      practice: practice.id,
    });
    expect(active["practice"]).toBe(practice.uri);
    const { partners } = await partnersNow(alpha.context);
    expect(partners.standing.has(`${charlie.origin}/ap/org`)).toBe(false);
    expect([...(partners.single.get(practice.uri) ?? [])]).toEqual([`${charlie.origin}/ap/org`]);
    const standing = await makePartners(charlie, alpha, { terms: "# For all" });
    await waitFor(alpha, active, { state: "active" });
    for (const each of [active, standing]) {
      await act(alpha, await waitFor(alpha, each, {}), "end");
      await waitFor(charlie, each, { state: "ended" });
    }
  });

  it("needs a practice of ours that exists", async () => {
    const wanted = { handle: charlie.handle, terms: "# T", practice: "12345" };
    const { status, json } = await alpha.api("POST", "/partnerships", wanted);
    expect([status, Object.keys(json.errors)]).toEqual([422, ["practice"]]);
  });
});

describe("dates", () => {
  it("keep a partnership closed before its first and after its last moment", async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const later = new Date(Date.now() + 7_200_000).toISOString();
    const active = await makePartners(alpha, bravo, {
      terms: "# From tomorrow",
      starts_at: soon,
      ends_at: later,
    });
    expect(active).toMatchObject({
      state: "active",
      in_force: false,
      starts_at: soon,
      ends_at: later,
    });
    expect(await isPartner(alpha, bravo)).toBe(false);
    await act(alpha, active, "end");
    await waitFor(bravo, active, { state: "ended" });
  });

  it.each([
    [{ ends_at: "2020-01-01" }, "ends_at"],
    [{ starts_at: "2090-01-02", ends_at: "2090-01-01" }, "ends_at"],
    [{ starts_at: "tomorrow" }, "starts_at"],
    [{ label_ceiling: "TLP:PINK" }, "label_ceiling"],
    [{ terms: " \n" }, "terms"],
  ])("are checked before anything is sent: %o", async (fields, field) => {
    const { status, json } = await alpha.api("POST", "/partnerships", {
      handle: bravo.handle,
      terms: "# T",
      ...fields,
    });
    expect([status, Object.keys(json.errors)]).toEqual([422, [field]]);
  });
});

describe("who may", () => {
  it("only editors see and change partnerships", async () => {
    const { member } = await addMember(alpha.context, {
      handle: "rita",
      email: "rita@alpha.test",
      role: "author",
      password: "a long enough one",
    });
    const token = await createToken(alpha.context, member, {
      as: "member",
      scopes: ["read", "write"],
    });
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const [known] = await partnershipsAt(alpha);
    for (const [method, path] of [
      ["GET", "/partnerships"],
      ["GET", `/partnerships/${known?.id}`],
      ["GET", `/partnerships/${known?.id}/evidence`],
      ["POST", `/partnerships/${known?.id}/end`],
    ] as const) {
      const answer = await alpha.fetch(`/api/praxis/v1${path}`, { method, headers });
      expect([path, answer.status]).toEqual([path, 403]);
    }
  });

  it("a member of another organization, or our own, is no partner", async () => {
    for (const handle of ["@ana@bravo.test", alpha.handle]) {
      const { status, json } = await alpha.api("POST", "/partnerships", { handle, terms: "# T" });
      expect([status, json.code]).toEqual([422, "partnership_impossible"]);
    }
  });
});

describe("the terms", () => {
  it("are read by the two parties alone; everybody else gets the 404 of what is missing", async () => {
    const offered = await propose(alpha, bravo, { terms: "# Ours alone" });
    await waitFor(bravo, offered, { state: "asked" });
    const { pathname } = new URL(offered.terms.url);
    const missing = pathname.replace(/.{12}$/, "000000000000");
    const [hidden, absent] = await Promise.all([alpha.fetch(pathname), alpha.fetch(missing)]);
    expect([hidden.status, await hidden.text()]).toEqual([404, await absent.text()]);
    expect([...hidden.headers]).toEqual([...absent.headers]);
    await expect(charlie.context.remote.readTerms(offered.terms.url)).rejects.toMatchObject({
      code: "remote_not_found",
    });
    expect(await bravo.context.remote.readTerms(offered.terms.url)).toBe("# Ours alone");
    await act(alpha, offered, "end");
    await waitFor(bravo, offered, { state: "ended" });
  });
});

describe("the evidence", () => {
  it("is verified by jose and a hash alone, on both sides alike", async () => {
    const active = await makePartners(alpha, bravo, { terms: TERMS, practice: null });
    const there = await waitFor(bravo, active, { state: "active" });
    const exports = [
      (await alpha.api("GET", `/partnerships/${active.id}/evidence`)).json,
      (await bravo.api("GET", `/partnerships/${there.id}/evidence`)).json,
    ];
    const { exported_at: _a, exported_by: _b, history: _c, ...fromAlpha } = exports[0];
    expect(exports[1]).toMatchObject(fromAlpha);
    for (const evidence of exports) {
      const sha256 = createHash("sha256").update(evidence.terms.markdown).digest("hex");
      expect(evidence.agreement.termsSha256).toBe(sha256);
      expect(evidence.agreement).toMatchObject({
        offer: active.offer,
        proposer: `${alpha.origin}/ap/org`,
        accepter: `${bravo.origin}/ap/org`,
      });
      expect(evidence.signatures.map((side: { role: string }) => side.role)).toEqual([
        "proposer",
        "accepter",
      ]);
      for (const { jws, public_key, organization, key_id } of evidence.signatures) {
        const { payload } = await compactVerify(jws, await importJWK(public_key, "EdDSA"));
        expect(new TextDecoder().decode(payload)).toBe(evidence.canonical_agreement);
        const owner = organization.startsWith(alpha.origin) ? alpha : bravo;
        const document = await owner.fetch("/ap/org", {
          headers: { Accept: "application/activity+json" },
        });
        expect(await document.json()).toMatchObject({ assertionMethod: [{ id: key_id }] });
      }
    }
    await act(alpha, active, "end");
    await waitFor(bravo, active, { state: "ended" });
  });
});

/** Its Undo may overtake an offer that has crossed; then it never shows up. */
async function expectNothingOf(instance: NetworkInstance, offer: PartnershipJson): Promise<void> {
  const found = (await partnershipsAt(instance)).find((each) => each.offer === offer.offer);
  if (found === undefined) return;
  // By itself, or by the Undo of the other side, whichever comes first.
  const reason = expect.stringMatching(/^(?:crossed|by_them)$/);
  expect(found).toMatchObject({ state: "ended", in_force: false, end_reason: reason });
}

async function activityCount({ running }: NetworkInstance): Promise<number> {
  const [row] = await running.instance.database.sql`select count(*)::int as n from activities`;
  return row?.["n"] ?? 0;
}
