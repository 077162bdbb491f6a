import { stat } from "node:fs/promises";
import type { Sharp } from "sharp";
import { AppError } from "../../domain/errors.ts";
import { createWorkPlaces } from "./work-places.ts";

/** An image as it is kept: made anew, so that nothing is left of the file but its pixels. */
export interface CleanImage {
  readonly mediaType: string;
  /** of one frame, upright */
  readonly width: number;
  readonly height: number;
  readonly blurhash: string;
}

/** Where the results are written. */
export interface ImageFiles {
  readonly image: string;
  readonly thumbnail: string;
}

/** Of all frames together: 50 megapixels decode into at most 200 MB. */
const MAX_PIXELS = 50_000_000;
const MAX_SECONDS = 60;
const THUMBNAIL = 640;
const HASHED = 32;
const JPEG_QUALITY = 88;
const WEBP_QUALITY = 86;

const places = createWorkPlaces(1, 16);

/**
 * Decodes an image and writes it anew, upright, in sRGB, without EXIF, GPS, XMP, colour profiles,
 * comments or whatever followed it; and a thumbnail (WebP, within 640 pixels). AVIF becomes WebP: it
 * takes minutes to encode. One image at a time: decoding needs memory.
 * @throws AppError `media_unreadable`, `media_too_many_pixels`, `media_busy`
 */
export function cleanImage(path: string, mediaType: string, to: ImageFiles): Promise<CleanImage> {
  return places.run(async () => {
    const open = await opener(path);
    try {
      const animated = mediaType === "image/gif" || mediaType === "image/webp";
      const written = await encode(open({ animated }), mediaType).toFile(to.image);
      // From the clean copy: it is upright already, and only what we wrote is decoded again.
      const openClean = await opener(to.image);
      await openClean({ animated: false })
        .resize(THUMBNAIL, THUMBNAIL, { fit: "inside", withoutEnlargement: true })
        .webp({ quality: 75 })
        .toFile(to.thumbnail);
      return {
        mediaType: mediaTypeOf(mediaType),
        width: written.width,
        height: written.pageHeight ?? written.height,
        blurhash: await blurhashOf((await opener(to.thumbnail))({ animated: false })),
      };
    } catch (cause) {
      throw unreadable(cause);
    }
  });
}

/** Loaded when the first image comes: libvips takes 20 MB and most processes never need it. */
async function opener(path: string): Promise<(options: { animated: boolean }) => Sharp> {
  const { default: sharp } = await import("sharp");
  sharp.cache(false);
  sharp.concurrency(1);
  await stat(path);
  return ({ animated }) =>
    sharp(path, { animated, failOn: "error", limitInputPixels: MAX_PIXELS })
      .timeout({ seconds: MAX_SECONDS })
      .autoOrient();
}

function mediaTypeOf(given: string): string {
  return given === "image/avif" ? "image/webp" : given;
}

function encode(image: Sharp, mediaType: string): Sharp {
  switch (mediaType) {
    case "image/png":
      return image.png({ compressionLevel: 7 });
    case "image/gif":
      return image.gif({ effort: 3 });
    case "image/jpeg":
      return image.jpeg({ quality: JPEG_QUALITY });
    default:
      return image.webp({ quality: WEBP_QUALITY, effort: 3 });
  }
}

/** What stands in for the image while it loads (blurha.sh). */
async function blurhashOf(image: Sharp): Promise<string> {
  const { encode: encodeBlurhash } = await import("blurhash");
  const { data, info } = await image
    .resize(HASHED, HASHED, { fit: "inside" })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [across, down] = info.width >= info.height ? [4, 3] : [3, 4];
  return encodeBlurhash(new Uint8ClampedArray(data), info.width, info.height, across, down);
}

function unreadable(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const message = cause instanceof Error ? cause.message : "";
  if (/pixel limit|dimensions exceed/i.test(message)) {
    return new AppError(
      "media_too_many_pixels",
      `The image has more than ${MAX_PIXELS / 1_000_000} megapixels. Make it smaller and try again.`,
      { cause, status: 413 },
    );
  }
  return new AppError("media_unreadable", "The image is damaged: it cannot be read.", {
    cause,
    status: 422,
  });
}
