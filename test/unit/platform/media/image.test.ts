import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import sharp from "sharp";
import { cleanImage } from "../../../../src/platform/media/image.ts";
import { createWorkPlaces } from "../../../../src/platform/media/work-places.ts";
import { picture, telephonePhoto } from "../../../support/media-samples.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "praxis-image-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function clean(bytes: Buffer, mediaType: string) {
  const path = join(folder, `in-${Math.random()}`);
  await writeFile(path, bytes);
  const to = { image: `${path}.clean`, thumbnail: `${path}.thumbnail` };
  const result = await cleanImage({ source: path, mediaType, ...to });
  return { result, bytes: await readFile(to.image), thumbnail: await readFile(to.thumbnail) };
}

test("nothing of a photo's EXIF and GPS is left, and it stands upright", async () => {
  const photo = await telephonePhoto();
  expect((await sharp(photo).metadata()).exif?.includes("Spyphone")).toBe(true);
  expect(photo.includes("Ana Secret")).toBe(true);

  const { result, bytes, thumbnail } = await clean(photo, "image/jpeg");
  expect(result).toMatchObject({ mediaType: "image/jpeg", width: 40, height: 80 });
  expect(result.blurhash).toMatch(/^[\w#$%*+,\-.:;=?@[\]^{|}~]{28}$/);
  for (const file of [bytes, thumbnail]) {
    const metadata = await sharp(file).metadata();
    for (const field of ["exif", "icc", "xmp", "iptc", "comments", "orientation"] as const) {
      expect(metadata[field], field).toBeUndefined();
    }
    expect(file.includes("Spyphone")).toBe(false);
    expect(file.includes("Ana Secret")).toBe(false);
    expect(file.includes("Exif")).toBe(false);
  }
});

test("what hangs behind an image, such as an archive, does not survive", async () => {
  const polyglot = Buffer.concat([await picture("png"), Buffer.from("PK\x03\x04 <script>evil")]);
  const { bytes } = await clean(polyglot, "image/png");
  expect(bytes.includes("<script>")).toBe(false);
});

test("a thumbnail is small, and an animation keeps its frames", async () => {
  const frames = await Promise.all(
    ["#ff0000", "#00ff00", "#0000ff"].map((background) =>
      sharp({ create: { width: 900, height: 700, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const gif = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const { result, bytes, thumbnail } = await clean(gif, "image/gif");
  expect(result).toMatchObject({ mediaType: "image/gif", width: 900, height: 700 });
  expect((await sharp(bytes).metadata()).pages).toBe(3);
  const small = await sharp(thumbnail).metadata();
  expect([small.width, small.height, small.pages ?? 1]).toEqual([640, 498, 1]);
});

test("AVIF becomes WebP", async () => {
  const { result, bytes } = await clean(await picture("avif"), "image/avif");
  expect(result.mediaType).toBe("image/webp");
  expect((await sharp(bytes).metadata()).format).toBe("webp");
});

test("an image of some kilobytes that unfolds into too many pixels is refused", async () => {
  const bomb = await sharp({
    create: { width: 7200, height: 7200, channels: 3, background: "#000000" },
    limitInputPixels: false,
  })
    .png({ compressionLevel: 9 })
    .toBuffer();
  expect(bomb.length).toBeLessThan(500_000);
  await expect(clean(bomb, "image/png")).rejects.toMatchObject({ code: "media_too_many_pixels" });
});

test("what is larger than any screen is made smaller", async () => {
  const plan = sharp({ create: { width: 6000, height: 3000, channels: 3, background: "#ffffff" } });
  const { result } = await clean(await plan.png().toBuffer(), "image/png");
  expect(result).toMatchObject({ width: 4096, height: 2048 });
});

test("a damaged image is refused", async () => {
  const whole = await telephonePhoto();
  const half = whole.subarray(0, whole.length - 200);
  await expect(clean(half, "image/jpeg")).rejects.toMatchObject({ code: "media_unreadable" });
});

test("work waits for a place, and is sent away when too much waits", async () => {
  const places = createWorkPlaces(1, 1);
  let now = 0;
  let most = 0;
  const work = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now -= 1;
  };
  const answers = await Promise.allSettled([1, 2, 3].map(() => places.run(work)));
  expect(answers.map((answer) => answer.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
  expect(most).toBe(1);
  await expect(places.run(async () => "free again")).resolves.toBe("free again");
});
