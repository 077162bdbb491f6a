import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { signRequest } from "../../src/federation/signatures/sign.ts";
import { posts } from "../../src/persistence/schema/index.ts";
import { signingKey } from "../../src/services/keys.ts";
import { addMember, getMember, type Member } from "../../src/services/members.ts";
import { requireOrganization } from "../../src/services/organization.ts";
import { openSession } from "../../src/services/sessions.ts";
import { createToken } from "../../src/services/tokens.ts";
import { pdf, picture, SVG, telephonePhoto } from "../support/media-samples.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { act, deliverNow, makePartners, SOON, type PartnershipJson } from "../support/partners.ts";

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let charlie: NetworkInstance;
let partnership: PartnershipJson;
let reader: { readonly member: Member; readonly token: string };

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  bravo = await network.add("bravo");
  charlie = await network.add("charlie");
  partnership = await makePartners(alpha, bravo);
  const { member } = await addMember(bravo.context, {
    handle: "rolf",
    email: "rolf@bravo.test",
    role: "reader",
    password: null,
  });
  const token = await createToken(bravo.context, member, { as: "member", scopes: ["read"] });
  reader = { member, token };
});

afterAll(() => network.close());

interface Received {
  id: string;
  uri: string;
  attachments: { path: string }[];
}

interface MediaJson {
  id: string;
  url: string;
  preview_url: string | null;
  [field: string]: unknown;
}

async function tokenOf(instance: NetworkInstance): Promise<string> {
  const member = await getMember(instance.context, "ana");
  return createToken(instance.context, member, { as: "member", scopes: ["read", "write"] });
}

async function upload(
  bytes: Buffer | string,
  fileName: string,
  description = "",
): Promise<{ status: number; json: MediaJson }> {
  const form = new FormData();
  const content = typeof bytes === "string" ? bytes : new Uint8Array(bytes);
  form.append("file", new File([content], fileName, { type: "image/png" }));
  form.append("description", description);
  const answer = await alpha.fetch("/api/praxis/v1/media", {
    method: "POST",
    body: form,
    headers: { Authorization: `Bearer ${await tokenOf(alpha)}` },
  });
  return { status: answer.status, json: (await answer.json()) as MediaJson };
}

