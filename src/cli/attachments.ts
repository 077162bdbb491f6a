import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { z } from "zod";
import { AppError, invalid } from "../domain/errors.ts";
import type { Context } from "../services/context.ts";
import { actingAs } from "../services/acting.ts";
import { uploadMedia } from "../services/media-upload.ts";
import type { Member } from "../services/members.ts";

const named = z.array(
  z.union([
    z.string().transform((file) => ({ file, description: "" })),
    z.strictObject({ file: z.string(), description: z.string().default("") }),
  ]),
);

/**
 * Uploads what a Markdown file names as its attachments, by paths relative to it:
 * `attachments: [plan.pdf]`, or with `file` and `description` each. Returns their ids.
 * @throws AppError `invalid_request`, `file_unreadable`, and as `uploadMedia`
 */
export async function uploadAttachments(
  context: Context,
  editor: Member,
  { path, data }: { readonly path: string; readonly data: Readonly<Record<string, unknown>> },
): Promise<string[]> {
  const given = named.safeParse(data["attachments"] ?? []);
  if (!given.success) throw invalid({ attachments: "a list of files, such as [plan.pdf]" });
  const files = given.data.map((entry) => ({ ...entry, path: resolve(dirname(path), entry.file) }));
  for (const file of files) await requireReadable(file.path);
  const ids: string[] = [];
  for (const file of files) {
    const source = createReadStream(file.path);
    const upload = { fileName: basename(file.path), source, description: file.description };
    ids.push((await uploadMedia(context, actingAs(editor), upload)).id.toString());
  }
  return ids;
}

async function requireReadable(path: string): Promise<void> {
  await access(path).catch((cause: unknown) => {
    throw new AppError("file_unreadable", `There is no file ${path}, or it cannot be read.`, {
      cause,
    });
  });
}
