import { invalid } from "../domain/errors.ts";

/**
 * What a Markdown file says of itself: the front matter has the fields of the REST API, the body is
 * the content. Its attachments are named beside them (see `attachmentsOf`). Without a title in the front matter, the first heading of level one is the title.
 * @throws AppError `invalid_request`
 */
export function practiceFromFile(
  file: { readonly data: Readonly<Record<string, unknown>>; readonly body: string },
  audience: string | undefined,
): Record<string, unknown> {
  const { data } = file;
  const heading = /^\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|$)/.exec(file.body);
  const title = data["title"] ?? heading?.[1];
  if (title === undefined) {
    throw invalid({ title: "the file needs a title in its front matter, or a heading" });
  }
  const content =
    data["title"] === undefined && heading !== null
      ? file.body.slice(heading[0].length)
      : file.body;
  const { attachments: _, ...fields } = data;
  const wanted = audience?.split(",").map((atom) => atom.trim()) ?? list(data["audience"]);
  return {
    ...Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, asText(value)])),
    title: asText(title),
    content,
    ...(wanted === undefined ? {} : { audience: wanted }),
  };
}

/** `audience: public` is as good as `audience: [public]`. */
function list(value: unknown): unknown {
  return typeof value === "string" ? [value] : value;
}

/** YAML reads `2027-03-31` and `1984` as a date and a number; as a field both are text. */
function asText(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return typeof value === "number" ? String(value) : value;
}
