import { createRestAPIClient } from "masto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { mastodonApi } from "../../src/api/mastodon/app.ts";
import { addMember, type Member } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { picture } from "../support/media-samples.ts";
import { mastodonClient, type TestClient } from "../support/mastodon-client.ts";

const ORIGIN = "https://alpha.example";

let alpha: TestInstance;
let rita: Member;
let ana: TestClient;
let ritas: TestClient;
let organization: TestClient;
let visitor: TestClient;
let failures: unknown[];
let anaToken: string;
let send: (request: Request) => Promise<Response> | Response;

beforeAll(async () => {
  alpha = await createTestInstance({ origin: ORIGIN });
  const { context, admin } = alpha;
  const input = {
    handle: "rita",
    email: "rita@alpha.example",
    role: "reader",
    password: null,
  } as const;
  rita = (await addMember(context, input)).member;
  failures = [];
  const app = mastodonApi(context, { onError: (error) => failures.push(error) });
  send = (request) => app.fetch(request);
  const scopes = ["read", "write"];
  anaToken = await createToken(context, admin, { as: "member", scopes });
  ana = mastodonClient(ORIGIN, send, anaToken);
  ritas = mastodonClient(ORIGIN, send, await createToken(context, rita, { as: "member", scopes }));
  organization = mastodonClient(
    ORIGIN,
    send,
    await createToken(context, admin, { as: "organization", scopes }),
  );
  visitor = mastodonClient(ORIGIN, send, null);
}, 120_000);

afterAll(async () => {
  await alpha.close();
  expect(failures).toEqual([]);
});

const post = async (client: TestClient, fields: object, headers = {}) => {
  const answer = await client("POST", "/api/v1/statuses", fields, headers);
  expect(answer.status, JSON.stringify(answer.json)).toBe(200);
  return answer.json;
};

const seenBy = async (client: TestClient, id: string) =>
  (await client("GET", `/api/v1/statuses/${id}`)).status;

describe("a note", () => {
  it("has links, people and tags, and says who may read it", async () => {
    const note = await post(ana, {
      status: "Hello @rita, see https://bravo.example/x #Shift\n\nbye",
      language: "de",
    });
    expect(note).toMatchObject({
      visibility: "public",
      language: "de",
      sensitive: false,
      spoiler_text: "",
      account: { acct: "ana" },
      mentions: [{ acct: "rita" }],
      tags: [{ name: "Shift", url: `${ORIGIN}/tags/Shift` }],
      edited_at: null,
      url: `${ORIGIN}/posts/${note.id}`,
    });
    expect(note.content).toMatch(/^<p>Hello <span class="h-card"><a href=".*@rita" .*<p>bye<\/p>$/);
    expect(note.content).toContain('<a href="https://bravo.example/x" ');
    expect(await seenBy(visitor, note.id)).toBe(200);
  });

  it.each([
    ["public", "public", [200, 200]],
    ["unlisted", "unlisted", [200, 200]],
    ["private", "private", [404, 404]],
    ["direct", "direct", [404, 404]],
  ])("asked to be %s is %s", async (visibility, shown, [others, visitors]) => {
    const note = await post(ana, { status: "Who reads this?", visibility });
    expect(note.visibility).toBe(shown);
    expect([await seenBy(ritas, note.id), await seenBy(visitor, note.id)]).toEqual([
      others,
      visitors,
    ]);
    expect(await seenBy(ana, note.id)).toBe(200);
  });

  it("that is direct is for those whom it mentions, and for nobody else", async () => {
    const note = await post(ana, { status: "@rita psst", visibility: "direct" });
    expect(note).toMatchObject({ visibility: "direct", audience: ["person:@rita@alpha.example"] });
    expect(await seenBy(ritas, note.id)).toBe(200);
    expect(await seenBy(organization, note.id)).toBe(404);
  });

  it("that is for followers is not made wider by a mention", async () => {
    const note = await post(ana, { status: "about @rita", visibility: "private" });
    expect(await seenBy(ritas, note.id)).toBe(404);
    expect(note.mentions).toEqual([]);
  });

  it("to the organization's own account is for its members", async () => {
    const note = await post(organization, { status: "@alpha team", visibility: "direct" });
    expect(note).toMatchObject({ visibility: "private", audience: ["members"] });
    expect(await seenBy(ritas, note.id)).toBe(200);
    expect(await seenBy(visitor, note.id)).toBe(404);
  });

  it("hides behind its warning, and is sensitive then", async () => {
    const note = await post(ana, { status: "the end", spoiler_text: "Film" });
    expect(note).toMatchObject({
      spoiler_text: "Film",
      sensitive: true,
      content: "<p>the end</p>",
    });
  });

  it("by a reader is theirs", async () => {
    expect((await post(ritas, { status: "Hi" })).account.acct).toBe("rita");
  });
});

