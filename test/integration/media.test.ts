import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ANONYMOUS, type Viewer } from "../../src/domain/audience/policy.ts";
import { media, posts } from "../../src/persistence/schema/index.ts";
import { actingAs } from "../../src/services/acting.ts";
import { attachMedia, openMedia, type MediaRecord } from "../../src/services/media.ts";
import { createMediaLink, viewerOfMediaLink } from "../../src/services/media-links.ts";
import { cleanUpMedia, handleRemoveFiles, releaseMedia } from "../../src/services/media-removal.ts";
import { uploadMedia } from "../../src/services/media-upload.ts";
import { addMember, changeRole, viewerOf, type Member } from "../../src/services/members.ts";
import { getPostById } from "../../src/services/reading.ts";
import { describeUpload, discardUpload } from "../../src/services/uploads.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { HTML, pdf, picture, SVG, telephonePhoto } from "../support/media-samples.ts";
import { addReader, FOLLOWERS, publish } from "../support/web-world.ts";

let alpha: TestInstance;
let editor: Member;
let author: Member;
let reader: Member;

beforeAll(async () => {
  alpha = await createTestInstance();
  editor = alpha.admin;
  reader = await addReader(alpha.context);
  const added = await addMember(alpha.context, {
    handle: "aki",
    email: "aki@alpha.example",
    role: "author",
    password: null,
  });
  author = added.member;
});

afterAll(() => alpha.close());

function upload(bytes: Buffer | string, fileName: string, by = editor, description?: string) {
  const source = new Blob([typeof bytes === "string" ? bytes : new Uint8Array(bytes)]).stream();
  return uploadMedia(alpha.context, actingAs(by), { fileName, source, description });
}

async function attach(file: MediaRecord, audience = FOLLOWERS) {
  const post = await publish(alpha.context, editor, {}, audience);
  await alpha.context.db.transaction((tx) =>
    attachMedia(alpha.context, tx, post, [String(file.id)], actingAs(editor)),
  );
  return post;
}

async function text(viewer: Viewer, key: string) {
  const file = await openMedia(alpha.context, viewer, key);
  return new Response(file.read()).text();
}

const NOTHING = { code: "not_found", status: 404 };