/** Publishes a practice with those files and returns it. */
async function publish(audience: string[], files: readonly MediaJson[]) {
  const { status, json } = await alpha.api("POST", "/practices", {
    title: "Blade repair",
    content: "See the drawing.",
    audience,
    media_ids: files.map((file) => file.id),
  });
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

/** The practice as Bravo's reader finds it, once it is there. */
function arrived(uri: string): Promise<Received> {
  return vi.waitFor(async () => {
    const answer = await bravo.fetch("/api/praxis/v1/practices", bearer(reader.token));
    const list = (await answer.json()) as Received[];
    const found = list.find((practice) => practice.uri === uri);
    if (found === undefined) throw new Error("not there yet");
    return found;
  }, SOON);
}

function bearer(token: string, more: Record<string, string> = {}): RequestInit {
  return { headers: { Authorization: `Bearer ${token}`, ...more } };
}

/** GETs a path of Alpha, signed as another instance's own actor. */
async function signedBy(
  instance: NetworkInstance,
  path: string,
  method: "GET" | "HEAD" = "GET",
  more: Record<string, string> = {},
): Promise<Response> {
  const { instanceActor } = await requireOrganization(instance.context);
  const { keyIri, privateKey } = await signingKey(instance.context, instanceActor.id);
  const url = `${alpha.origin}${path}`;
  const headers = signRequest({ method, url, keyId: keyIri, privateKey, spec: "draft-cavage" });
  return alpha.fetch(path, { method, headers: { ...headers, ...more } });
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Everything that a stranger could compare. */
async function comparable(answer: Response) {
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: await answer.text(),
  };
}

const MISSING = "/ap/media/01900000-0000-7000-8000-0000000000ab";
const DRAWING = pdf("Zirconquartz", 20_000);

function sha256(bytes: ArrayBuffer | Buffer): string {
  return createHash("sha256")
    .update(Buffer.from(bytes as ArrayBuffer))
    .digest("hex");
}

describe("a PDF of a practice for one partner", () => {
  it("is read whole by the partner's members, and is not there for anybody else", async () => {
    const { status, json: file } = await upload(DRAWING, "drawing.pdf", "The drawing");
    expect(status).toBe(201);
    expect(file).toMatchObject({
      type: "document",
      media_type: "application/pdf",
      file_name: "drawing.pdf",
      bytes: DRAWING.length,
      description: "The drawing",
      preview_url: null,
    });
    const practice = await publish([`partner:${bravo.handle}`], [file]);
    expect(practice.attachments).toMatchObject([
      { url: file.url, path: pathOf(file.url), name: "drawing.pdf", description: "The drawing" },
    ]);
    const own = await alpha.fetch(pathOf(file.url), bearer(await tokenOf(alpha)));
    expect(sha256(await own.arrayBuffer())).toBe(sha256(DRAWING));
    expect(Object.fromEntries(own.headers)).toMatchObject({
      "cache-control": "private, no-store",
      "content-type": "application/pdf",
      "content-disposition": `inline; filename="drawing.pdf"; filename*=UTF-8''drawing.pdf`,
      "content-security-policy": expect.stringContaining("sandbox"),
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      vary: expect.stringMatching(/Accept.*Authorization.*Cookie.*Signature, Signature-Input/),
    });

    // Bravo's member, through Bravo, by token and by session.
    const received = await arrived(practice.uri);
    expect(received.attachments).toMatchObject([
      { url: file.url, path: `/media/remote/${received.id}/0`, description: "The drawing" },
    ]);
    const path = `/media/remote/${received.id}/0`;
    const byToken = await bravo.fetch(path, bearer(reader.token));
    expect(byToken.status).toBe(200);
    expect(sha256(await byToken.arrayBuffer())).toBe(sha256(DRAWING));
    expect(Object.fromEntries(byToken.headers)).toMatchObject({
      "cache-control": "private, no-store",
      "content-type": "application/pdf",
      "content-length": String(DRAWING.length),
      "content-disposition": `inline; filename="drawing.pdf"; filename*=UTF-8''drawing.pdf`,
      "content-security-policy": expect.stringContaining("sandbox"),
      "x-content-type-options": "nosniff",
    });
    const session = await openSession(bravo.context, reader.member);
    const cookie = { headers: { Cookie: `__Host-praxis_session=${session}` } };
    const bySession = await bravo.fetch(path, cookie);
    expect(sha256(await bySession.arrayBuffer())).toBe(sha256(DRAWING));
    const page = await (await bravo.fetch(`/posts/${received.id}`, cookie)).text();
    expect(page).toContain(`href="${path}"`);
    expect(page).toContain("drawing.pdf");
    expect(page).not.toContain(file.url);

    // Ranges, for readers that turn to a page, and HEAD.
    const part = await bravo.fetch(path, bearer(reader.token, { Range: "bytes=0-4" }));
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      `bytes 0-4/${DRAWING.length}`,
      "%PDF-",
    ]);
    const head = await bravo.fetch(path, { ...bearer(reader.token), method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      String(DRAWING.length),
      "",
    ]);

    // A stranger: unsigned, signed by an outsider, through Bravo and Charlie.
    const missing = await comparable(await alpha.fetch(MISSING));
    expect(missing.status).toBe(404);
    const at = pathOf(file.url);
    const hidden = [
      await alpha.fetch(at),
      await alpha.fetch(`${at}?thumbnail`),
      await alpha.fetch(`${at}?link=nonsense`),
      await alpha.fetch(at, bearer("nonsense")),
      await alpha.fetch(at, { headers: { Range: "bytes=0-4" } }),
      await signedBy(charlie, at),
      await signedBy(charlie, MISSING),
      await signedBy(bravo, MISSING),
    ];
    for (const answer of hidden) expect(await comparable(answer)).toEqual(missing);
    const nothing = await comparable(await bravo.fetch("/media/remote/1/0"));
    expect(nothing.status).toBe(404);
    for (const answer of [
      await bravo.fetch(path),
      await bravo.fetch(`${path}?link=nonsense`),
      await bravo.fetch(`/media/remote/${received.id}/1`, bearer(reader.token)),
    ]) {
      expect(await comparable(answer)).toEqual(nothing);
    }
    // Bravo itself, by signature.
    const partner = await signedBy(bravo, at);
    expect(partner.status).toBe(200);
    expect(partner.headers.get("cache-control")).toBe("private, no-store");
    expect(sha256(await partner.arrayBuffer())).toBe(sha256(DRAWING));
    expect((await signedBy(bravo, at, "HEAD")).status).toBe(200);
  });

  it("has a link for ten minutes that a browser can follow, and a recall ends it", async () => {
    const { json: file } = await upload(DRAWING, "drawing.pdf");
    const practice = await publish([`partner:${bravo.handle}`], [file]);
    const received = await arrived(practice.uri);
    const own = await alpha.api("POST", `/practices/${practice.id}/attachments/0/link`);
    expect(own.status).toBe(200);
    const atBravo = await bravo.fetch(
      `/api/praxis/v1/practices/${received.id}/attachments/0/link`,
      {
        method: "POST",
        ...bearer(reader.token),
      },
    );
    const proxied = (await atBravo.json()) as { url: string; expires_at: string };
    const minutes = (Date.parse(proxied.expires_at) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(9);
    expect(minutes).toBeLessThanOrEqual(10);

    const links: [NetworkInstance, string][] = [
      [alpha, pathOf(own.json.url)],
      [bravo, pathOf(proxied.url)],
    ];
    for (const [instance, path] of links) {
      const answer = await instance.fetch(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
      expect(answer.headers.get("cache-control")).toBe("private, no-store");
      expect(sha256(await answer.arrayBuffer())).toBe(sha256(DRAWING));
      const changed = await instance.fetch(`${path.slice(0, -3)}abc`);
      expect(changed.status).toBe(404);
    }
    const otherFile = await upload(pdf("other"), "other.pdf");
    const token = new URL(own.json.url).searchParams.get("link");
    expect((await alpha.fetch(`${pathOf(otherFile.json.url)}?link=${token}`)).status).toBe(404);

    await alpha.api("DELETE", `/practices/${practice.id}`);
    const missing = await comparable(await alpha.fetch(MISSING));
    for (const answer of [
      await alpha.fetch(pathOf(own.json.url)),
      await alpha.fetch(pathOf(file.url), bearer(await tokenOf(alpha))),
      await signedBy(bravo, pathOf(file.url)),
    ]) {
      expect(await comparable(answer)).toEqual(missing);
    }
    // Even before the Delete has arrived, Bravo has nothing left to show.
    for (const answer of [
      await bravo.fetch(pathOf(proxied.url)),
      await bravo.fetch(`/media/remote/${received.id}/0`, bearer(reader.token)),
    ]) {
      expect(answer.status).toBe(404);
    }
    await vi.waitFor(async () => {
      expect(await alpha.context.media.store.size(keyOf(file))).toBeNull();
    }, SOON);
  });

  it("is gone for the partner when the partnership ends", async () => {
    const { json: file } = await upload(DRAWING, "drawing.pdf");
    const practice = await publish([`partner:${bravo.handle}`], [file]);
    const received = await arrived(practice.uri);
    const path = `/media/remote/${received.id}/0`;
    expect((await bravo.fetch(path, bearer(reader.token))).status).toBe(200);
    await act(alpha, partnership, "suspend");
    expect((await signedBy(bravo, pathOf(file.url))).status).toBe(404);
    expect((await bravo.fetch(path, bearer(reader.token))).status).toBe(404);
    expect((await alpha.fetch(pathOf(file.url), bearer(await tokenOf(alpha)))).status).toBe(200);
    await act(alpha, partnership, "resume");
    await deliverNow(alpha);
  });
});

function keyOf(file: MediaJson): string {
  return file.url.split("/").at(-1) ?? "";
}

describe("a photo of a public practice", () => {
  it("says nothing of the camera or the place, to anybody", async () => {
    const { json: file } = await upload(await telephonePhoto(), "IMG_0001.jpg", "The board");
    const preview = await alpha.fetch(pathOf(file.preview_url ?? ""));
    expect(preview.headers.get("content-type")).toBe("image/webp");
    await publish(["public"], [file]);
    for (const path of [pathOf(file.url), `${pathOf(file.url)}?thumbnail`]) {
      const answer = await alpha.fetch(path);
      expect(answer.status).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "cache-control": "public, max-age=300",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
        vary: expect.stringContaining("Signature-Input"),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const metadata = await sharp(bytes).metadata();
      expect([metadata.width, metadata.height]).toEqual([40, 80]);
      expect(metadata.exif).toBeUndefined();
      expect(bytes.includes("Spyphone")).toBe(false);
    }
  });

  it("is shown to members elsewhere through their own instance", async () => {
    const { json: file } = await upload(await picture("png"), "board.png", "The board at six");
    await bravo.api("POST", "/follows", { handle: alpha.handle }, "organization");
    await vi.waitFor(async () => {
      const { json } = await bravo.api("GET", "/follows", undefined, "organization");
      expect(json).toMatchObject([{ state: "accepted" }]);
    }, SOON);
    const practice = await publish(["public"], [file]);
    const received = await arrived(practice.uri);
    expect(received.attachments).toMatchObject([{ name: "The board at six", width: 64 }]);
    const path = received.attachments[0]?.path ?? "";
    const answer = await bravo.fetch(path, bearer(reader.token));
    expect(answer.headers.get("content-type")).toBe("image/png");
    expect((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width).toBe(64);
    // Nobody else uses Bravo to fetch what they can fetch themselves.
    expect((await bravo.fetch(path)).status).toBe(404);
  });
});

describe("a file for one person at the partner", () => {
  it("is fetched in that person's name, and for nobody else there", async () => {
    const { json: file } = await upload(pdf("for Rolf"), "rolf.pdf");
    const practice = await publish(["person:@rolf@bravo.test"], [file]);
    const received = await arrived(practice.uri);
    const path = `/media/remote/${received.id}/0`;
    const answer = await bravo.fetch(path, bearer(reader.token));
    expect([answer.status, await answer.text()]).toEqual([200, pdf("for Rolf").toString()]);
    expect((await bravo.fetch(path, bearer(await tokenOf(bravo)))).status).toBe(404);
    expect((await signedBy(bravo, pathOf(file.url))).status).toBe(404);
  });
});

describe("the way through a member's own instance", () => {
  it.each([
    "http://127.0.0.1:8080/admin",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://charlie.test/ap/org",
    "file:///etc/passwd",
  ])("leads to no file at %s", async (url) => {
    const { json: file } = await upload(pdf("through"), "through.pdf");
    const practice = await publish([`partner:${bravo.handle}`], [file]);
    const received = await arrived(practice.uri);
    const asked: string[] = [];
    const { media } = bravo.context;
    const spy = vi.spyOn(media, "openRemote").mockImplementation((wanted) => {
      asked.push(wanted.url);
      throw new Error("asked");
    });
    const attachment = { mediaType: "image/png", name: "x", width: null, height: null };
    await bravo.context.db
      .update(posts)
      .set({ attachments: [{ ...attachment, url, blurhash: null }] })
      .where(eq(posts.iri, practice.uri));
    const answer = await bravo.fetch(`/media/remote/${received.id}/0`, bearer(reader.token));
    spy.mockRestore();
    expect(asked).toEqual([]);
    expect(answer.status).toBe(404);
  });
});

describe("what is refused over REST", () => {
  it("is SVG and HTML, whatever they are called and declared as", async () => {
    for (const content of [SVG, "<!DOCTYPE html><script>alert(1)</script>"]) {
      const { status, json } = await upload(content, "picture.png");
      expect(status).toBe(415);
      expect(json).toMatchObject({ code: "media_type_refused" });
    }
  });

  it("is a file that is too large, without a token, or not a form", async () => {
    const large = await upload(Buffer.alloc(40 * 1024 * 1024 + 1, "a"), "large.txt");
    expect([large.status, large.json["code"]]).toEqual([413, "media_too_large"]);
    const stranger = await alpha.fetch("/api/praxis/v1/media", { method: "POST", body: "x" });
    expect(stranger.status).toBe(401);
    const { status, json } = await alpha.api("POST", "/media", { file: "x" });
    expect([status, json.code]).toEqual([400, "form_invalid"]);
  });

  it("is another member's upload", async () => {
    const { json: file } = await upload(pdf(), "mine.pdf");
    const added = await addMember(alpha.context, {
      handle: "eve",
      email: "eve@alpha.test",
      role: "editor",
      password: null,
    });
    const token = await createToken(alpha.context, added.member, {
      as: "member",
      scopes: ["read", "write"],
    });
    const eve = (method: string, path: string, body?: object) =>
      alpha.fetch(`/api/praxis/v1${path}`, {
        method,
        ...bearer(token, { "Content-Type": "application/json" }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const answers = [
      await eve("PATCH", `/media/${file.id}`, { description: "hers" }),
      await eve("DELETE", `/media/${file.id}`),
      await eve("POST", "/practices", { title: "t", content: "c", media_ids: [file.id] }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 422]);
    expect((await alpha.api("DELETE", `/media/${file.id}`)).status).toBe(204);
    expect((await alpha.api("DELETE", `/media/${file.id}`)).status).toBe(404);
  });
});
