import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { activities, actors, reports } from "../../src/persistence/schema/index.ts";
import { clientOf, type Client } from "../support/client.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { act, propose, waitFor } from "../support/partners.ts";
import { createToken } from "../../src/services/tokens.ts";

const SOON = { timeout: 15_000, interval: 50 };

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let ana: Client;
let asBravo: Client;
let asAlpha: Client;

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  bravo = await network.add("bravo", { followers: "approve" });
  ana = await clientOf(alpha, alpha.admin);
  asAlpha = await clientOf(alpha, alpha.admin, "organization");
  asBravo = await clientOf(bravo, bravo.admin, "organization");
});

afterAll(() => network.close());

async function find(client: Client, handle: string): Promise<string> {
  const { json } = await client("GET", `/v1/accounts/search?q=${handle}&resolve=true&limit=1`);
  return json[0].id;
}

async function relationship(client: Client, id: string) {
  return (await client("GET", `/v1/accounts/relationships?id[]=${id}`)).json[0];
}

test("a member finds an organization elsewhere, asks to follow it, and is approved there", async () => {
  const id = await find(ana, bravo.handle);
  expect((await ana("POST", `/v1/accounts/${id}/follow`)).json).toMatchObject({
    requested: true,
    following: false,
  });
  const asking = await vi.waitFor(async () => {
    const { json } = await asBravo("GET", "/v1/follow_requests");
    expect(json).toMatchObject([{ acct: "ana@alpha.test" }]);
    return json[0].id;
  }, SOON);
  expect((await asBravo("GET", "/v1/accounts/verify_credentials")).json.source).toMatchObject({
    follow_requests_count: 1,
  });
  await asBravo("POST", `/v1/follow_requests/${asking}/authorize`);
  await vi.waitFor(
    async () => expect(await relationship(ana, id)).toMatchObject({ following: true }),
    SOON,
  );
  expect((await asBravo("GET", `/v1/accounts/${asking}`)).json.display_name).not.toBe("");
});

test("an edited profile arrives where it is followed, with its pictures", async () => {
  const id = await find(ana, bravo.handle);
  const form = new FormData();
  form.set("display_name", "Bravo Water");
  form.set("note", "Clean water since 1903.\nSee https://bravo.test/about");
  form.set("fields_attributes[0][name]", "Site");
  form.set("fields_attributes[0][value]", "https://site.test/about");
  form.set("avatar_description", "A drop");
  form.set("avatar", new Blob([new Uint8Array(await drawing(600, 300))]), "logo.png");
  form.set("header", new Blob([new Uint8Array(await drawing(900, 900))]), "header.png");
  const token = await createToken(bravo.context, bravo.admin, {
    as: "organization",
    scopes: ["write"],
  });
  const saved = await bravo.fetch("/api/v1/accounts/update_credentials", {
    method: "PATCH",
    headers: { Authorization: `Bearer ${token}` },
    body: form,
  });
  const own = (await saved.json()) as Record<string, string>;
  expect(saved.status, JSON.stringify(own)).toBe(200);
  const shown = await vi.waitFor(async () => {
    const { json } = await ana("GET", `/v1/accounts/${id}`);
    expect(json.display_name).toBe("Bravo Water");
    return json;
  }, SOON);
  expect(shown).toMatchObject({
    avatar: own["avatar"],
    avatar_description: "A drop",
    header: own["header"],
    fields: [{ name: "Site", verified_at: null }],
  });
  expect(shown.note).toContain("Clean water since 1903.<br />");
  const picture = await bravo.fetch(new URL(own["avatar"] ?? "").pathname);
  expect(picture.headers.get("Cache-Control")).toContain("immutable");
  const pixels = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
  expect(pixels).toMatchObject({ format: "webp", width: 300, height: 300 });
  expect((await bravo.document("/ap/org")).json).toMatchObject({
    name: "Bravo Water",
    icon: { type: "Image", mediaType: "image/webp", name: "A drop" },
  });
});

test("a link is verified when its page links back", async () => {
  network.join({
    origin: "https://site.test",
    fetch: async () =>
      new Response(`<p>We are <a href="https://bravo.test/" rel="nofollow me">here</a></p>`, {
        headers: { "Content-Type": "text/html; charset=utf-8" },
      }),
  });
  await asBravo("PATCH", "/v1/accounts/update_credentials", {
    fields_attributes: [
      { name: "Site", value: "https://site.test/team" },
      { name: "Other", value: "https://alpha.test/" },
    ],
  });
  await vi.waitFor(async () => {
    const { json } = await asBravo("GET", "/v1/accounts/verify_credentials");
    expect(json.fields).toMatchObject([
      { name: "Site", verified_at: expect.stringMatching(/^\d{4}-/) },
      { name: "Other", verified_at: null },
    ]);
    expect(json.source.fields[0]).toMatchObject({ value: "https://site.test/team" });
  }, SOON);
  const home = await (await bravo.fetch("/")).text();
  expect(home).toContain('href="https://site.test/team" rel="me ');
});

