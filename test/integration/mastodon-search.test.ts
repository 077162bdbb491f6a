import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actors, bookmarks, posts } from "../../src/persistence/schema/index.ts";
import type { Member } from "../../src/services/members.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { clientOf, visitorOf, type Client } from "../support/client.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { addReader, addRemoteActor, addRemotePost, publish } from "../support/web-world.ts";

let instance: TestInstance;
let rolf: Member;
let ana: Client;
let asRolf: Client;
let visitor: Client;
let bravo: ActorRecord;

beforeAll(async () => {
  instance = await createTestInstance();
  const { context, admin } = instance;
  rolf = await addReader(context);
  ana = await clientOf(instance, admin);
  asRolf = await clientOf(instance, rolf);
  visitor = visitorOf(instance);
  bravo = await addRemoteActor(context, "bravo", { name: "Bravo Wind" });
});

afterAll(() => instance.close());

async function find(client: Client, query: string, more = "") {
  const { status, json } = await client("GET", `/v2/search?q=${encodeURIComponent(query)}${more}`);
  expect(status).toBe(200);
  return json as {
    accounts: { acct: string }[];
    statuses: { id: string }[];
    hashtags: { name: string }[];
  };
}

const statusIds = async (client: Client, query: string, more = "") =>
  (await find(client, query, more)).statuses.map(({ id }) => id);

describe("a search for posts", () => {
  test("reads words by the rules of the language that a post is in", async () => {
    const { context } = instance;
    const german = await addRemotePost(context, bravo, {
      contentHtml: "<p>Die Turbinen liefen</p>",
      language: "de",
    });
    const english = await addRemotePost(context, bravo, {
      contentHtml: "<p>Two turbines were running</p>",
      language: "en",
    });
    expect(await statusIds(ana, "Turbine")).toEqual([english, german].map(String));
    expect(await statusIds(ana, "run turbine")).toEqual([english.toString()]);
    expect(await statusIds(ana, '"turbines were"')).toEqual([english.toString()]);
    expect(await statusIds(ana, '"were turbines two"')).toEqual([]);
    expect(await statusIds(ana, "turbine -running")).toEqual([german.toString()]);
    expect(await statusIds(ana, "turbine language:de")).toEqual([german.toString()]);
    expect(await statusIds(ana, "turbine from:@bravo@bravo.example before:2026-10-05")).toEqual([]);
    expect(await statusIds(ana, "turbine from:bravo@bravo.example after:2026-10-04")).toHaveLength(
      2,
    );
    expect(await statusIds(ana, "turbine from:me")).toEqual([]);
    expect(await statusIds(ana, "turbine has:media")).toEqual([]);
    expect(await statusIds(ana, "turbine -has:media is:public")).toHaveLength(2);
  });

  test("finds what a file shows by its description", async () => {
    const id = await addRemotePost(instance.context, bravo);
    await instance.context.db
      .update(posts)
      .set({
        attachments: [
          {
            url: "https://bravo.example/1.png",
            mediaType: "image/png",
            name: "A gearbox with a crack",
            width: null,
            height: null,
            blurhash: null,
          },
        ],
      })
      .where(eq(posts.id, id));
    expect(await statusIds(ana, "gearbox cracks has:image language:")).toEqual([]);
    expect(await statusIds(ana, "gearbox has:image")).toEqual([id.toString()]);
    expect(await statusIds(ana, "gearbox has:video")).toEqual([]);
  });

  test("finds nothing that is not for whoever looks, by word, by author or by address", async () => {
    const { context, admin } = instance;
    const secret = await addRemotePost(context, bravo, {
      contentHtml: "<p>The xylophone is secret</p>",
      audience: [{ kind: "person", actor: admin.actor.iri }],
    });
    const [row] = await context.db.select().from(posts).where(eq(posts.id, secret));
    expect(await statusIds(ana, "xylophone")).toEqual([secret.toString()]);
    expect(await statusIds(ana, row?.iri ?? "")).toEqual([secret.toString()]);
    for (const client of [asRolf, visitor]) {
      expect(await find(client, "xylophone")).toMatchObject({
        accounts: [],
        statuses: [],
        hashtags: [],
      });
      expect(await find(client, row?.iri ?? "")).toMatchObject({
        accounts: [],
        statuses: [],
        hashtags: [],
      });
    }
    expect(await statusIds(asRolf, "xylophone", `&account_id=${bravo.id}`)).toEqual([]);
  });

  test("shows of authors who do not want to be found only what one took part in", async () => {
    const { context, admin } = instance;
    const shy = await addRemoteActor(context, "shy", { indexable: false });
    const open = await addRemotePost(context, shy, { contentHtml: "<p>marimba</p>" });
    expect(await statusIds(ana, "marimba")).toEqual([]);
    await context.db.insert(bookmarks).values({ actorId: admin.actorId, postId: open });
    expect(await statusIds(ana, "marimba")).toEqual([open.toString()]);
    expect(await statusIds(asRolf, "marimba")).toEqual([]);
  });

  test("finds quiet posts of others no more than a stranger would", async () => {
    const { context } = instance;
    const quiet = await addRemotePost(context, bravo, { contentHtml: "<p>glockenspiel</p>" });
    expect(await statusIds(ana, "glockenspiel")).toEqual([quiet.toString()]);
    await context.db.update(posts).set({ quiet: true }).where(eq(posts.id, quiet));
    expect(await statusIds(ana, "glockenspiel")).toEqual([]);
  });

  test("goes page by page, newest first", async () => {
    const { context } = instance;
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const id = await addRemotePost(context, bravo, { contentHtml: "<p>bassoon</p>" });
      ids.unshift(id.toString());
    }
    expect(await statusIds(ana, "bassoon", "&type=statuses&limit=2")).toEqual(ids.slice(0, 2));
    expect(await statusIds(ana, "bassoon", "&type=statuses&limit=2&offset=2")).toEqual(
      ids.slice(2, 4),
    );
    expect(await statusIds(ana, "bassoon", `&type=statuses&max_id=${ids[3]}`)).toEqual(
      ids.slice(4),
    );
    expect(await statusIds(ana, "bassoon", `&type=statuses&min_id=${ids[1]}`)).toEqual(
      ids.slice(0, 1),
    );
  });

  test("takes any text as one, whatever a query language would make of it", async () => {
    for (const query of [
      "'",
      "& | !",
      "a:*",
      '"',
      "((",
      "-",
      "--",
      "<->",
      "\\",
      "from:",
      "before:x",
    ]) {
      const { status } = await ana("GET", `/v2/search?q=${encodeURIComponent(query)}`);
      expect(status, query).toBe(200);
    }
    const { status } = await ana("GET", `/v2/search?q=${encodeURIComponent("\0 null")}`);
    expect(status).toBe(422);
  });
});