describe("what cannot be posted", () => {
  it.each([
    [{ status: "" }, 422, "Validation failed: Text can't be blank"],
    [{ status: " \n" }, 422, "Validation failed: Text can't be blank"],
    [
      { status: "x".repeat(5_001) },
      422,
      "Validation failed: Text character limit of 5000 exceeded",
    ],
    [{ status: "x", spoiler_text: "y".repeat(5_000) }, 422, /limit of 5000/],
    [{ status: "e" + "\u0301".repeat(60_000) }, 422, /limit of 5000/],
    [{ status: "x", visibility: "limited" }, 422, /visibility/],
    [{ status: "x", in_reply_to_id: "1" }, 404, "Record not found"],
    [{ status: "x", in_reply_to_id: "nonsense" }, 404, "Record not found"],
    [{ status: "x", media_ids: ["1"] }, 422, /media_ids/],
    [{ status: "x", media_ids: ["'; --"] }, 422, /media_ids/],
    [{ status: { a: 1 } }, 422, /status/],
    [{ status: "x", scheduled_at: "2020-01-01T00:00:00Z" }, 422, /scheduled_at/],
    [{ status: "x", scheduled_at: "soon" }, 422, /scheduled_at/],
    [{ status: "x", scheduled_at: "+275760-09-13" }, 422, /scheduled_at/],
    [{ status: "x", poll: { options: ["a"], expires_in: 3600 } }, 422, /poll/],
    [{ status: "x", poll: { options: ["a", "b"], expires_in: 1 } }, 422, /poll/],
    [{ status: "x", poll: "yes" }, 422, /poll/],
  ])("%j", async (fields, status, error) => {
    const answer = await ana("POST", "/api/v1/statuses", fields);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatch(error);
  });

  it("without a token", async () => {
    expect((await visitor("POST", "/api/v1/statuses", { status: "x" })).status).toBe(401);
  });

  it.each(["\0", "a\0b", "\ud800", "%ff", "<script>x</script>"])("survives %j", async (status) => {
    const { status: code } = await ana("POST", "/api/v1/statuses", {
      status,
      spoiler_text: status,
    });
    expect([200, 422]).toContain(code);
  });

  it("survives bytes that are no text", async () => {
    const body = new Blob([Buffer.from("status=%ff%fe\xff&visibility=public", "latin1")]);
    const answer = await send(
      new Request(`${ORIGIN}/api/v1/statuses`, {
        method: "POST",
        body,
        headers: {
          Authorization: `Bearer ${anaToken}`,
          "Content-Type": "application/x-www-form-urlencoded",
        },
      }),
    );
    expect(answer.status).toBeLessThan(500);
  });

  it.each(["{", "[]", '"x"', ""])("survives the body %j", async (body) => {
    const answer = await ana("POST", "/api/v1/statuses", body, {
      "Content-Type": "application/json",
    });
    expect([400, 422]).toContain(answer.status);
  });
});

describe("a practice from a client", () => {
  it("is what the organization writes under a subject", async () => {
    const practice = await post(organization, {
      spoiler_text: "Night-shift handover",
      status: "Talk, **then** sign. #handover",
    });
    expect(practice).toMatchObject({
      visibility: "public",
      spoiler_text: "",
      practice: {
        title: "Night-shift handover",
        kind: "practice",
        label: "TLP:CLEAR",
        topics: ["handover"],
      },
    });
    expect(practice.content).toBe(
      "<p><strong>Night-shift handover</strong></p><p>Talk, <strong>then</strong> sign. #handover</p>",
    );
  });

  it("for members alone says so, and is labelled for them", async () => {
    const practice = await post(organization, {
      spoiler_text: "Keys",
      status: "@alpha where they are",
      visibility: "direct",
    });
    expect(practice).toMatchObject({
      audience: ["members"],
      practice: { label: "TLP:AMBER+STRICT" },
    });
  });

  it("without a subject is a note, and so is an answer with one", async () => {
    const note = await post(organization, { status: "Hello" });
    expect(note.practice).toBeNull();
    const answer = await post(organization, {
      status: "Hm",
      spoiler_text: "Doubts",
      in_reply_to_id: note.id,
    });
    expect(answer).toMatchObject({ practice: null, spoiler_text: "Doubts" });
  });

  it("gives its source with the title as subject, and takes both back as a new revision", async () => {
    const { id } = await post(organization, { spoiler_text: "Old title", status: "One" });
    expect((await organization("GET", `/api/v1/statuses/${id}/source`)).json).toEqual({
      id,
      text: "One",
      spoiler_text: "Old title",
    });
    const edited = await organization("PUT", `/api/v1/statuses/${id}`, {
      spoiler_text: "New title",
      status: "Two",
    });
    expect(edited.json).toMatchObject({ practice: { title: "New title", revision: 2 } });
    const { json } = await ana("GET", `/api/v1/statuses/${id}/history`);
    expect(json.map(({ content }: { content: string }) => content)).toEqual([
      "<p><strong>Old title</strong></p><p>One</p>",
      "<p><strong>New title</strong></p><p>Two</p>",
    ]);
    expect((await visitor("GET", `/api/v1/statuses/${id}/history`)).json).toHaveLength(1);
    expect((await ana("PUT", `/api/v1/statuses/${id}`, { status: "Three" })).status).toBe(404);
  });
});