test("a forwarded report reaches the other side as the instance's, without the reporter", async () => {
  const id = await find(ana, bravo.handle);
  const { json } = await ana("POST", "/v1/reports", {
    account_id: id,
    comment: "This is advertising.",
    category: "spam",
    forward: true,
  });
  expect(json).toMatchObject({ category: "spam", forwarded: true, target_account: { id } });
  const received = await vi.waitFor(async () => {
    const [row] = await bravo.context.db
      .select({ report: reports, reporter: actors })
      .from(reports)
      .innerJoin(actors, eq(actors.id, reports.reporterId));
    expect(row).toBeDefined();
    return row;
  }, SOON);
  expect(received?.report.comment).toBe("This is advertising.");
  expect(received?.reporter.iri).toBe(alpha.context.iris.instance);
  const [flag] = await alpha.context.db
    .select()
    .from(activities)
    .where(eq(activities.type, "Flag"));
  expect(JSON.parse(flag?.body ?? "")).toMatchObject({ object: [bravo.context.iris.organization] });
  expect(flag?.body).not.toContain("/ana");
});

test("a report that is not forwarded stays here", async () => {
  const id = await find(ana, bravo.handle);
  const before = network.requests.length;
  const { json } = await ana("POST", "/v1/reports", { account_id: id, comment: "Hm." });
  expect(json).toMatchObject({ forwarded: false, category: "other" });
  expect(network.requests.slice(before)).toEqual([]);
});

test("a block ends the follow on both sides and hides, and may be undone", async () => {
  const id = await find(ana, bravo.handle);
  expect(await relationship(ana, id)).toMatchObject({ following: true });
  const there = await find(asBravo, "@ana@alpha.test");
  await ana("POST", `/v1/accounts/${id}/block`);
  expect(await relationship(ana, id)).toMatchObject({ blocking: true, following: false });
  await vi.waitFor(
    async () =>
      expect(await relationship(asBravo, there)).toMatchObject({
        blocked_by: true,
        followed_by: false,
      }),
    SOON,
  );
  expect((await asAlpha("GET", "/v1/blocks")).json).toEqual([]);
  await ana("POST", `/v1/accounts/${id}/unblock`);
  await vi.waitFor(
    async () => expect(await relationship(asBravo, there)).toMatchObject({ blocked_by: false }),
    SOON,
  );
});

test("whoever hides a host is not followed from there, and hears that the other was refused", async () => {
  await ana("POST", "/v1/domain_blocks", { domain: "bravo.test" });
  const there = await find(asBravo, "@ana@alpha.test");
  await asBravo("POST", `/v1/accounts/${there}/follow`);
  await vi.waitFor(
    async () => expect(await relationship(asBravo, there)).toMatchObject({ requested: false }),
    SOON,
  );
  expect((await ana("GET", "/v1/follow_requests")).json).toEqual([]);
  await ana("DELETE", "/v1/domain_blocks", { domain: "bravo.test" });
  await asBravo("POST", `/v1/accounts/${there}/follow`);
  await vi.waitFor(
    async () => expect((await ana("GET", "/v1/follow_requests")).json).toHaveLength(1),
    SOON,
  );
});

test("a partner hears of an edited profile although it follows nobody", async () => {
  const charlie = await network.add("charlie");
  const asCharlie = await clientOf(charlie, charlie.admin);
  const offer = await propose(alpha, charlie);
  await act(charlie, await waitFor(charlie, offer, { state: "asked" }), "accept");
  await waitFor(alpha, offer, { state: "active" });
  const id = await find(asCharlie, "@ana@alpha.test");
  await ana("PATCH", "/v1/accounts/update_credentials", { display_name: "Ana of the night" });
  await vi.waitFor(async () => {
    const { json } = await asCharlie("GET", `/v1/accounts/${id}`);
    expect(json.display_name).toBe("Ana of the night");
  }, SOON);
});

function drawing(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: "#2060a0" } })
    .png()
    .toBuffer();
}