describe("a search for hashtags", () => {
  test("finds those of public posts by their beginning, the topics of practices among them", async () => {
    const { context, admin } = instance;
    await publish(context, admin, { topics: ["lockout", "lockwork"] });
    await publish(context, admin, { topics: ["lockpicking"] }, [{ kind: "members" }]);
    for (const client of [ana, asRolf, visitor]) {
      const { hashtags } = await find(client, "#lock");
      expect(hashtags.map(({ name }) => name)).toEqual(["lockout", "lockwork"]);
    }
    expect((await find(ana, "lockw")).hashtags).toMatchObject([
      {
        name: "lockwork",
        url: "https://alpha.example/tags/lockwork",
        following: false,
        featuring: false,
      },
    ]);
  });

  test("tells visitors nothing of what others publish", async () => {
    const id = await addRemotePost(instance.context, bravo);
    await instance.context.db
      .update(posts)
      .set({ tags: [{ type: "Hashtag", name: "#Yawcontrol", href: null }] })
      .where(eq(posts.id, id));
    expect((await find(ana, "#yaw")).hashtags).toMatchObject([{ name: "yawcontrol" }]);
    expect((await find(visitor, "#yaw")).hashtags).toEqual([]);
    await instance.context.db
      .update(posts)
      .set({ withdrawnAt: new Date() })
      .where(eq(posts.id, id));
    expect((await find(ana, "#yaw")).hashtags).toEqual([]);
  });
});

describe("a search for accounts", () => {
  test("finds them by handle, name, whole handle and address", async () => {
    for (const query of ["bravo", "@bravo", "@bravo@bravo.example", "wind", bravo.iri, bravo.url]) {
      const { accounts } = await find(ana, query);
      expect(
        accounts.map(({ acct }) => acct),
        query,
      ).toContain("bravo@bravo.example");
    }
    expect((await find(visitor, "alpha")).accounts).toHaveLength(1);
    expect((await find(visitor, "bravo")).accounts).toEqual([]);
  });

  test("looks nowhere else for visitors", async () => {
    for (const more of ["&resolve=true", "&offset=1"]) {
      const { status } = await visitor("GET", `/v2/search?q=bravo${more}`);
      expect(status).toBe(401);
    }
  });

  test("shows nobody who is suspended", async () => {
    const { context } = instance;
    await addRemoteActor(context, "gone", { suspendedAt: new Date() });
    expect((await find(ana, "gone")).accounts).toEqual([]);
    expect((await find(ana, "https://gone.example/ap/org")).accounts).toEqual([]);
    await context.db.update(actors).set({ suspendedAt: null }).where(eq(actors.handle, "gone"));
    expect((await find(ana, "gone")).accounts).toHaveLength(1);
  });
});