describe("an answer", () => {
  it("to what is for members is narrowed to them, and says so", async () => {
    const practice = await post(organization, {
      spoiler_text: "Inside",
      status: "@alpha For us.",
      visibility: "direct",
    });
    const answer = await post(ritas, {
      status: "yes",
      in_reply_to_id: practice.id,
      visibility: "public",
    });
    expect(answer).toMatchObject({ visibility: "private", audience: ["members"] });
    expect(await seenBy(visitor, answer.id)).toBe(404);
    const direct = await post(ritas, {
      status: "@ana just you",
      in_reply_to_id: practice.id,
      visibility: "direct",
    });
    expect(direct).toMatchObject({ visibility: "direct", audience: ["person:@ana@alpha.example"] });
    const outsider = await post(ritas, {
      status: "@stranger@nowhere.example look",
      in_reply_to_id: practice.id,
      visibility: "direct",
    });
    expect(outsider.audience).toEqual(["person:@alpha@alpha.example"]);
  });

  it("to one's own words for followers is for them", async () => {
    const first = await post(ana, { status: "one", visibility: "private" });
    const second = await post(ana, {
      status: "two",
      in_reply_to_id: first.id,
      visibility: "private",
    });
    expect(second.audience).toEqual(["followers"]);
  });

  it("goes on between two people", async () => {
    const first = await post(ana, { status: "@rita?", visibility: "direct" });
    const second = await post(ritas, {
      status: "@ana!",
      visibility: "direct",
      in_reply_to_id: first.id,
    });
    const third = await post(ana, {
      status: "@rita ok",
      visibility: "direct",
      in_reply_to_id: second.id,
    });
    expect(third.audience).toEqual(["person:@rita@alpha.example"]);
    expect(await seenBy(ritas, third.id)).toBe(200);
  });

  it("to what is hidden finds nothing", async () => {
    const hidden = await post(ana, { status: "mine", visibility: "direct" });
    const fields = { status: "x", in_reply_to_id: hidden.id };
    expect((await ritas("POST", "/api/v1/statuses", fields)).status).toBe(404);
  });

  it("stands in the context of what it answers, which visitors see as far as it is theirs", async () => {
    const root = await post(ana, { status: "root" });
    const open = await post(ritas, { status: "open", in_reply_to_id: root.id });
    const later = await post(ana, { status: "later", in_reply_to_id: root.id });
    const below = await post(ana, { status: "below", in_reply_to_id: open.id });
    const hidden = await post(ana, {
      status: "@rita hm",
      in_reply_to_id: open.id,
      visibility: "direct",
    });
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    const { json } = await ritas("GET", `/api/v1/statuses/${root.id}/context`);
    expect(ids(json.descendants)).toEqual([open.id, below.id, hidden.id, later.id]);
    const seen = (await visitor("GET", `/api/v1/statuses/${below.id}/context`)).json;
    expect(ids(seen.ancestors)).toEqual([root.id, open.id]);
    const all = (await visitor("GET", `/api/v1/statuses/${root.id}/context`)).json;
    expect(ids(all.descendants)).toEqual([open.id, below.id, later.id]);
  });
});

