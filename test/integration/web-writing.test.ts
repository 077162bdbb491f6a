import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partnerships } from "../../src/persistence/schema/index.ts";
import { deletePractice, publishPractice } from "../../src/services/practices.ts";
import { readPractice } from "../../src/services/practice-input.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { Visitor } from "../support/web-client.ts";
import {
  addPartnership,
  addReader,
  addRemoteActor,
  READER_PASSWORD,
} from "../support/web-world.ts";

let instance: TestInstance;
let bravo: ActorRecord;
let editor: Visitor;

beforeAll(async () => {
  instance = await createTestInstance();
  const { context } = instance;
  bravo = await addRemoteActor(context, "bravo", { name: "Bravo Grid", kin: { version: 1 } });
  await addPartnership(context, bravo);
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

describe("revising a practice in the browser", () => {
  /** The form of a page as a browser would send it back. */
  function formIn(body: string): Record<string, string> {
    const fields: Record<string, string> = {};
    for (const [tag] of body.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(tag)?.[1] ?? "";
      const value = /value="([^"]*)"/.exec(tag)?.[1];
      const isBox = /type="(?:checkbox|radio)"/.test(tag);
      if (!isBox || /\schecked/.test(tag)) fields[name] = value ?? "on";
    }
    const content = /<textarea[^>]*>([^<]*)<\/textarea>/.exec(body)?.[1];
    if (content !== undefined) fields["content"] = content.trim();
    for (const [, name = "", options = ""] of body.matchAll(
      /<select[^>]*name="([^"]+)"[^>]*>(.*?)<\/select>/gs,
    )) {
      fields[name] = /<option value="([^"]*)"[^>]*\sselected/.exec(options)?.[1] ?? "";
    }
    return fields;
  }

  async function publish(fields: Record<string, string>): Promise<string> {
    const published = await editor.submit("/write", fields, "/write/publish");
    expect(published.status).toBe(303);
    return published.headers.get("location") ?? "";
  }

  it("brings the form back as it stands, and changes nothing else", async () => {
    const path = await publish({
      ...practice,
      title: "Relay tests",
      topics: "relays",
      [`partner-${bravo.id}`]: "on",
    });
    expect((await editor.get(path)).body).toContain(`href="${path}/edit"`);
    const fields = formIn((await editor.get(`${path}/edit`)).body);
    const edit = { ...fields, title: "Relay tests, monthly", "change-note": "More often" };
    const preview = await editor.submit(`${path}/edit`, edit, "/write/preview");
    expect(preview.status).toBe(200);
    expect(preview.body).toContain("Bravo Grid (@bravo@bravo.example)");
    const revised = await editor.submit(`${path}/edit`, formIn(preview.body), "/write/publish");
    expect(revised.headers.get("location")).toBe(path);
    const shown = (await editor.get(path)).body;
    expect(shown).toContain("Relay tests, monthly");
    expect(shown).toContain("More often");
    expect(shown).toContain("Members of the partner Bravo Grid");
    expect(shown).toContain("relays");
  });

  it("keeps a partner whose partnership rests: an edit is no recall", async () => {
    const path = await publish({
      ...practice,
      title: "Spare parts",
      [`partner-${bravo.id}`]: "on",
    });
    const { context } = instance;
    await context.db.update(partnerships).set({ suspendedByUsAt: new Date() });
    context.memory.forget();
    try {
      const body = (await editor.get(`${path}/edit`)).body;
      expect(body).toContain("partner:@bravo@bravo.example");
      const revised = await editor.post("/write/publish", {
        ...formIn(body),
        title: "Spare parts in stock",
      });
      expect(revised.status).toBe(303);
    } finally {
      await context.db.update(partnerships).set({ suspendedByUsAt: null });
      context.memory.forget();
    }
    const shown = (await editor.get(path)).body;
    expect(shown).toContain("Spare parts in stock");
    expect(shown).toContain("Members of the partner Bravo Grid");
  });

  it("does not overwrite a revision that somebody else has published meanwhile", async () => {
    const path = await publish({ title: "Ladders", content: "Check them.", reach: "members" });
    const mine = formIn((await editor.get(`${path}/edit`)).body);
    const theirs = await editor.post("/write/publish", { ...mine, content: "Check them twice." });
    expect(theirs.status).toBe(303);
    const late = await editor.post("/write/publish", { ...mine, content: "Do not check them." });
    expect(late.status).toBe(422);
    expect(late.body).toContain("has published a revision in the meantime");
    expect(late.body).toContain("Do not check them.");
    expect((await editor.get(path)).body).toContain("Check them twice.");
  });

  it("adds a file and takes it away again", async () => {
    const page = formIn((await editor.get("/write")).body);
    const form = new FormData();
    const written = { ...page, title: "Drawing", content: "See the drawing.", reach: "members" };
    for (const [name, value] of Object.entries(written)) form.set(name, value);
    form.set("file", new File(["%PDF-1.4\n%%EOF"], "plan.pdf"));
    form.set("description", "Floor plan");
    const origin = { headers: { origin: editor.origin } };
    const added = await editor.send("/write/files", { method: "POST", body: form, ...origin });
    expect(added.status).toBe(200);
    expect(added.body).toContain("plan.pdf (PDF");
    const published = await editor.post("/write/publish", formIn(added.body));
    const path = published.headers.get("location") ?? "";
    expect((await editor.get(path)).body).toContain("plan.pdf");

    const fields = formIn((await editor.get(`${path}/edit`)).body);
    const without = Object.fromEntries(
      Object.entries(fields).filter(([name]) => !/^file-\d+$/.test(name)),
    );
    expect((await editor.post("/write/publish", without)).status).toBe(303);
    expect((await editor.get(path)).body).not.toContain("plan.pdf");
  });

  it("refuses a file without the form's token, and one that is no document", async () => {
    const origin = { headers: { origin: editor.origin } };
    const forged = new FormData();
    forged.set("file", new File(["%PDF-1.4\n%%EOF"], "plan.pdf"));
    const answer = await editor.send("/write/files", { method: "POST", body: forged, ...origin });
    expect(answer.status).toBe(403);
    const form = new FormData();
    for (const [name, value] of Object.entries(formIn((await editor.get("/write")).body))) {
      form.set(name, value);
    }
    form.set("content", "What I wrote stays.");
    form.set("file", new File(["MZ\u0000\u0001"], "tool.exe"));
    const refused = await editor.send("/write/files", { method: "POST", body: form, ...origin });
    expect(refused.status).toBe(422);
    expect(refused.body).toContain("What I wrote stays.");
  });

  it("withdraws a practice after asking once more", async () => {
    const path = await publish({ title: "Old rules", content: "x", reach: "members" });
    const asked = await editor.get(`${path}/withdraw`);
    expect(asked.body).toContain("Withdraw this practice?");
    expect((await editor.get(path)).status).toBe(200);
    expect((await editor.post(`${path}/withdraw`, formIn(asked.body))).status).toBe(303);
    expect((await editor.get(path)).status).toBe(410);
  });

  it("is not for those who may not release it, and hides what is missing", async () => {
    const path = await publish({ title: "Fences", content: "x", reach: "public" });
    const reader = await new Visitor(instance.context).signIn("rolf", READER_PASSWORD);
    expect((await reader.get(path)).body).not.toContain(`${path}/edit`);
    expect((await reader.get(`${path}/edit`)).status).toBe(403);
    expect((await reader.post(`${path}/withdraw`, {})).status).toBe(403);
    expect((await editor.get("/practices/nothing-of-the-kind/edit")).status).toBe(404);
    expect((await new Visitor(instance.context).get(`${path}/edit`)).status).toBe(303);
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
