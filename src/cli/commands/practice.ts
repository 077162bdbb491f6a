import { readFile, stat } from "node:fs/promises";
import { defineCommand } from "citty";
import { AppError } from "../../domain/errors.ts";
import { parseFrontMatter } from "../../platform/markdown/front-matter.ts";
import { getMember, listMembers } from "../../services/members.ts";
import type { Context } from "../../services/context.ts";
import { publishPractice } from "../../services/practices.ts";
import { readPractice } from "../../services/practice-input.ts";
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
      description: "public or followers; overrides the front matter; several with commas",
    },
    editor: { type: "string", description: "Handle of the editor; default: the first admin" },
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const input = practiceFromFile(parseFrontMatter(await readText(args.file)), args.audience);
      const editor = await findEditor(context, args.editor);
      const practice = await publishPractice(context, editor, readPractice(input));
      output.answer(
        {
          id: practice.id.toString(),
          uri: practice.iri,
          url: practice.url,
          title: practice.title,
          revision: practice.revision,
        },
        `Published "${practice.title}": ${practice.url}`,
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

async function findEditor(context: Context, handle: string | undefined) {
  if (handle !== undefined) return getMember(context, handle);
  const admin = (await listMembers(context)).find(
    (found) => found.role === "admin" && found.suspendedAt === null,
  );
  if (admin !== undefined) return admin;
  throw new AppError("not_set_up", "This instance has not been set up yet: run praxis setup.");
}
