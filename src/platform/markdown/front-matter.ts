import { parseDocument } from "yaml";
import { AppError } from "../../domain/errors.ts";

interface FrontMatter {
  /** Plain values by key; empty when the document has no front matter. */
  data: Record<string, unknown>;
  /** The document without its front matter. */
  body: string;
}

/** Characters between the two `---` lines. */
const MAX_LENGTH = 32 * 1024;
const OPENING = /^\uFEFF?---[ \t]*\r?\n/;
const CLOSING = /^(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/m;

/**
 * Splits a Markdown file into its YAML front matter and its body.
 *
 * YAML 1.2 core schema: strings, numbers, booleans, null, lists, maps. No aliases, no tags, no dates
 * (they stay strings). Throws `front_matter_invalid`, naming the line of the file, when the front matter
 * does not end, is too long, is not valid YAML or is not a list of keys.
 */
export function parseFrontMatter(source: string): FrontMatter {
  const opening = OPENING.exec(source)?.[0];
  if (opening === undefined) return { data: {}, body: source };
  const rest = source.slice(opening.length);
  const closing = CLOSING.exec(rest);
  if (closing === null) throw invalid(1, "it begins with --- but never ends with ---");
  const yaml = rest.slice(0, closing.index);
  if (yaml.length > MAX_LENGTH) throw invalid(1, `it is longer than ${MAX_LENGTH} characters`);
  return { data: parseMap(yaml), body: rest.slice(closing.index + closing[0].length) };
}

function parseMap(yaml: string): Record<string, unknown> {
  const data = parseValue(yaml) ?? {};
  if (typeof data !== "object" || Array.isArray(data)) {
    throw invalid(2, "it must consist of lines like “title: Night-shift handover”");
  }
  return { ...data };
}

function parseValue(yaml: string): unknown {
  try {
    const document = parseDocument(yaml, { schema: "core", prettyErrors: true });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) {
      throw invalid((problem.linePos?.[0].line ?? 1) + 1, inPlainWords(problem.message), problem);
    }
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof AppError) throw error;
    // Aliases (a few lines can stand for gigabytes) and nesting without end arrive here.
    throw invalid(2, "it uses aliases (*name) or is nested too deeply", error);
  }
}

/** The first sentence of the parser's message, without the excerpt and position that follow it. */
function inPlainWords(message: string): string {
  const sentence = message.split("\n")[0] ?? "";
  return sentence.replace(/ at line \d+, column \d+:?$/, "");
}

function invalid(line: number, problem: string, cause?: unknown): AppError {
  return new AppError(
    "front_matter_invalid",
    `The front matter cannot be read (line ${line}): ${problem}.`,
    { cause, status: 422, details: { line: String(line) } },
  );
}
