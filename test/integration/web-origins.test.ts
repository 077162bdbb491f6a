import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { follows, origins } from "../../src/persistence/schema/index.ts";
import { addMember } from "../../src/services/members.ts";
import { listOrigins, setAllowListOnly } from "../../src/services/origins.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { Visitor } from "../support/web-client.ts";
import { addReader, addRemoteActor, READER_PASSWORD } from "../support/web-world.ts";

const PAGE = "/admin/origins";
let instance: TestInstance;
let admin: Visitor;

beforeAll(async () => {
  instance = await createTestInstance();
  const { context, organization } = instance;
  const bravo = await addRemoteActor(context, "bravo");
  const carla = await addRemoteActor(context, "carla", { host: "social.bravo.example" });
  await context.db.insert(follows).values([
    { followerId: bravo.id, followeeId: organization.id, state: "accepted", iri: "urn:1" },
    { followerId: carla.id, followeeId: organization.id, state: "pending", iri: "urn:2" },
    { followerId: organization.id, followeeId: carla.id, state: "accepted", iri: "urn:3" },
  ]);
  admin = await new Visitor(context).signIn("ana", "correct horse battery");
});

afterAll(() => instance.close());

beforeEach(async () => {
  await setAllowListOnly(instance.context, instance.admin, false);
  await instance.context.db.delete(origins);
  await instance.context.db.update(follows).set({ state: "accepted" });
});

const rules = () => listOrigins(instance.context, instance.admin);
const add = (fields: Record<string, string>) => admin.submit(PAGE, fields);

describe("the page about hosts", () => {
  test("is for administrators: others find neither the page nor the way there", async () => {
    const { context } = instance;
    await addReader(context);
    await addMember(context, {
      handle: "edda",
      email: "edda@alpha.example",
      role: "editor",
      password: READER_PASSWORD,
    });
    expect((await new Visitor(context).get(PAGE)).headers.get("location")).toContain("/sign-in");
    for (const name of ["rolf", "edda"]) {
      const visitor = await new Visitor(context).signIn(name, READER_PASSWORD);
      expect((await visitor.get("/home")).body).not.toContain(PAGE);
      expect((await visitor.get(PAGE)).status).toBe(403);
      const fields = { host: "evil.example", what: "block" };
      const sent = await visitor.submit("/home", fields, PAGE);
      expect(sent.status).toBe(403);
    }
    expect((await rules()).origins).toEqual([]);
    expect((await admin.get("/home")).body).toContain(`href="${PAGE}"`);
  });

  test("blocks a host with which there is nothing at once, and ends the block", async () => {
    const answer = await add({
      host: "https://Evil.example/@x",
      what: "block",
      reason: "<b>spam</b>",
    });
    expect(answer.status).toBe(303);
    const { body } = await admin.get(PAGE);
    expect(body).toContain('<th scope="row">evil.example</th>');
    expect(body).toContain("&lt;b&gt;spam&lt;/b&gt;");
    await admin.submit(PAGE, { host: "evil.example" }, `${PAGE}/unblock`);
    expect((await rules()).origins).toEqual([]);
  });

  test("asks first where somebody would be cut off, and says who", async () => {
    const asked = await add({ host: "bravo.example", what: "block", reason: "spam" });
    expect(asked.status).toBe(200);
    expect(asked.body).toContain("Block bravo.example?");
    expect(asked.body).toContain(
      "2 followers and 1 account that you follow are on bravo.example or its subdomains.",
    );
    expect((await rules()).origins).toEqual([]);
    const token = /name="form_token" value="([^"]+)"/.exec(asked.body)?.[1] ?? "";
    const hidden = [...asked.body.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const fields = Object.fromEntries(hidden.map(([, name, value]) => [name, value]));
    expect(fields).toMatchObject({
      host: "bravo.example",
      what: "block",
      reason: "spam",
      confirmed: "yes",
    });
    expect((await admin.post(PAGE, { ...fields, form_token: token })).status).toBe(303);
    expect((await rules()).origins).toMatchObject([{ host: "bravo.example", reason: "spam" }]);
  });

  test("says what is wrong with a form, and keeps what was typed", async () => {
    const none = await add({ host: "no host", what: "block" });
    expect(none.status).toBe(422);
    expect(none.body).toContain("Write a host such as evil.example.");
    expect(none.body).toContain('value="no host"');
    expect((await add({ host: "evil.example", what: "" })).body).toContain(
      "Choose one of the two.",
    );
    expect((await add({ host: "alpha.example", what: "block" })).body).toContain(
      "this server itself",
    );
    expect((await rules()).origins).toEqual([]);
  });

  test("switches to listed hosts only when that is confirmed, and back at once", async () => {
    const asked = await admin.submit(PAGE, { mode: "on" }, `${PAGE}/allow-list`);
    expect(asked.body).toContain(
      "2 followers and 1 account that you follow are on hosts that are not listed.",
    );
    expect((await rules()).allowListOnly).toBe(false);
    const confirmed = { mode: "on", confirmed: "yes" };
    await admin.submit(PAGE, confirmed, `${PAGE}/allow-list`);
    expect((await rules()).allowListOnly).toBe(true);
    expect((await admin.get(PAGE)).body).toContain("Only the hosts on the list may federate");
    await admin.submit(PAGE, { mode: "off" }, `${PAGE}/allow-list`);
    expect((await rules()).allowListOnly).toBe(false);
  });

  test("asks before it takes a host off the list that this cuts off", async () => {
    await add({ host: "bravo.example", what: "allow" });
    await add({ host: "social.bravo.example", what: "allow" });
    await setAllowListOnly(instance.context, instance.admin, true);
    const fields = { host: "bravo.example" };
    const asked = await admin.submit(PAGE, fields, `${PAGE}/disallow`);
    expect(asked.body).toContain("1 follower is on bravo.example.");
    expect((await rules()).origins).toHaveLength(2);
    await admin.submit(PAGE, { ...fields, confirmed: "yes" }, `${PAGE}/disallow`);
    expect((await rules()).origins).toMatchObject([{ host: "social.bravo.example" }]);
  });
});
