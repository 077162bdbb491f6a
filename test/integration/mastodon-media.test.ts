import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mastodonApi } from "../../src/api/mastodon/app.ts";
import type { Audience } from "../../src/domain/audience/audience.ts";
import { createMediaHandler } from "../../src/federation/discovery/media.ts";
import { posts } from "../../src/persistence/schema/index.ts";
import { actingAs } from "../../src/services/acting.ts";
import { handleProcessImage } from "../../src/services/image-processing.ts";
import { attachMedia } from "../../src/services/media.ts";
import { addMember, changeRole, suspendMember, type Member } from "../../src/services/members.ts";
import { ANONYMOUS } from "../../src/domain/audience/policy.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { pdf, picture, SVG } from "../support/media-samples.ts";
import { storeNote } from "../support/written-notes.ts";

const ORIGIN = "https://alpha.example";
const MEMBERS: Audience = [{ kind: "members" }];
/** The first bytes tell what it is; nobody plays it here. */
const FILM = Buffer.from("0000001c6674797069736f6d0000020069736f6d69736f326d703431", "hex");

const SOUND = Buffer.concat([Buffer.from("fffb9000", "hex"), Buffer.alloc(1000)]);

let alpha: TestInstance;
let app: ReturnType<typeof mastodonApi>;
let serve: ReturnType<typeof createMediaHandler>;
let ben: Member;
let ana: string;
let bens: string;

beforeAll(async () => {
  alpha = await createTestInstance();
  app = mastodonApi(alpha.context, {
    onError: (error) => {
      throw error;
    },
  });
  serve = createMediaHandler(alpha.context, () => Promise.resolve(null));
  ben = await member("ben");
  ana = await tokenOf(alpha.admin);
  bens = await tokenOf(ben);
});
afterAll(() => alpha.close());

async function member(handle: string): Promise<Member> {
  const email = `${handle}@alpha.example`;
  const input = { handle, email, role: "author", password: "long enough a one" } as const;
  return (await addMember(alpha.context, input)).member;
}

function tokenOf(whose: Member, scopes = ["read", "write"]): Promise<string> {
  return createToken(alpha.context, whose, { as: "member", scopes });
}

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  readonly json: any;
}

