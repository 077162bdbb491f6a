import { execFile } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { AppError } from "../../domain/errors.ts";
import type { CleanImage, ImageTask } from "./encode-image.ts";
import { MAX_PIXELS } from "./media-types.ts";
import { createWorkPlaces } from "./work-places.ts";

const MAX_MS = 60_000;

/** This file is TypeScript in the sources and JavaScript in the build; so is the worker. */
const WORKER = fileURLToPath(new URL(`./image-worker${extname(import.meta.url)}`, import.meta.url));
const run = promisify(execFile);
const places = createWorkPlaces(1, 16);

/**
 * Makes an image anew (see `encodeImage`) in a process of its own, one at a time: whatever a hostile
 * file does to the decoder, it does it to a process that knows no secret, holds no connection and
 * ends; and a large one leaves no memory behind.
 * @throws AppError `media_unreadable`, `media_too_many_pixels`, `media_busy`
 */
export function cleanImage(task: ImageTask): Promise<CleanImage> {
  return places.run(async () => {
    const answer = await work(task);
    if (answer.image !== undefined) return answer.image;
    throw unreadable(answer.problem);
  });
}

async function work(
  task: ImageTask,
): Promise<{ readonly image?: CleanImage; readonly problem?: string }> {
  try {
    const { stdout } = await run(process.execPath, [WORKER, JSON.stringify(task)], {
      // Two arenas: glibc would otherwise keep one, with what was freed in it, for every thread.
      env: { MALLOC_ARENA_MAX: "2" },
      timeout: MAX_MS,
      killSignal: "SIGKILL",
      maxBuffer: 64 * 1024,
    });
    return JSON.parse(stdout) as { image?: CleanImage; problem?: string };
  } catch (error) {
    // It crashed on this file or did not come to an end; any other failure is ours.
    const signal = error instanceof Error && "signal" in error ? error.signal : null;
    if (typeof signal === "string") return { problem: `the decoder ended by ${signal}` };
    throw error;
  }
}

function unreadable(problem = ""): AppError {
  const cause = new Error(problem);
  if (/pixel limit|dimensions exceed/i.test(problem)) {
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