describe("an edit", () => {
  it("is a new revision, remembered with what was before", async () => {
    const note = await post(ana, { status: "one #a" });
    const edited = await ana("PUT", `/api/v1/statuses/${note.id}`, {
      status: "two #b",
      spoiler_text: "w",
    });
    expect(edited.json).toMatchObject({
      id: note.id,
      content: expect.stringContaining("two"),
      spoiler_text: "w",
      tags: [{ name: "b" }],
      edited_at: expect.stringMatching(/Z$/),
    });
    const { json } = await visitor("GET", `/api/v1/statuses/${note.id}/history`);
    expect(json).toEqual([
      expect.objectContaining({
        content: expect.stringContaining("one"),
        created_at: note.created_at,
      }),
      expect.objectContaining({ content: expect.stringContaining("two"), spoiler_text: "w" }),
    ]);
    const source = await ana("GET", `/api/v1/statuses/${note.id}/source`);
    expect(source.json).toEqual({ id: note.id, text: "two #b", spoiler_text: "w" });
  });

  it("never makes it wider: who is mentioned now does not get it", async () => {
    const note = await post(ana, { status: "to myself", visibility: "direct" });
    await ana("PUT", `/api/v1/statuses/${note.id}`, { status: "@rita now?" });
    expect(await seenBy(ritas, note.id)).toBe(404);
  });

  it("that changes nothing is none", async () => {
    const note = await post(ana, { status: "same" });
    const edited = await ana("PUT", `/api/v1/statuses/${note.id}`, { status: "same" });
    expect(edited.json.edited_at).toBeNull();
  });

  it.each(["GET source", "PUT ", "DELETE "])("%s is for its author alone", async (what) => {
    const [method = "", part] = what.split(" ");
    const note = await post(ana, { status: "mine" });
    const path = `/api/v1/statuses/${note.id}${part === "" ? "" : `/${part}`}`;
    const body = method === "PUT" ? { status: "yours" } : undefined;
    expect((await ritas(method, path, body)).status).toBe(404);
    expect((await visitor(method, path, body)).status).toBe(401);
    expect((await organization(method, path, body)).status).toBe(404);
  });
});

describe("files", () => {
  async function upload(client: TestClient, description: string): Promise<string> {
    const form = new FormData();
    form.set(
      "file",
      new File([new Uint8Array(await picture())], "photo.png", { type: "image/png" }),
    );
    form.set("description", description);
    const answer = await client("POST", "/api/v1/media", form);
    expect(answer.status, JSON.stringify(answer.json)).toBeLessThan(300);
    return answer.json.id;
  }

  it("stand for a text", async () => {
    const id = await upload(ana, "A turbine");
    const note = await post(ana, { media_ids: [id] });
    expect(note).toMatchObject({
      content: "",
      media_attachments: [{ id, type: "image", description: "A turbine" }],
    });
  });

  it("are described anew, kept and left out by an edit", async () => {
    const [one, two] = [await upload(ana, "one"), await upload(ana, "two")];
    const note = await post(ana, { status: "both", media_ids: [one, two] });
    const path = `/api/v1/statuses/${note.id}`;
    const described = await ana("PUT", path, {
      status: "both",
      media_attributes: [{ id: one, description: "first" }],
    });
    const descriptions = (json: { media_attachments: { description: string }[] }) =>
      json.media_attachments.map(({ description }) => description);
    expect(descriptions(described.json)).toEqual(["first", "two"]);
    const fewer = await ana("PUT", path, { status: "both", media_ids: [two] });
    expect(descriptions(fewer.json)).toEqual(["two"]);
    const { json } = await ana("GET", `${path}/history`);
    expect(json.map(descriptions)).toEqual([["one", "two"], ["first", "two"], ["two"]]);
  });

  it("of others, or of another post, cannot be attached", async () => {
    const id = await upload(ana, "mine");
    // Ana speaks for the organization, so what she uploaded may be its.
    await post(organization, { status: "x", media_ids: [id] });
    const again = await ana("POST", "/api/v1/statuses", { status: "x", media_ids: [id] });
    expect(again.status).toBe(422);
    const other = await upload(ana, "mine too");
    const foreign = await ritas("POST", "/api/v1/statuses", { status: "x", media_ids: [other] });
    expect(foreign.status).toBe(422);
    expect(foreign.json.error).toMatch(/media_ids/);
  });

  it("of a deleted post may be attached again", async () => {
    const id = await upload(ana, "again");
    const note = await post(ana, { status: "typo", media_ids: [id] });
    const gone = await ana("DELETE", `/api/v1/statuses/${note.id}`);
    expect(gone.json.media_attachments).toMatchObject([{ id }]);
    const redrafted = await post(ana, { status: "no typo", media_ids: [id] });
    expect(redrafted.media_attachments).toMatchObject([{ id, description: "again" }]);
    await ana("DELETE", `/api/v1/statuses/${redrafted.id}?delete_media=true`);
    const late = await ana("POST", "/api/v1/statuses", { status: "x", media_ids: [id] });
    expect(late.status).toBe(422);
  });
});

