import { readFile, stat } from "node:fs/promises";
import { defineCommand } from "citty";
import { AppError } from "../../domain/errors.ts";
import { parseFrontMatter } from "../../platform/markdown/front-matter.ts";
import { warningsAbout } from "../../services/audience-preview.ts";
import { publishPractice } from "../../services/practices.ts";
import { readPractice } from "../../services/practice-input.ts";
import { uploadAttachments } from "../attachments.ts";
import { findEditor } from "../editor.ts";
import { practiceFromFile } from "../practice-file.ts";
import { COMMON, withInstance } from "../session.ts";

const LARGEST_FILE = 1024 * 1024;

const publish = defineCommand({
  meta: { name: "publish", description: "Publish a Markdown file as a practice" },
  args: {
    ...COMMON,
    file: { type: "positional", required: true, description: "Markdown, with front matter" },
    audience: {
      type: "string",
      description:
        "public, followers, members, partner:@bravo@bravo.example, circle:name, person:@bo@m.example; " +
        "several with commas; overrides the front matter",
    },
    editor: { type: "string", description: "Handle of the editor; default: the first admin" },
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const file = parseFrontMatter(await readText(args.file));
      const input = practiceFromFile(file, args.audience);
      const editor = await findEditor(context, args.editor);
      const given = await readPractice(context, input);
      const { data } = file;
      const mediaIds = await uploadAttachments(context, editor, { path: args.file, data });
      const practice = await publishPractice(context, editor, { ...given, mediaIds });
      const warnings = await warningsAbout(context, practice);
      output.answer(
        {
          id: practice.id.toString(),
          uri: practice.iri,
          url: practice.url,
          title: practice.title,
          revision: practice.revision,
          warnings,
        },
        [`Published "${practice.title}": ${practice.url}`, ...warnings].join("\n"),
      );
    }),
});

/** `praxis practice …` */
export const practice = defineCommand({
  meta: { name: "practice", description: "Publish practices" },
  subCommands: { publish },
});

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) {
      throw new AppError("file_too_large", `${path} is larger than 1 MiB.`);
    }
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const why = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw new AppError(
      "file_unreadable",
      why ? `There is no file ${path}.` : `${path} cannot be read.`,
      { cause },
    );
  }
}
