import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { notices } from "../../src/persistence/schema/index.ts";
import { recallNotices } from "../../src/services/notices.ts";
import { deletePractice } from "../../src/services/practices.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { Visitor, type Answer } from "../support/web-client.ts";
import { addRemoteActor, publish } from "../support/web-world.ts";

const TITLE = "Rates that we pay";
const BODY = "Forty-two an hour";

let instance: TestInstance;
let bo: ActorRecord;
let slug: string;
/** what a key stands for → the path of the page behind it */
let links: Readonly<Record<string, string>>;

beforeAll(async () => {
  instance = await createTestInstance();
  const { context, admin } = instance;
  bo = await addRemoteActor(context, "bo", { type: "Person", host: "m.example" });
  const standing = await share();
  const recalled = await share();
  await context.db.transaction((tx) => recallNotices(context, tx, recalled.post));
  const withdrawn = await share();
  await deletePractice(context, admin, withdrawn.post.id);
  slug = standing.post.practice?.slug ?? "";
  links = {
    standing: standing.link,
    recalled: recalled.link,
    withdrawn: withdrawn.link,
    missing: "/n/01a20482-fa8f-7a7b-990c-2a8ce4f2f3c1",
    nonsense: "/n/nonsense",
    none: "/n",
  };
});

afterAll(() => instance?.close());

async function share() {
  const { context, admin } = instance;
  const audience = [{ kind: "person" as const, actor: bo.iri }];
  const changes = { title: TITLE, content: BODY, summary: "About money", topics: ["wages"] };
  const post = await publish(context, admin, { ...changes, label: "TLP:RED" }, audience);
  const [notice] = await context.db.select().from(notices).where(eq(notices.postId, post.id));
  return { post, link: `/n/${notice?.key ?? "none"}` };
}

const withoutToken = ({ body }: Answer) =>
  body.replace(/name="form_token" value="[^"]+"/, 'name="form_token"');
const headersOf = ({ headers }: Answer) =>
  Object.fromEntries([...headers].filter(([name]) => name !== "set-cookie"));

describe("the page behind a notice, fetched by a crawler or anybody else", () => {
  test("says nothing of the practice, neither to people nor to machines", async () => {
    const { status, body } = await new Visitor(instance.context).get(links["standing"] ?? "");
    expect(status).toBe(200);
    expect(body).toContain("Something was shared with you");
    expect(body).toContain("Alpha Power");
    for (const secret of [TITLE, BODY, "About money", "wages", "TLP:", slug, bo.iri]) {
      expect(body, secret).not.toContain(secret);
    }
    expect(body).not.toMatch(/og:|twitter:|schema\.org|ld\+json|oembed|rel="canonical"/i);
  });

  test("asks not to be indexed, followed or archived, and not to be kept", async () => {
    const { headers, body } = await new Visitor(instance.context).get(links["standing"] ?? "");
    expect(body).toContain('<meta name="robots" content="noindex, nofollow, noarchive"');
    expect(headers.get("x-robots-tag")).toBe("noindex, nofollow, noarchive");
    expect(headers.get("cache-control")).toBe("private, no-store");
  });

  test("is one page, byte for byte, whatever the key stands for", async () => {
    const standing = await new Visitor(instance.context).get(links["standing"] ?? "");
    expect(Object.values(links)).not.toContain("/n/none");
    for (const [what, link] of Object.entries(links)) {
      const other = await new Visitor(instance.context).get(link);
      expect(other.status, what).toBe(standing.status);
      expect(withoutToken(other), what).toBe(withoutToken(standing));
      expect(headersOf(other), what).toEqual(headersOf(standing));
    }
  });

  test("differs in nothing for one visitor either, token included", async () => {
    const visitor = new Visitor(instance.context);
    await visitor.get("/n");
    const bodies = await Promise.all(
      Object.values(links).map(async (link) => (await visitor.get(link)).body),
    );
    expect(new Set(bodies).size).toBe(1);
  });

  test("answers the same to who asks for it as JSON", async () => {
    const accept = { headers: { accept: "application/activity+json" } };
    const visitor = new Visitor(instance.context);
    const [standing, missing] = await Promise.all([
      visitor.send(links["standing"] ?? "", accept),
      visitor.send(links["missing"] ?? "", accept),
    ]);
    expect(withoutToken(standing)).toBe(withoutToken(missing));
    expect(standing.body).not.toContain(TITLE);
  });

  test("is the same for a member who is not the one it is for", async () => {
    const member = await new Visitor(instance.context).signIn("ana", "correct horse battery");
    const standing = await member.get(links["standing"] ?? "");
    expect(standing.body).toBe((await member.get(links["missing"] ?? "")).body);
    expect(standing.body).not.toContain(TITLE);
  });

  test("is in no sitemap and no feed", async () => {
    const visitor = new Visitor(instance.context);
    for (const path of ["/sitemap.xml", "/feed.atom"]) {
      const { body } = await visitor.get(path);
      expect(body).not.toContain("/n/");
      expect(body).not.toContain(TITLE);
    }
  });
});
