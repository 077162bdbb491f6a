import { afterEach, beforeEach, expect, test } from "vitest";
import type { Context } from "../../src/services/context.ts";
import { Memory } from "../../src/services/memory.ts";
import { getOrganization } from "../../src/services/organization.ts";
import { createSetupLink } from "../../src/services/setup.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { Visitor } from "../support/web-client.ts";

const GOOD = {
  name: "Bravo Wind Farms",
  handle: "bravo",
  admin_name: "Bo Lindqvist",
  admin: "bo",
  email: "bo@bravo.example",
  password: "a quiet long night",
  password_again: "a quiet long night",
  followers: "approve",
};

let instance: TestInstance;
let database: TestDatabase;
let context: Context;
let visitor: Visitor;

beforeEach(async () => {
  [instance, database] = await Promise.all([createTestInstance(), createTestDatabase()]);
  context = { ...instance.context, db: database.db, facts: database.db, memory: new Memory() };
  visitor = new Visitor(context);
});

afterEach(async () => {
  await Promise.all([instance.close(), database.drop()]);
});

async function link(): Promise<{ page: string; token: string }> {
  const url = new URL((await createSetupLink(context)) ?? "");
  return { page: url.pathname + url.search, token: url.searchParams.get("token") ?? "" };
}

test("before set-up the start page says so, and nothing else is there", async () => {
  const start = await visitor.get("/");
  expect(start.status).toBe(200);
  expect(start.body).toContain("Not set up yet");
  expect(start.headers.get("cache-control")).toBe("private, no-store");
  for (const path of ["/home", "/feed.atom", "/sign-in", "/practices/x", "/sitemap.xml", "/@ana"]) {
    expect((await visitor.get(path)).status, path).toBe(404);
  }
});

test("the one-time link sets the organization up and signs its administrator in", async () => {
  const { page, token } = await link();
  expect((await visitor.get(page)).body).toContain("Set up your organization");
  const answer = await visitor.submit(page, { ...GOOD, token }, "/setup");
  expect(answer.status).toBe(303);
  expect((await getOrganization(context))?.actor).toMatchObject({
    name: GOOD.name,
    handle: "bravo",
  });
  const home = await visitor.get(answer.headers.get("location") ?? "");
  expect(home.status).toBe(200);
  expect(home.body).toContain("Nothing here yet");
  expect((await visitor.get("/@bo")).body).toContain("Bo Lindqvist</h1>");
  const again = await new Visitor(context).get(page);
  expect(again.status).toBe(410);
  expect(again.body).toContain("Already set up");
  expect(again.body).not.toContain('<form class="form"');
});

test("every wrong field is named at once, linked, and what was typed is kept but for passwords", async () => {
  const { page, token } = await link();
  const answer = await visitor.submit(
    page,
    {
      ...GOOD,
      token,
      name: "",
      handle: "Bra vo",
      email: "nobody",
      password_again: "something else",
    },
    "/setup",
  );
  expect(answer.status).toBe(422);
  for (const id of ["name", "handle", "email", "password_again"]) {
    expect(answer.body).toContain(`<a href="#${id}">`);
    expect(answer.body).toMatch(
      new RegExp(
        `id="${id}" name="${id}"[^>]*aria-describedby="[^"]*${id}-problem"[^>]*aria-invalid="true"`,
      ),
    );
  }
  expect(answer.body).not.toContain('href="#admin"');
  expect(answer.body).toContain('value="Bra vo"');
  expect(answer.body).toContain('value="bo"');
  expect(answer.body).not.toContain(GOOD.password);
  expect(await getOrganization(context)).toBeNull();
});

test.each([
  ["the same handle twice", { admin: "bravo" }, "admin"],
  ["a reserved handle", { handle: "instance" }, "handle"],
  ["a short password", { password: "short", password_again: "short" }, "password"],
  ["no choice about followers", { followers: "" }, "followers-approve"],
])("%s is refused at its field", async (_, wrong, field) => {
  const { page, token } = await link();
  const answer = await visitor.submit(page, { ...GOOD, token, ...wrong }, "/setup");
  expect(answer.status).toBe(422);
  expect(answer.body).toContain(`<a href="#${field}">`);
  expect(await getOrganization(context)).toBeNull();
});

test("a wrong, an old or a missing link opens nothing", async () => {
  const { page, token } = await link();
  await createSetupLink(context);
  for (const path of [page, "/setup", "/setup?token=guess"]) {
    const answer = await visitor.get(path);
    expect(answer.status, path).toBe(403);
    expect(answer.body).toContain("This link no longer works");
  }
  const current = await link();
  const forged = await visitor.submit(current.page, { ...GOOD, token }, "/setup");
  expect(forged.status).toBe(403);
  expect(await getOrganization(context)).toBeNull();
});