describe("an upload", () => {
  test("of a photo keeps its pixels and nothing of where and by whom it was taken", async () => {
    const file = await upload(await telephonePhoto(), "IMG_1.jpeg", editor, " The board ");
    expect(file).toMatchObject({
      mediaType: "image/jpeg",
      fileName: "IMG_1.jpeg",
      description: "The board",
      width: 40,
      height: 80,
    });
    const opened = await openMedia(alpha.context, viewerOf(editor), file.key);
    const bytes = Buffer.from(await new Response(opened.read()).arrayBuffer());
    expect(bytes).toHaveLength(file.bytes);
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    expect(bytes.includes("Spyphone")).toBe(false);
    const small = await openMedia(alpha.context, viewerOf(editor), file.key, "thumbnail");
    expect(small).toMatchObject({ mediaType: "image/webp", public: false });
  });

  test("of a PDF is kept byte for byte, whatever it is called", async () => {
    const file = await upload(pdf("kept"), "../plan.html");
    expect(file).toMatchObject({ mediaType: "application/pdf", fileName: "plan.html.pdf" });
    expect(await text(viewerOf(editor), file.key)).toBe(pdf("kept").toString());
    await expect(
      openMedia(alpha.context, viewerOf(editor), file.key, "thumbnail"),
    ).rejects.toMatchObject(NOTHING);
  });

  test.each([
    ["SVG", SVG],
    ["HTML", HTML],
  ])("of %s is refused and leaves nothing on the disk", async (_, content) => {
    await expect(upload(content, "drawing.png")).rejects.toMatchObject({
      code: "media_type_refused",
    });
    expect(await readdir(alpha.context.media.drafts)).toEqual([]);
  });

  test("that is too large is broken off", async () => {
    const large = Buffer.alloc(40 * 1024 * 1024 + 1, "a");
    await expect(upload(large, "large.txt")).rejects.toMatchObject({ code: "media_too_large" });
    const image = Buffer.concat([await picture("png"), Buffer.alloc(16 * 1024 * 1024)]);
    await expect(upload(image, "large.png")).rejects.toMatchObject({ code: "media_too_large" });
  });

  test("is not for readers", async () => {
    await expect(upload(pdf(), "a.pdf", reader)).rejects.toMatchObject({ code: "authors_only" });
  });

  test("is its uploader's alone until a post takes it", async () => {
    const file = await upload(pdf(), "draft.pdf", author);
    expect(await text(viewerOf(author), file.key)).toContain("%PDF");
    for (const viewer of [ANONYMOUS, viewerOf(editor), viewerOf(reader)]) {
      await expect(openMedia(alpha.context, viewer, file.key)).rejects.toMatchObject(NOTHING);
    }
    await expect(
      describeUpload(alpha.context, actingAs(editor), String(file.id), { description: "mine?" }),
    ).rejects.toMatchObject(NOTHING);
    await expect(
      discardUpload(alpha.context, actingAs(editor), String(file.id)),
    ).rejects.toMatchObject(NOTHING);
    const described = await describeUpload(alpha.context, actingAs(author), String(file.id), {
      description: "A draft",
    });
    expect(described.description).toBe("A draft");
    await discardUpload(alpha.context, actingAs(author), String(file.id));
    await expect(openMedia(alpha.context, viewerOf(author), file.key)).rejects.toMatchObject(
      NOTHING,
    );
  });

  test("that no post took within a day is removed, also from the disk", async () => {
    const file = await upload(await picture(), "forgotten.png", author);
    const path = onDisk(file.key);
    await access(path);
    alpha.setTime(new Date(Date.now() + 23 * 3_600_000));
    await cleanUpMedia(alpha.context);
    await alpha.runJobs({ "remove-files": (job) => handleRemoveFiles(alpha.context, job) });
    await access(path);
    alpha.setTime(new Date(Date.now() + 25 * 3_600_000));
    await cleanUpMedia(alpha.context);
    await alpha.runJobs({ "remove-files": (job) => handleRemoveFiles(alpha.context, job) });
    await expect(access(path)).rejects.toThrow("ENOENT");
    await expect(access(`${path}.thumbnail`)).rejects.toThrow("ENOENT");
    alpha.setTime(null);
  });

  test("is refused while too many wait for a post", async () => {
    const [row] = await alpha.context.db
      .select()
      .from(media)
      .where(eq(media.uploaderId, editor.actorId));
    if (row === undefined) throw new Error("no upload");
    const { id: _, ...values } = row;
    const many = Array.from({ length: 64 }, () => ({
      ...values,
      key: alpha.context.newKey(),
      uploaderId: author.actorId,
      removedAt: null,
    }));
    await alpha.context.db.insert(media).values(many);
    await expect(upload(pdf(), "one-more.pdf", author)).rejects.toMatchObject({
      code: "too_many_uploads",
      status: 429,
    });
    await alpha.context.db.delete(media).where(eq(media.uploaderId, author.actorId));
  });
});

function onDisk(key: string): string {
  return join(alpha.context.media.drafts, "..", key.slice(34, 36), key);
}

