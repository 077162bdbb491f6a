import { encode as encodeBlurhash } from "blurhash";
import sharp, { type Sharp } from "sharp";
import { MAX_PIXELS } from "./media-types.ts";

/** What is to be done: a file, what it was found to be, and where the results go. */
export interface ImageTask {
  readonly source: string;
  readonly mediaType: string;
  readonly image: string;
  readonly thumbnail: string;
  /** a picture of that shape is cut out of its middle, at most so large; one frame, WebP */
  readonly cover?: { readonly width: number; readonly height: number };
}

/** An image as it is kept: made anew, so that nothing is left of the file but its pixels. */
export interface CleanImage {
  readonly mediaType: string;
  /** of one frame, upright */
  readonly width: number;
  readonly height: number;
  readonly blurhash: string;
}

/** Beyond what a screen shows; it is made smaller. */
const LONGEST_SIDE = 4096;
const THUMBNAIL = 640;
const HASHED = 32;

/**
 * Decodes an image and writes it anew, upright, in sRGB, without EXIF, GPS, XMP, colour profiles,
 * comments or whatever followed it; and a thumbnail (WebP, within 640 pixels). AVIF becomes WebP,
 * because it takes too long to encode. @throws whatever sharp throws
 */
export async function encodeImage(task: ImageTask): Promise<CleanImage> {
  sharp.cache(false);
  sharp.concurrency(1);
  if (task.cover !== undefined) return encodeCover(task, task.cover);
  const animated = task.mediaType === "image/gif" || task.mediaType === "image/webp";
  const whole = open(task.source, animated);
  const { pages = 1 } = await whole.metadata();
  // What is animated is resized frame by frame; its frames together are bounded already.
  const fitted = pages > 1 ? whole : fit(whole, LONGEST_SIDE);
  const written = await encode(fitted, task.mediaType).toFile(task.image);
  // From the clean copy: it is upright already, and only what we wrote is decoded again.
  await fit(open(task.image, false), THUMBNAIL).webp({ quality: 75 }).toFile(task.thumbnail);
  return {
    mediaType: task.mediaType === "image/avif" ? "image/webp" : task.mediaType,
    width: written.width,
    height: written.pageHeight ?? written.height,
    blurhash: await blurhashOf(task.thumbnail),
  };
}

/** A picture of one shape. What is smaller than that is cut, and not made larger. */
async function encodeCover(
  task: ImageTask,
  cover: { readonly width: number; readonly height: number },
): Promise<CleanImage> {
  const whole = open(task.source, false);
  const { autoOrient } = await whole.metadata();
  const scale = Math.min(1, autoOrient.width / cover.width, autoOrient.height / cover.height);
  const width = Math.max(1, Math.round(cover.width * scale));
  const height = Math.max(1, Math.round(cover.height * scale));
  const cut = whole.resize(width, height, { fit: "cover" });
  await cut.webp({ quality: 86, effort: 2 }).toFile(task.image);
  return { mediaType: "image/webp", width, height, blurhash: await blurhashOf(task.image) };
}

function open(path: string, animated: boolean): Sharp {
  return sharp(path, { animated, failOn: "error", limitInputPixels: MAX_PIXELS }).autoOrient();
}

function fit(image: Sharp, side: number): Sharp {
  return image.resize(side, side, { fit: "inside", withoutEnlargement: true });
}

function encode(image: Sharp, mediaType: string): Sharp {
  switch (mediaType) {
    case "image/png":
      return image.png({ compressionLevel: 7 });
    case "image/gif":
      return image.gif({ effort: 3 });
    case "image/jpeg":
      // Optimizing would hold all coefficients in memory, for two per cent of the size.
      return image.jpeg({ quality: 88, optimiseCoding: false });
    default:
      return image.webp({ quality: 86, effort: 2 });
  }
}

/** What stands in for the image while it loads (blurha.sh). */
async function blurhashOf(thumbnail: string): Promise<string> {
  const { data, info } = await open(thumbnail, false)
    .resize(HASHED, HASHED, { fit: "inside" })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [across, down] = info.width >= info.height ? [4, 3] : [3, 4];
  return encodeBlurhash(new Uint8ClampedArray(data), info.width, info.height, across, down);
}
