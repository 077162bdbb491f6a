import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partnerships, terms } from "../../src/persistence/schema/index.ts";
import { deletePractice, publishPractice } from "../../src/services/practices.ts";
import { readPractice } from "../../src/services/practice-input.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { Visitor } from "../support/web-client.ts";
import { addReader, addRemoteActor, READER_PASSWORD } from "../support/web-world.ts";

let instance: TestInstance;
let bravo: ActorRecord;
let editor: Visitor;

beforeAll(async () => {
  instance = await createTestInstance();
  const { context } = instance;
  bravo = await addRemoteActor(context, "bravo", { name: "Bravo Grid", kin: { version: 1 } });
  const [agreed] = await context.db
    .insert(terms)
    .values({ url: "https://alpha.example/ap/terms/1", sha256: "ab".repeat(32), markdown: "# T" })
    .returning();
  await context.db.insert(partnerships).values({
    partnerId: bravo.id,
    state: "active",
    proposedBy: "us",
    offerIri: "https://alpha.example/ap/activities/1",
    termsId: agreed?.id ?? 0n,
    labelCeiling: "TLP:AMBER",
  });
  context.memory.forget();
  editor = await new Visitor(context).signIn("ana", "correct horse battery");
});

afterAll(() => instance.close());

const practice = {
  title: "Breaker maintenance",
  content: "## Steps\n\nOpen it, @carla@charlie.example.",
  kind: "practice",
  reach: "named",
};

describe("writing a practice", () => {
  it("offers partners by name, and shows exactly who will get it before it is published", async () => {
    const page = await editor.get("/write");
    expect(page.body).toContain("Bravo Grid (@bravo@bravo.example)");
    const fields = { ...practice, [`partner-${bravo.id}`]: "on" };
    const preview = await editor.submit("/write", fields, "/write/preview");
    expect(preview.status).toBe(200);
    expect(preview.body).toContain("Bravo Grid (@bravo@bravo.example)");
    expect(preview.body).toContain("TLP:AMBER");
    expect(preview.body).toContain("@carla@charlie.example is mentioned but not in the audience");
    expect(preview.body).toContain("<h2>Steps</h2>");
    expect(preview.body).not.toContain("approved followers");

    const published = await editor.submit("/write", fields, "/write/publish");
    expect(published.status).toBe(303);
    const shown = await editor.get(published.headers.get("location") ?? "");
    expect(shown.body).toContain("Members of the partner Bravo Grid");
    expect(shown.body).toMatch(/Sent to Bravo Grid on .+, not delivered yet \(revision 1\)/);
  });

  it("does not offer to publish what the boundary refuses", async () => {
    const fields = { ...practice, label: "TLP:RED", [`partner-${bravo.id}`]: "on" };
    const preview = await editor.submit("/write", fields, "/write/preview");
    expect(preview.status).toBe(422);
    expect(preview.body).toContain("TLP:RED is above TLP:AMBER");
    expect(preview.body).not.toContain(">Publish<");
    const forced = await editor.submit("/write", fields, "/write/publish");
    expect(forced.status).toBe(422);
  });

  it("keeps what was written when somebody goes on writing", async () => {
    const page = await editor.submit("/write", { ...practice, topics: "a, b" }, "/write");
    expect(page.body).toContain("Open it, @carla@charlie.example.</textarea>");
    expect(page.body).toContain('value="a, b"');
  });

  it("is not for readers", async () => {
    await addReader(instance.context);
    const reader = await new Visitor(instance.context).signIn("rolf", READER_PASSWORD);
    expect((await reader.get("/write")).status).toBe(403);
    expect((await reader.get("/disclosures")).status).toBe(403);
  });
});

describe("the disclosure record's page", () => {
  it("lists by organization, and saves a file that no spreadsheet runs", async () => {
    const { context, admin } = instance;
    const input = await readPractice(context, {
      title: "=HYPERLINK(1)",
      content: "x",
      audience: ["partner:@bravo@bravo.example"],
    });
    await publishPractice(context, admin, input);
    const page = await editor.get("/disclosures?organization=@bravo@bravo.example");
    expect(page.body).toContain("=HYPERLINK(1)");
    expect((await editor.get("/disclosures?organization=@x@y.example")).body).toContain(
      "Nothing has been shared yet",
    );
    const file = await editor.get("/disclosures.csv");
    expect(file.headers.get("content-type")).toContain("text/csv");
    expect(file.body).toContain(`"'=HYPERLINK(1)"`);
  });
});

describe("a practice that was withdrawn", () => {
  it("is said to be withdrawn to those who could read it, and is nothing to anybody else", async () => {
    const { context, admin } = instance;
    const input = await readPractice(context, {
      title: "Gone",
      content: "x",
      audience: ["members"],
    });
    const post = await publishPractice(context, admin, input);
    await deletePractice(context, admin, post.id);
    const path = new URL(post.url).pathname;
    const told = await editor.get(path);
    expect([told.status, told.body.includes("Gone")]).toEqual([410, false]);
    expect(told.body).toContain("This was withdrawn by Alpha Power on");
    const visitor = new Visitor(context);
    const [hidden, missing] = await Promise.all([
      visitor.get(path),
      visitor.get("/practices/01a2047c-0000-7000-8000-000000000000"),
    ]);
    expect(hidden.status).toBe(404);
    expect(hidden.body).toBe(missing.body);
  });
});