describe("a file of a post", () => {
  test("is for whoever may see the post, and for nobody else", async () => {
    const file = await upload(pdf("for members"), "plan.pdf");
    const post = await attach(file);
    for (const viewer of [viewerOf(editor), viewerOf(author), viewerOf(reader)]) {
      expect(await text(viewer, file.key)).toContain("for members");
    }
    const stranger: Viewer = { kind: "remote", actor: "https://charlie.example/ap/org" };
    for (const viewer of [ANONYMOUS, stranger]) {
      await expect(openMedia(alpha.context, viewer, file.key)).rejects.toMatchObject(NOTHING);
    }
    const read = await getPostById(alpha.context, viewerOf(reader), String(post.id));
    expect(read.attachments).toEqual([
      {
        id: file.id.toString(),
        fileName: "plan.pdf",
        url: `https://alpha.example/ap/media/${file.key}`,
        mediaType: "application/pdf",
        name: "plan.pdf",
        width: null,
        height: null,
        blurhash: null,
        bytes: file.bytes,
      },
    ]);
  });

  test("is public when the post is", async () => {
    const file = await upload(await picture(), "board.png", editor, "The board at six");
    const post = await attach(file, [{ kind: "public" }]);
    expect(await openMedia(alpha.context, ANONYMOUS, file.key)).toMatchObject({ public: true });
    const read = await getPostById(alpha.context, ANONYMOUS, String(post.id));
    expect(read.attachments).toMatchObject([
      { name: "The board at six", width: 64, height: 48, mediaType: "image/png" },
    ]);
  });

  test("is gone with the post at once, and soon from the disk", async () => {
    const file = await upload(pdf(), "gone.pdf");
    const post = await attach(file);
    const link = await createMediaLink(
      alpha.context,
      { member: reader, viewer: viewerOf(reader) },
      { kind: "own", key: file.key },
    );
    await alpha.context.db
      .update(posts)
      .set({ withdrawnAt: new Date() })
      .where(eq(posts.id, post.id));
    const holder = await followed(link.url, file.key);
    expect(holder).toEqual(viewerOf(reader));
    for (const viewer of [viewerOf(editor), holder ?? ANONYMOUS]) {
      await expect(openMedia(alpha.context, viewer, file.key)).rejects.toMatchObject(NOTHING);
    }
    await alpha.context.db.transaction((tx) => releaseMedia(alpha.context, tx, post.id));
    await alpha.runJobs({ "remove-files": (job) => handleRemoveFiles(alpha.context, job) });
    await expect(access(onDisk(file.key))).rejects.toThrow("ENOENT");
  });

  test("cannot be taken from another member or another post", async () => {
    const foreign = await upload(pdf(), "hers.pdf", author);
    await expect(attach(foreign)).rejects.toMatchObject({
      code: "invalid_request",
      details: { media_ids: expect.stringContaining(String(foreign.id)) },
    });
    const own = await upload(pdf(), "own.pdf");
    await attach(own);
    await expect(attach(own)).rejects.toMatchObject({ code: "invalid_request" });
  });

  test("that an edit leaves out is removed; the others keep their place", async () => {
    const [first, second, third] = [
      await upload(pdf("1"), "1.pdf"),
      await upload(pdf("2"), "2.pdf"),
      await upload(pdf("3"), "3.pdf"),
    ];
    const post = await attach(first);
    const { context } = alpha;
    const edit = (files: MediaRecord[]) =>
      context.db.transaction((tx) =>
        attachMedia(
          context,
          tx,
          post,
          files.map((file) => String(file.id)),
          actingAs(editor),
        ),
      );
    await edit([second, first]);
    await edit([third, second]);
    const read = await getPostById(context, viewerOf(editor), String(post.id));
    expect(read.attachments.map((attachment) => attachment.name)).toEqual(["3.pdf", "2.pdf"]);
    await expect(openMedia(context, viewerOf(editor), first.key)).rejects.toMatchObject(NOTHING);
  });

  test.each(["", "nonsense", "../../secret.key", "01900000-0000-7000-8000-0000000000ab"])(
    "does not exist under %j",
    async (key) => {
      await expect(openMedia(alpha.context, viewerOf(editor), key)).rejects.toMatchObject(NOTHING);
    },
  );
});

async function followed(url: string, key: string) {
  const token = new URL(url).searchParams.get("link") ?? "";
  return viewerOfMediaLink(alpha.context, { kind: "own", key }, token);
}

describe("a link", () => {
  const own = (key: string) => ({ kind: "own", key }) as const;

  test("stands for its holder, for that file, for ten minutes", async () => {
    const key = alpha.context.newKey();
    const holder = { member: reader, viewer: viewerOf(reader) };
    const { url, expiresAt } = await createMediaLink(alpha.context, holder, own(key));
    expect(await followed(url, key)).toEqual(viewerOf(reader));
    expect(await followed(url, alpha.context.newKey())).toBeNull();
    expect(await followed(`${url}x`, key)).toBeNull();
    alpha.setTime(new Date(expiresAt.getTime() - 1000));
    expect(await followed(url, key)).toEqual(viewerOf(reader));
    alpha.setTime(new Date(expiresAt.getTime() + 1000));
    expect(await followed(url, key)).toBeNull();
    alpha.setTime(null);
    expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(600_000);
  });

  test("that speaks for the organization ends with the editor's role", async () => {
    const { member } = await addMember(alpha.context, {
      handle: "edda",
      email: "edda@alpha.example",
      role: "editor",
      password: null,
    });
    const key = alpha.context.newKey();
    const actor = alpha.organization.iri;
    const viewer: Viewer = { kind: "local", actor, role: "editor" };
    const { url } = await createMediaLink(alpha.context, { member, viewer }, own(key));
    expect(await followed(url, key)).toEqual(viewer);
    await changeRole(alpha.context, "edda", "reader");
    expect(await followed(url, key)).toBeNull();
  });
});
