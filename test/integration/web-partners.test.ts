import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listPartnerships } from "../../src/services/partnerships.ts";
import { createWorld, type World } from "../support/inbound-world.ts";
import { kinOrganization, offerOf, type KinOrganization } from "../support/kin-peer.ts";
import { Visitor } from "../support/web-client.ts";
import { addReader, READER_PASSWORD } from "../support/web-world.ts";

let world: World;
let partner: KinOrganization;
let admin: Visitor;
let reader: Visitor;

beforeAll(async () => {
  world = await createWorld();
  partner = kinOrganization(world.bravo, "bravo", { name: "Bravo Wind Farms" });
  await addReader(world.context);
  admin = await new Visitor(world.context).signIn("ana", "correct horse battery");
  reader = await new Visitor(world.context).signIn("rolf", READER_PASSWORD);
});

afterAll(() => world.close());

async function newest() {
  const [found] = await listPartnerships(world.context, world.admin, { limit: 1 });
  if (found === undefined) throw new Error("there is no partnership");
  return found;
}

async function offerFromThem(number: number, markdown: string): Promise<string> {
  const iri = `https://bravo.example/offers/${number}`;
  await world.send(
    partner,
    await offerOf(world.bravo, partner, { iri, to: world.organization.iri, markdown }),
  );
  return `/partners/${(await newest()).id}`;
}

describe("the page of partners", () => {
  test("is for editors alone", async () => {
    expect((await new Visitor(world.context).get("/partners")).headers.get("location")).toBe(
      "/sign-in?to=%2Fpartners",
    );
    expect((await reader.get("/partners")).status).toBe(403);
    expect((await reader.get("/home")).body).not.toContain('href="/partners"');
    expect((await admin.get("/home")).body).toContain('href="/partners"');
  });

  test("sends an offer and shows that it has not arrived yet", async () => {
    const answer = await admin.submit("/partners", {
      handle: "@bravo@bravo.example",
      terms: "# Terms\n\nKeep it <script>alert(1)</script> *inside*.",
      label_ceiling: "TLP:AMBER",
      ends_at: "2198-01-01",
    });
    expect(answer.status).toBe(303);
    const page = await admin.get(answer.headers.get("location") ?? "");
    expect(page.body).toContain("Bravo Wind Farms");
    expect(page.body).toContain("Not delivered yet");
    expect(page.body).toContain("<em>inside</em>");
    expect(page.body).not.toContain("<script");
    expect(page.body).toContain("TLP:AMBER");
    expect(page.headers.get("cache-control")).toBe("private, no-store");
    expect((await admin.get("/partners")).body).toContain("Your offers");
  });

  test("keeps what was typed and says what is wrong with it", async () => {
    const fields = {
      handle: "@bravo@bravo.example",
      terms: "# Mine",
      label_ceiling: "TLP:RED",
      ends_at: "soon",
    };
    const answer = await admin.submit("/partners", fields);
    expect(answer.status).toBe(422);
    expect(answer.body).toContain("# Mine");
    expect(answer.body).toContain('href="#ends_at"');
    expect(answer.body).toMatch(/<option value="TLP:RED" selected/);
    const person = world.bravo.actor("bob");
    const refused = await admin.submit("/partners", { ...fields, handle: person.iri, ends_at: "" });
    expect([refused.status, refused.body.includes("does not run Praxis")]).toEqual([422, true]);
  });

  test("takes an offer of ours back", async () => {
    const page = `/partners/${(await newest()).id}`;
    await admin.submit(page, {}, `${page}/end`);
    expect((await admin.get(page)).body).toContain("Ended: by you");
  });
});

describe("an offer that waits for us", () => {
  test("is read, then accepted; the partnership is suspended, resumed and ended after a question", async () => {
    const page = await offerFromThem(1, "# Conditions\n\nAsk first.");
    const shown = await admin.get(page);
    expect(shown.body).toContain("Ask first.");
    expect(shown.body).toContain("They wait for your answer");
    expect((await admin.get("/partners")).body).toContain("Read the terms and answer");

    await admin.submit(page, {}, `${page}/accept`);
    expect((await admin.get(page)).body).toContain("In force");

    const question = await admin.get(`${page}/suspend`);
    expect(question.body).toContain("Suspend the partnership with Bravo Wind Farms?");
    await admin.submit(`${page}/suspend`, {});
    expect((await admin.get(page)).body).toContain("Suspended by you");
    await admin.submit(page, {}, `${page}/resume`);
    expect((await admin.get(page)).body).toContain("In force");

    expect((await admin.get(`${page}/end`)).body).toContain(
      "End the partnership with Bravo Wind Farms?",
    );
    expect((await newest()).state).toBe("active");
    await admin.submit(`${page}/end`, {});
    expect((await admin.get(page)).body).toContain("Ended: by you");
  });

  test("is declined", async () => {
    const page = await offerFromThem(2, "# Rather not");
    await admin.submit(page, {}, `${page}/reject`);
    expect((await newest()).state).toBe("rejected");
  });

  test("is answered by nobody but editors, from our own pages", async () => {
    const page = await offerFromThem(3, "# Who may answer");
    const answer = await reader.submit("/home", {}, `${page}/accept`);
    expect(answer.status).toBe(403);
    const foreign = await admin.post(`${page}/accept`, {}, { origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    expect((await newest()).state).toBe("asked");
  });
});

describe("evidence and terms", () => {
  test("the evidence is a file for editors", async () => {
    const { id } = await newest();
    const answer = await admin.get(`/partners/${id}/evidence`);
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="partnership-${id}.json"`,
    );
    expect(JSON.parse(answer.body)).toMatchObject({
      format: "praxis-partnership-evidence/1",
      signatures: [{ role: "proposer" }],
    });
    expect((await reader.get(`/partners/${id}/evidence`)).status).toBe(403);
  });

  test("the terms are read by every member and by no visitor", async () => {
    await admin.submit("/partners", {
      handle: "@bravo@bravo.example",
      terms: "# For all of us",
      label_ceiling: "TLP:GREEN",
    });
    const { terms } = await newest();
    const path = `/terms/${terms.url.split("/").at(-1)}`;
    expect((await reader.get(path)).body).toContain("For all of us");
    expect((await new Visitor(world.context).get(path)).status).toBe(303);
    const missing = path.replace(/.{12}$/, "000000000000");
    expect((await reader.get(missing)).status).toBe(404);
  });
});