async function ask(
  method: string,
  path: string,
  token: string | null,
  body?: FormData | object,
): Promise<Answer> {
  const isForm = body instanceof FormData;
  const answer = await app.request(`${ORIGIN}/api${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined || isForm ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, json: await answer.json() };
}

function form(bytes: Uint8Array | string, name: string, fields: Record<string, string> = {}) {
  const data = new FormData();
  data.append("file", new Blob([typeof bytes === "string" ? bytes : new Uint8Array(bytes)]), name);
  for (const [field, value] of Object.entries(fields)) data.append(field, value);
  return data;
}

function upload(data: FormData, token = bens, version: "v1" | "v2" = "v2"): Promise<Answer> {
  return ask("POST", `/${version}/media`, token, data);
}

/** Follows an address as an image element would: with nothing but the address. */
async function load(url: string): Promise<{ status: number; type: string | null }> {
  const path = new URL(url).pathname;
  const key = /^\/ap\/media\/(.+)$/.exec(path)?.[1] ?? "";
  const answer = await serve(new Request(url), key, () => Promise.resolve(ANONYMOUS));
  await answer.body?.cancel();
  return { status: answer.status, type: answer.headers.get("Content-Type") };
}

async function post(audience: Audience, mediaIds: readonly string[], by = ben): Promise<string> {
  const note = await storeNote(alpha.context, by, audience);
  await alpha.context.db.transaction((tx) =>
    attachMedia(alpha.context, tx, note, mediaIds, actingAs(by)),
  );
  return note.id.toString();
}

/** More than two megabytes that no encoder makes smaller. */
function largePicture(): Promise<Buffer> {
  const raw = { width: 1000, height: 1000, channels: 3 } as const;
  return sharp(randomBytes(3_000_000), { raw }).png({ compressionLevel: 0 }).toBuffer();
}

describe("an upload", () => {
  it("is an attachment as clients know it, and loads without a token", async () => {
    const fields = { description: "The board", focus: "0.5,-0.25" };
    const { status, json } = await upload(form(await picture(), "board.png", fields));
    expect(status).toBe(200);
    expect(json).toEqual({
      id: expect.stringMatching(/^\d+$/),
      type: "image",
      url: expect.stringContaining(`${ORIGIN}/ap/media/`),
      preview_url: expect.stringContaining("thumbnail"),
      remote_url: null,
      preview_remote_url: null,
      text_url: null,
      meta: {
        original: { width: 64, height: 48, size: "64x48", aspect: 64 / 48 },
        small: { width: 64, height: 48, size: "64x48", aspect: 64 / 48 },
        focus: { x: 0.5, y: -0.25 },
      },
      description: "The board",
      blurhash: expect.any(String),
    });
    expect(await load(json.url)).toEqual({ status: 200, type: "image/png" });
    expect(await load(json.preview_url)).toEqual({ status: 200, type: "image/webp" });
    expect((await load(json.url.split("?")[0])).status).toBe(404);
  });

  it.each([
    ["a film", () => FILM, "shift.mp4", "video"],
    ["a sound", () => SOUND, "pump.mp3", "audio"],
    ["a PDF", () => pdf(), "plan.pdf", "unknown"],
    ["a moving picture", () => picture("gif"), "turn.gif", "image"],
  ] as const)("of %s is kept", async (_, make, name, type) => {
    const { status, json } = await upload(form(await make(), name), bens, "v1");
    expect(status).toBe(200);
    expect(json).toMatchObject({ type, description: null });
    expect((await load(json.url)).status).toBe(200);
  });

  it("of a film can bring a picture of its own", async () => {
    const data = form(FILM, "shift.mp4");
    data.append("thumbnail", new Blob([new Uint8Array(await picture())]), "cover.png");
    const { json } = await upload(data);
    expect(json).toMatchObject({ type: "video", blurhash: expect.any(String) });
    expect(await load(json.preview_url)).toEqual({ status: 200, type: "image/webp" });
  });

  it("of a large image is worked on while the client waits elsewhere", async () => {
    const sent = await upload(form(await largePicture(), "noise.png", { description: "Noise" }));
    expect(sent).toMatchObject({ status: 202, json: { url: null, preview_url: null } });
    const { id } = sent.json;
    expect((await ask("GET", `/v1/media/${id}`, bens)).status).toBe(206);
    await expect(post(MEMBERS, [id])).rejects.toMatchObject({
      details: { media_ids: expect.stringContaining("still being worked on") },
    });
    await alpha.runJobs({
      "process-image": (payload) => handleProcessImage(alpha.context, payload),
    });
    const ready = await ask("GET", `/v1/media/${id}`, bens);
    expect(ready).toMatchObject({
      status: 200,
      json: {
        type: "image",
        description: "Noise",
        meta: { original: { width: 1000 }, small: { width: 640 } },
      },
    });
    expect(await load(ready.json.url)).toEqual({ status: 200, type: "image/png" });
  });

  it("of a large image waits for nothing in the older version", async () => {
    const { status, json } = await upload(form(await largePicture(), "noise.png"), bens, "v1");
    expect(status).toBe(200);
    expect((await load(json.url)).status).toBe(200);
  });

  it("that turns out to be damaged says so", async () => {
    const whole = await largePicture();
    const { json } = await upload(form(whole.subarray(0, 2_500_000), "half.png"));
    await alpha.runJobs({
      "process-image": (payload) => handleProcessImage(alpha.context, payload),
    });
    expect(await ask("GET", `/v1/media/${json.id}`, bens)).toMatchObject({ status: 422 });
  });

  it("can be described and removed by its uploader, and by nobody else", async () => {
    const { json } = await upload(form(await picture(), "a.png"));
    const path = `/v1/media/${json.id}`;
    const changed = await ask("PUT", path, bens, { description: "Better", focus: "2,0" });
    expect(changed.json).toMatchObject({ description: "Better", meta: { focus: { x: 1, y: 0 } } });
    for (const method of ["GET", "PUT", "DELETE"]) {
      expect(await ask(method, path, ana)).toMatchObject({ status: 404 });
    }
    expect((await ask("DELETE", path, bens)).status).toBe(200);
    expect((await ask("GET", path, bens)).status).toBe(404);
    expect((await load(json.url)).status).toBe(404);
  });
});

describe("what is not taken", () => {
  it.each([
    ["a program", () => form(SVG, "x.svg"), 422],
    ["what is no file", () => form("", "empty.txt"), 422],
    ["what is too large", () => form(Buffer.alloc(41 * 1024 * 1024, "a"), "big.txt"), 413],
    ["a form without a file", () => new FormData(), 422],
    [
      "a description that is too long",
      () => form("text", "a.txt", { description: "x".repeat(2_000) }),
      422,
    ],
    ["a focus that is none", () => form("text", "a.txt", { focus: "left" }), 422],
  ])("%s", async (_, make, status) => {
    const answer = await upload(make());
    expect(answer.status).toBe(status);
    expect(answer.json).toHaveProperty("error");
  });

  it("anything by those who are not signed in, or without the scope", async () => {
    const data = () => form("text", "a.txt");
    expect((await ask("POST", "/v2/media", null, data())).status).toBe(401);
    expect((await upload(data(), await tokenOf(ben, ["read"]))).status).toBe(403);
  });
});

describe("the files of a post", () => {
  async function attachmentOf(id: string, token: string | null) {
    const { status, json } = await ask("GET", `/v1/statuses/${id}`, token);
    return status === 200 ? json.media_attachments[0] : null;
  }

  it("have plain addresses when everybody may see it, and the id of the upload", async () => {
    const { json } = await upload(form(await picture(), "open.png"));
    const id = await post([{ kind: "public" }], [json.id]);
    const shown = await attachmentOf(id, null);
    expect(shown).toMatchObject({ id: json.id, description: null, remote_url: null });
    expect(shown.url).not.toContain("?");
    expect((await load(shown.url)).status).toBe(200);
    expect((await attachmentOf(id, ana)).url).toBe(shown.url);
  });

  it("have links for each reader when it is for few, which end with the reader's rights", async () => {
    const cleo = await member("cleo");
    const { json } = await upload(form(await picture(), "closed.png", { description: "Board" }));
    const id = await post(MEMBERS, [json.id]);
    expect(await attachmentOf(id, null)).toBeNull();
    const cleos = await attachmentOf(id, await tokenOf(cleo));
    const anas = await attachmentOf(id, ana);
    expect(cleos).toMatchObject({ id: json.id, description: "Board" });
    expect(cleos.url).not.toBe(anas.url);
    expect((await load(cleos.url)).status).toBe(200);
    expect((await load(cleos.preview_url)).type).toBe("image/webp");
    expect((await load(cleos.url.split("?")[0])).status).toBe(404);
    await suspendMember(alpha.context, "cleo", { lift: false });
    expect((await load(cleos.url)).status).toBe(404);
    expect((await load(anas.url)).status).toBe(200);
    await alpha.context.db
      .update(posts)
      .set({ audience: [`person:${ben.actor.iri}`] })
      .where(eq(posts.id, BigInt(id)));
    expect((await load(anas.url)).status).toBe(404);
  });

  it("have links that are the same for a while, and end within the hour", async () => {
    const { json } = await upload(form(await picture(), "twice.png"));
    const id = await post(MEMBERS, [json.id]);
    const first = await attachmentOf(id, ana);
    expect((await attachmentOf(id, ana)).url).toBe(first.url);
    const now = Date.now();
    alpha.setTime(new Date(now + 40 * 60_000));
    const later = await attachmentOf(id, ana);
    expect(later.url).not.toBe(first.url);
    expect((await load(first.url)).status).toBe(200);
    alpha.setTime(new Date(now + 61 * 60_000));
    expect((await load(first.url)).status).toBe(404);
    expect((await load(later.url)).status).toBe(200);
    alpha.setTime(null);
  });

  it("come through us when they are elsewhere, by links", async () => {
    const id = await post(MEMBERS, []);
    const file = {
      url: "https://alpha.example/elsewhere.png",
      mediaType: "image/png",
      name: "A pump",
      width: 10,
      height: 10,
      blurhash: null,
    };
    await alpha.context.db
      .update(posts)
      .set({ local: false, attachments: [file] })
      .where(eq(posts.id, BigInt(id)));
    expect(await attachmentOf(id, ana)).toMatchObject({
      url: expect.stringMatching(new RegExp(`^${ORIGIN}/media/remote/${id}/0\\?link=`)),
      remote_url: file.url,
      description: "A pump",
    });
  });

  it("of an organization can be sent in by whoever acts as it", async () => {
    await changeRole(alpha.context, "ben", "editor");
    const token = await createToken(
      alpha.context,
      { ...ben, role: "editor" },
      {
        as: "organization",
        scopes: ["read", "write"],
      },
    );
    const { status, json } = await upload(form(await picture(), "logo.png"), token);
    expect(status).toBe(200);
    expect((await ask("GET", `/v1/media/${json.id}`, token)).status).toBe(200);
    expect((await ask("GET", `/v1/media/${json.id}`, bens)).status).toBe(404);
  });
});
