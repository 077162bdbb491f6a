import { eq } from "drizzle-orm";
import { createRestAPIClient } from "masto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { mastodonApi } from "../../src/api/mastodon/app.ts";
import { activities, actors, organization } from "../../src/persistence/schema/index.ts";
import { addMember, type Member } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";
import { handleVerifyLinks } from "../../src/services/verified-links.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { mastodonClient, type TestClient } from "../support/mastodon-client.ts";
import { picture, telephonePhoto } from "../support/media-samples.ts";
import { addRemoteActor } from "../support/web-world.ts";

const EDIT = "/api/v1/accounts/update_credentials";
const SITE = "https://site.example";

let instance: TestInstance;
let bob: Member;
let asBob: TestClient;
let asOrganization: TestClient;
let send: (request: Request) => Promise<Response>;
let page = "";

beforeAll(async () => {
  instance = await createTestInstance({
    peers: [
      {
        origin: SITE,
        fetch: () => new Response(page, { headers: { "Content-Type": "text/html" } }),
      },
    ],
  });
  const { context, admin } = instance;
  const made = await addMember(context, {
    handle: "bob",
    email: "bob@alpha.example",
    role: "reader",
    password: "another long password",
  });
  bob = made.member;
  const errors: unknown[] = [];
  const app = mastodonApi(context, { onError: (error) => errors.push(error) });
  send = async (request) => {
    const answer = await app.fetch(request);
    const [unexpected] = errors.splice(0);
    if (unexpected !== undefined) throw unexpected;
    return answer;
  };
  asBob = await signIn(bob);
  asOrganization = await signIn(admin, "organization");
});

afterAll(() => instance.close());

async function signIn(member: Member, as: "member" | "organization" = "member") {
  const token = await createToken(instance.context, member, { as, scopes: ["read", "write"] });
  return mastodonClient(instance.context.config.origin, send, token);
}

async function updates(): Promise<{ object: Record<string, unknown> }[]> {
  const rows = await instance.context.db
    .select({ body: activities.body })
    .from(activities)
    .where(eq(activities.type, "Update"))
    .orderBy(activities.id);
  return rows.map(({ body }) => JSON.parse(body));
}

function pictureForm(name: string, bytes: Uint8Array, fileName = "picture.png"): FormData {
  const form = new FormData();
  form.set(name, new Blob([new Uint8Array(bytes)]), fileName);
  return form;
}

