import { encodeImage, type ImageTask } from "./encode-image.ts";

/** The program of `image.ts`: one image, then its process ends and gives all of its memory back. */
const task = JSON.parse(process.argv[2] ?? "") as ImageTask;
const answer = await encodeImage(task).then(
  (image) => ({ image }),
  (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }),
);
process.stdout.write(JSON.stringify(answer));
