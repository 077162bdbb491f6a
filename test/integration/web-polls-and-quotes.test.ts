import { afterAll, beforeAll, expect, test } from "vitest";
import { actingAs } from "../../src/services/acting.ts";
import { checkPoll } from "../../src/services/polls.ts";
import { publishNote, type NoteDraft } from "../../src/services/publish-note.ts";
import { deletePractice } from "../../src/services/practices.ts";
import { noteDraft } from "../support/note-draft.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { Visitor } from "../support/web-client.ts";
import { publish } from "../support/web-world.ts";

let instance: TestInstance;
let visitor: Visitor;

beforeAll(async () => {
  instance = await createTestInstance();
  visitor = new Visitor(instance.context);
});

afterAll(() => instance.close());

const write = (changes: Partial<NoteDraft>) =>
  publishNote(instance.context, actingAs(instance.admin), noteDraft(changes), { appId: null });

test("a poll shows its options in lists and on its page", async () => {
  const options = ["Every 1,000 hours", "When it complains"];
  const asked = { options, expiresIn: 600, multiple: false, hideTotals: false };
  const post = await write({
    text: "We ask. #bearings",
    poll: checkPoll(asked, instance.context.now()),
  });
  for (const path of ["/tags/bearings", `/posts/${post.id}`]) {
    expect((await visitor.get(path)).body, path).toContain(
      '<li dir="auto">When it complains – 0</li>',
    );
  }
});

test("a quote names what it quotes, as long as that is there", async () => {
  const { context, admin } = instance;
  const practice = await publish(context, admin, { title: "Grease" });
  const post = await write({ text: "We tried it. #quoting", quotedId: practice.id });
  const shown = new RegExp(
    `Quotes .*href="${new URL(practice.url).pathname}"[^>]*>Grease</a>`,
    "s",
  );
  const paths = ["/tags/quoting", `/posts/${post.id}`];
  for (const path of paths) expect((await visitor.get(path)).body, path).toMatch(shown);
  await deletePractice(context, admin, practice.id);
  for (const path of paths) {
    const { status, body } = await visitor.get(path);
    expect(status, path).toBe(200);
    expect(body, path).not.toContain("Grease");
  }
});