describe("what somebody says about themselves", () => {
  test("is plain text, shown with links and names, and read back as it was typed", async () => {
    await addRemoteActor(instance.context, "bravo");
    const note =
      "I build <things>.\nWith @bravo@bravo.example, see https://x.example/a?b=1&c #safety";
    const { json } = await asBob("PATCH", EDIT, { display_name: " Bob  B ", note });
    expect(json.display_name).toBe("Bob B");
    expect(json.source.note).toBe(note);
    expect(json.note).toContain("I build &lt;things&gt;.<br />");
    expect(json.note).toContain('href="https://bravo.example/"');
    expect(json.note).toContain('href="https://x.example/a?b=1&amp;c"');
    expect(json.note).toContain('href="https://alpha.example/tags/safety"');
  });

  test("has fields, in whatever way a client writes them", async () => {
    const byIndex = await asBob(
      "PATCH",
      EDIT,
      new URLSearchParams([
        ["fields_attributes[0][name]", "Site"],
        ["fields_attributes[0][value]", "https://site.example/"],
        ["fields_attributes[1][name]", "Likes"],
        ["fields_attributes[1][value]", "order & quiet"],
        ["fields_attributes[2][name]", ""],
        ["fields_attributes[2][value]", ""],
      ]),
    );
    expect(byIndex.json.fields).toEqual([
      {
        name: "Site",
        value:
          '<a href="https://site.example/" rel="me nofollow noopener noreferrer" target="_blank">https://site.example/</a>',
        verified_at: null,
      },
      { name: "Likes", value: "order &amp; quiet", verified_at: null },
    ]);
    expect(byIndex.json.source.fields).toMatchObject([
      { value: "https://site.example/" },
      { value: "order & quiet" },
    ]);
    const asList = { fields_attributes: [{ name: "A", value: "javascript:alert(1)" }] };
    expect((await asBob("PATCH", EDIT, asList)).json.fields).toEqual([
      { name: "A", value: "javascript:alert(1)", verified_at: null },
    ]);
    expect((await asBob("PATCH", EDIT, { fields_attributes: [] })).json.fields).toEqual([]);
  });

  test("is told to others when they see a difference, with the keys, and not otherwise", async () => {
    const before = (await updates()).length;
    await asBob("PATCH", EDIT, { display_name: "Robert" });
    const [update] = (await updates()).slice(before);
    expect(update?.object).toMatchObject({
      id: bob.actor.iri,
      name: "Robert",
      publicKey: { owner: bob.actor.iri },
      assertionMethod: [{ controller: bob.actor.iri }],
    });
    await asBob("PATCH", EDIT, { display_name: "Robert" });
    await asBob("PATCH", EDIT, { hide_collections: true, source: { privacy: "private" } });
    expect(await updates()).toHaveLength(before + 1);
  });

  test("says what is set for writing", async () => {
    const source = { privacy: "unlisted", sensitive: true, language: "de", quote_policy: "nobody" };
    expect((await asBob("PATCH", EDIT, { source })).json.source).toMatchObject(source);
    expect((await asBob("GET", "/api/v1/preferences")).json).toMatchObject({
      "posting:default:visibility": "unlisted",
      "posting:default:sensitive": true,
      "posting:default:language": "de",
    });
    const cleared = await asBob("PATCH", EDIT, { source: { language: "" } });
    expect(cleared.json.source.language).toBeNull();
  });

  test("a member may be a program, an organization stays one", async () => {
    expect((await asBob("PATCH", EDIT, { bot: "1" })).json.bot).toBe(true);
    expect((await updates()).at(-1)?.object).toMatchObject({ type: "Service" });
    expect((await asBob("PATCH", EDIT, { bot: false })).json.bot).toBe(false);
    expect((await asOrganization("PATCH", EDIT, { bot: true })).json.bot).toBe(false);
  });

  test("the organization's profile is edited by who acts as it, and decides who may follow", async () => {
    const { json } = await asOrganization("PATCH", EDIT, {
      display_name: "Alpha AG",
      locked: true,
    });
    expect(json).toMatchObject({ acct: "alpha", display_name: "Alpha AG", locked: true });
    const [row] = await instance.context.db.select().from(organization);
    expect(row?.followPolicy).toBe("approve");
    expect((await asBob("PATCH", EDIT, { display_name: "Bob" })).json.acct).toBe("bob");
  });

  test("is edited by the newer path as well", async () => {
    const changes = { show_media: false, avatar_description: "Bob, smiling" };
    expect((await asBob("PATCH", "/api/v1/profile", changes)).json).toMatchObject(changes);
    expect((await asBob("GET", "/api/v1/profile")).json).toMatchObject({
      ...changes,
      avatar: null,
    });
  });

  test.each<[string, unknown]>([
    ["a name of 101 characters", { display_name: "x".repeat(101) }],
    ["a note of 1501 characters", { note: "x".repeat(1501) }],
    [
      "nine fields",
      { fields_attributes: Array.from({ length: 9 }, () => ({ name: "a", value: "b" })) },
    ],
    ["a field without a name", { fields_attributes: [{ name: "", value: "b" }] }],
    ["fields that are none", { fields_attributes: [["a"], 3] }],
    ["a language that is none", { source: { language: "not a language" } }],
    ["a visibility that is none", { source: { privacy: "everybody" } }],
    ["a switch that is none", { locked: "perhaps" }],
    ["NUL", { display_name: "a\u0000b" }],
  ])("%s is refused and changes nothing", async (_, body) => {
    const before = (await asBob("GET", "/api/v1/accounts/verify_credentials")).json;
    const { status, json } = await asBob("PATCH", EDIT, body);
    expect(status).toBe(422);
    expect(json.error).toContain("Validation failed");
    expect((await asBob("GET", "/api/v1/accounts/verify_credentials")).json).toEqual(before);
  });

  test("half a character is no failure of ours", async () => {
    const { status } = await asBob("PATCH", EDIT, {
      display_name: "a\ud800",
      note: "\udfff",
      fields_attributes: [{ name: "\ud800", value: "\ud800" }],
    });
    expect(status).toBe(200);
  });
});

describe("pictures", () => {
  test("are made anew and square, with an address that nobody can guess, until another comes", async () => {
    const { json } = await asBob("PATCH", EDIT, pictureForm("avatar", await telephonePhoto()));
    expect(json.avatar).toMatch(/^https:\/\/alpha\.example\/media\/avatars\/[0-9a-f-]{36}\.webp$/);
    const answer = await send(new Request(json.avatar));
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(bytes.toString("latin1")).not.toMatch(/Spyphone|Exif|GPS/);
    const next = await asBob("PATCH", EDIT, pictureForm("avatar", await picture("webp")));
    expect(next.json.avatar).not.toBe(json.avatar);
    expect((await send(new Request(json.avatar))).status).toBe(404);
    const removed = await asBob("DELETE", "/api/v1/profile/avatar");
    expect(removed.json.avatar).toBe("https://alpha.example/media/default/avatar.png");
    expect((await send(new Request(next.json.avatar))).status).toBe(404);
  });

  test.each([
    ["a file that is no image", Buffer.from("%PDF-1.4 nothing")],
    ["a damaged image", Buffer.from("89504e470d0a1a0a0000000d49484452ffff", "hex")],
    ["nothing", Buffer.alloc(0)],
  ])("%s is refused", async (_, bytes) => {
    const { status, json } = await asBob("PATCH", EDIT, pictureForm("avatar", bytes));
    expect(status).toBe(422);
    expect(json.details).toHaveProperty("avatar");
  });

  test("a picture that comes with something wrong is not kept", async () => {
    const form = pictureForm("header", await picture());
    form.set("display_name", "x".repeat(200));
    const before = (await asBob("GET", "/api/v1/accounts/verify_credentials")).json.header;
    expect((await asBob("PATCH", EDIT, form)).status).toBe(422);
    expect((await asBob("GET", "/api/v1/accounts/verify_credentials")).json.header).toBe(before);
  });

  test.each(["x.webp", "..%2f..%2fsecret", "00000000-0000-0000-0000-000000000000.webp"])(
    "there is nothing at %s",
    async (name) => {
      const at = new Request(`https://alpha.example/media/avatars/${name}`);
      expect((await send(at)).status).toBe(404);
    },
  );
});