describe("a deleted post", () => {
  it("is given back as it was typed, and is gone with its history", async () => {
    const note = await post(ana, { status: "one", spoiler_text: "w" });
    await ana("PUT", `/api/v1/statuses/${note.id}`, { status: "two" });
    const gone = await ana("DELETE", `/api/v1/statuses/${note.id}`);
    expect(gone.json).toMatchObject({ id: note.id, text: "two", spoiler_text: "w" });
    for (const part of ["", "/history", "/context", "/source"]) {
      expect((await ana("GET", `/api/v1/statuses/${note.id}${part}`)).status).toBe(404);
    }
    expect((await ana("DELETE", `/api/v1/statuses/${note.id}`)).status).toBe(404);
    const edits = await alpha.database.sql`select * from post_edits where post_id = ${note.id}`;
    expect(edits).toEqual([]);
  });
});

describe("a key that stands for a request", () => {
  it("makes one post of ten requests at once", async () => {
    const key = { "Idempotency-Key": "once" };
    const all = await Promise.all(
      Array.from({ length: 10 }, () => post(ana, { status: "only once" }, key)),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    const rows = await alpha.database.sql`
      select id from posts where content_html = '<p>only once</p>'`;
    expect(rows).toHaveLength(1);
    const activities = await alpha.database.sql`
      select id from activities where post_id = ${all[0].id}`;
    expect(activities).toHaveLength(1);
  });

  it("is another's for another, and for another post an hour later", async () => {
    const key = { "Idempotency-Key": "shared" };
    const first = await post(ana, { status: "a" }, key);
    expect((await post(ritas, { status: "a" }, key)).id).not.toBe(first.id);
    expect((await post(ana, { status: "b" }, key)).id).toBe(first.id);
    alpha.setTime(new Date(Date.now() + 3_700_000));
    const later = await post(ana, { status: "c" }, key);
    alpha.setTime(null);
    expect(later.id).not.toBe(first.id);
  });

  it("works for practices", async () => {
    const key = { "Idempotency-Key": "practice" };
    const fields = { spoiler_text: "Twice?", status: "No." };
    const all = await Promise.all([1, 2, 3].map(() => post(organization, fields, key)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  });
});

describe("several at once", () => {
  it("come in the order in which they were asked for, without what is hidden", async () => {
    const one = await post(ana, { status: "1" });
    const two = await post(ana, { status: "2" });
    const hidden = await post(ana, { status: "3", visibility: "direct" });
    const path = `/api/v1/statuses?id[]=${two.id}&id[]=${hidden.id}&id[]=1&id[]=${one.id}`;
    const { json } = await ritas("GET", path);
    expect(json.map(({ id }: { id: string }) => id)).toEqual([two.id, one.id]);
  });
});

describe("a translation", () => {
  it("is not to be had", async () => {
    const note = await post(ana, { status: "x" });
    expect((await ana("POST", `/api/v1/statuses/${note.id}/translate`)).status).toBe(404);
    const closed = await post(ana, { status: "x", visibility: "private" });
    expect((await ana("POST", `/api/v1/statuses/${closed.id}/translate`)).status).toBe(403);
  });
});

describe("masto.js", () => {
  it("writes, edits, reads and deletes", async () => {
    vi.stubGlobal("fetch", (input: Request | string, init?: RequestInit) =>
      send(new Request(input, init)),
    );
    const rest = createRestAPIClient({ url: ORIGIN, accessToken: anaToken });
    const status = await rest.v1.statuses.create({ status: "From masto", visibility: "unlisted" });
    expect(status.visibility).toBe("unlisted");
    const edited = await rest.v1.statuses.$select(status.id).update({ status: "Edited" });
    expect(edited.content).toBe("<p>Edited</p>");
    expect(await rest.v1.statuses.$select(status.id).history.list()).toHaveLength(2);
    const reply = await rest.v1.statuses.create({ status: "below", inReplyToId: status.id });
    const thread = await rest.v1.statuses.$select(status.id).context.fetch();
    expect(thread.descendants.map(({ id }) => id)).toEqual([reply.id]);
    const poll = await rest.v1.statuses.create({
      status: "Which?",
      poll: { options: ["a", "b"], expiresIn: 3600, multiple: true },
    });
    expect(poll.poll?.options.map(({ title }) => title)).toEqual(["a", "b"]);
    await rest.v1.statuses.$select(reply.id).remove();
    await expect(rest.v1.statuses.$select(reply.id).fetch()).rejects.toThrow("Record not found");
    vi.unstubAllGlobals();
  });
});
