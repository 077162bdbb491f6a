import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eq } from "drizzle-orm";
import { posts, reactions } from "../../src/persistence/schema/index.ts";
import { actingAs } from "../../src/services/acting.ts";
import { writeReply } from "../../src/services/replies.ts";
import { blockActor } from "../../src/services/blocks.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { Visitor } from "../support/web-client.ts";
import {
  addReader,
  addRemoteActor,
  addRemotePost,
  FOLLOWERS,
  publish,
  READER_PASSWORD,
} from "../support/web-world.ts";

const ADMIN_PASSWORD = "correct horse battery";

let instance: TestInstance;
let admin: Visitor;
let reader: Visitor;
let visitor: Visitor;

beforeAll(async () => {
  instance = await createTestInstance();
  await addReader(instance.context);
  admin = await new Visitor(instance.context).signIn("ana", ADMIN_PASSWORD);
  reader = await new Visitor(instance.context).signIn("rolf", READER_PASSWORD);
  visitor = new Visitor(instance.context);
});

afterAll(() => instance.close());

function pathOf(post: { readonly url: string }): string {
  return new URL(post.url).pathname;
}

async function repliesTo(id: bigint) {
  return instance.context.db.select().from(posts).where(eq(posts.inReplyToId, id));
}

describe("below a public practice", () => {
  test("a member replies without any script, and everybody reads it", async () => {
    const practice = await publish(instance.context, instance.admin);
    const page = pathOf(practice);
    const answer = await reader.submit(
      page,
      { content: "We **agree**. <b>raw</b>", back: page },
      `/posts/${practice.id}/replies`,
    );
    const [reply] = await repliesTo(practice.id);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(`${page}#reply-${reply?.id}`);
    const seen = await visitor.get(page);
    expect(seen.body).toContain("We <strong>agree</strong>. &lt;b&gt;raw&lt;/b&gt;");
    expect(seen.body).not.toContain("<textarea");
    expect(seen.body).not.toContain("Remove favourite");
    expect(seen.headers.get("cache-control")).toContain("public");
  });

  test("a reply that is too long comes back with what was written", async () => {
    const practice = await publish(instance.context, instance.admin);
    const content = `${"long ".repeat(1_001)}end`;
    const answer = await reader.submit(
      pathOf(practice),
      { content },
      `/posts/${practice.id}/replies`,
    );
    expect(answer.status).toBe(422);
    expect(answer.body).toContain("at most 5,000 characters");
    expect(answer.body).toContain("long end");
    expect(await repliesTo(practice.id)).toEqual([]);
  });

  test("only its author takes a reply back", async () => {
    const { context } = instance;
    const practice = await publish(context, instance.admin);
    const page = pathOf(practice);
    await reader.submit(page, { content: "Mine." }, `/posts/${practice.id}/replies`);
    const [reply] = await repliesTo(practice.id);
    const path = `/posts/${reply?.id}/delete`;
    expect((await admin.get(page)).body).not.toContain(path);
    expect((await admin.submit(page, { back: page }, path)).status).toBe(404);
    expect((await reader.get(page)).body).toContain(path);
    expect((await reader.submit(page, { back: page }, path)).status).toBe(303);
    expect((await visitor.get(page)).body).not.toContain("Mine.");
    const [after] = await context.db.select().from(posts).where(eq(posts.id, practice.id));
    expect(after?.repliesCount).toBe(0);
  });

  test("a favourite counts once, and not after it was taken back", async () => {
    const { context } = instance;
    const practice = await publish(context, instance.admin);
    const page = pathOf(practice);
    const count = async () =>
      (await context.db.select().from(posts).where(eq(posts.id, practice.id)))[0]?.favouritesCount;
    const path = `/posts/${practice.id}/favourite`;
    await reader.submit(page, { back: page }, path);
    await reader.submit(page, { back: page }, path);
    expect(await count()).toBe(1);
    expect((await reader.get(page)).body).toContain(`/posts/${practice.id}/unfavourite`);
    await reader.submit(page, { back: page }, `/posts/${practice.id}/unfavourite`);
    expect(await count()).toBe(0);
    expect(await context.db.select().from(reactions)).toEqual([]);
  });

  test("a visitor can do none of it", async () => {
    const practice = await publish(instance.context, instance.admin);
    for (const action of ["replies", "favourite", "unfavourite", "delete"]) {
      const answer = await visitor.submit(
        "/sign-in",
        { content: "Hello" },
        `/posts/${practice.id}/${action}`,
      );
      expect(answer.status).toBe(404);
    }
  });

  test("a stored script never runs: what a remote author wrote stays as it was sanitized", async () => {
    const practice = await publish(instance.context, instance.admin);
    const eve = await addRemoteActor(instance.context, "eve", { name: "<script>x</script>" });
    const id = await addRemotePost(instance.context, eve, { contentHtml: "<p>Fine</p>" });
    await instance.context.db
      .update(posts)
      .set({ inReplyToId: practice.id, inReplyToIri: practice.iri })
      .where(eq(posts.id, id));
    const { body } = await visitor.get(pathOf(practice));
    expect(body).toContain("<p>Fine</p>");
    expect(body).not.toContain("<script>x");
  });
});

describe("below a practice for few", () => {
  test("its own members discuss; a visitor learns nothing, not even that there is something", async () => {
    const practice = await publish(instance.context, instance.admin, {}, FOLLOWERS);
    const page = pathOf(practice);
    await reader.submit(page, { content: "Between us." }, `/posts/${practice.id}/replies`);
    const [reply] = await repliesTo(practice.id);
    expect(reply?.audience).toEqual(["members"]);
    expect((await admin.get(page)).body).toContain("Between us.");
    const missing = await visitor.get("/posts/1");
    const hidden = await visitor.get(`/posts/${reply?.id}`);
    expect([hidden.status, hidden.body]).toEqual([404, missing.body]);
  });

  test("a reply goes with the practice", async () => {
    const { context } = instance;
    const practice = await publish(context, instance.admin, {}, FOLLOWERS);
    await reader.submit(
      pathOf(practice),
      { content: "Between us." },
      `/posts/${practice.id}/replies`,
    );
    const [reply] = await repliesTo(practice.id);
    await context.db
      .update(posts)
      .set({ withdrawnAt: new Date() })
      .where(eq(posts.id, practice.id));
    expect((await admin.get(`/posts/${reply?.id}`)).status).toBe(404);
    expect((await reader.get(`/posts/${reply?.id}`)).status).toBe(200);
  });

  test("nobody replies to or favourites what is not for them, or across a block", async () => {
    const { context } = instance;
    const mallory = await addRemoteActor(context, "mallory");
    const secret = await addRemotePost(context, mallory, { audience: [] });
    const open = await addRemotePost(context, mallory);
    const draft = { content: "Hello", language: null };
    await expect(
      writeReply(context, actingAs(instance.admin), { ...draft, inReplyTo: secret }),
    ).rejects.toMatchObject({ code: "not_found" });
    await blockActor(context, instance.admin.actor, mallory);
    await expect(
      writeReply(context, actingAs(instance.admin), { ...draft, inReplyTo: open }),
    ).rejects.toMatchObject({ code: "not_found" });
    const path = `/posts/${open}/favourite`;
    expect((await admin.submit("/home", {}, path)).status).toBe(404);
    expect(await context.db.select().from(reactions).where(eq(reactions.postId, open))).toEqual([]);
  });
});