describe("links in fields", () => {
  const verify = () =>
    instance.runJobs({
      "verify-links": (payload) => handleVerifyLinks(instance.context, payload),
    });
  const shown = async () =>
    (await asBob("GET", "/api/v1/accounts/verify_credentials")).json.fields[0].verified_at;
  const link = (value: string) =>
    asBob("PATCH", EDIT, { fields_attributes: [{ name: "S", value }] });

  test.each<[string, string, boolean]>([
    ["an a", '<a rel="me" href="https://alpha.example/@bob">me</a>', true],
    ["a link among others", '<link href="https://alpha.example/@bob/" rel="x ME">', true],
    ["no rel", '<a href="https://alpha.example/@bob">me</a>', false],
    ["another's", '<a rel="me" href="https://alpha.example/@ana">me</a>', false],
    ["a comment", '<!-- <a rel="me" href="https://alpha.example/@bob"> -->', false],
    ["a longer word", '<a data-rel="me" href="https://alpha.example/@bob">me</a>', false],
  ])("a page that links back with %s", async (_, html, verified) => {
    page = html;
    await link(`${SITE}/${encodeURIComponent(html)}`);
    await verify();
    expect((await shown()) !== null).toBe(verified);
  });

  test("what is verified stays so until it is changed", async () => {
    page = '<a rel="me" href="https://alpha.example/@bob">me</a>';
    await link(`${SITE}/stays`);
    await verify();
    const at = await shown();
    page = "";
    await link(`${SITE}/stays`);
    await verify();
    expect(await shown()).toBe(at);
    await link(`${SITE}/other`);
    await verify();
    expect(await shown()).toBeNull();
  });

  test("a page that does not answer verifies nothing, and fails nothing", async () => {
    await link("https://127.0.0.1/private");
    await verify();
    expect(await shown()).toBeNull();
  });
});

test("masto.js reads and edits a profile, and manages relations", async () => {
  vi.stubGlobal("fetch", (input: Request) => send(new Request(input)));
  try {
    const accessToken = await createToken(instance.context, bob, {
      as: "member",
      scopes: ["read", "write"],
    });
    const rest = createRestAPIClient({ url: "https://alpha.example", accessToken });
    const me = await rest.v1.accounts.updateCredentials({
      displayName: "Bobby",
      fieldsAttributes: [{ name: "Team", value: "Night" }],
      avatar: new Blob([new Uint8Array(await picture())]),
    });
    expect(me).toMatchObject({ displayName: "Bobby", fields: [{ name: "Team", value: "Night" }] });
    expect(me.avatar).toContain("/media/avatars/");
    const other = await rest.v1.accounts.lookup({ acct: "ana" });
    const followed = await rest.v1.accounts.$select(other.id).follow({ notify: true });
    expect(followed).toMatchObject({ requested: true, notifying: true });
    const [found] = await rest.v1.accounts.relationships.fetch({ id: [other.id] });
    expect(found?.requested).toBe(true);
    await rest.v1.accounts.$select(other.id).mute({ duration: 60 });
    expect((await rest.v1.mutes.list())[0]?.acct).toBe("ana");
    await rest.v1.accounts.$select(other.id).note.create({ comment: "boss" });
    const report = await rest.v1.reports.create({ accountId: other.id, comment: "too loud" });
    expect(report).toMatchObject({ actionTaken: false, targetAccount: { acct: "ana" } });
    await rest.v1.profile.avatar.remove();
    await rest.v1.domainBlocks.create({ domain: "noise.example" });
    expect(await rest.v1.domainBlocks.list()).toEqual(["noise.example"]);
    await rest.v1.domainBlocks.remove({ domain: "noise.example" });
    expect(await rest.v1.domainBlocks.list()).toEqual([]);
  } finally {
    vi.unstubAllGlobals();
  }
  const [row] = await instance.context.db.select().from(actors).where(eq(actors.id, bob.actorId));
  expect(row?.iconUrl).toBeNull();
});
