import { z } from "zod";
import { invalid } from "../../domain/errors.ts";
import { readField, readMultipart } from "../../platform/http/multipart.ts";
import { nest, readParams, type Param } from "../../platform/http/request-params.ts";
import { languageTag } from "../../services/compose.ts";
import type { Context } from "../../services/context.ts";
import type { ProfileChanges } from "../../services/profile-input.ts";
import {
  MOST_PICTURE_BYTES,
  receivePicture,
  removePicture,
  type PictureKind,
} from "../../services/profile-pictures.ts";
import { flag, list, optional, text } from "./fields.ts";
import { parseInput } from "./params.ts";

/** Two pictures and what is said beside them. */
const MOST_BYTES = 2 * MOST_PICTURE_BYTES + 256 * 1024;

/** A text that may be emptied. */
const line = z.preprocess((value) => value ?? undefined, text(20_000).optional());

const FIELD = z.object({ name: line, value: line });

const PROFILE = z.object({
  display_name: line,
  note: line,
  avatar_description: line,
  header_description: line,
  locked: optional(flag),
  bot: optional(flag),
  discoverable: optional(flag),
  indexable: optional(flag),
  hide_collections: optional(flag),
  show_media: optional(flag),
  show_media_replies: optional(flag),
  show_featured: optional(flag),
  attribution_domains: list(text(255), 100).optional(),
  fields_attributes: list(FIELD, 100).optional(),
  source: z
    .object({
      privacy: optional(z.enum(["public", "unlisted", "private", "direct"])),
      sensitive: optional(flag),
      language: z.union([text(35), z.null()]).optional(),
      quote_policy: optional(z.enum(["public", "followers", "nobody"])),
    })
    .optional(),
});

/**
 * Reads how a client changes a profile, in any encoding, and takes in the pictures that come with it;
 * `apply` then carries it out. When anything is wrong, no picture is kept.
 * @throws AppError `invalid_request` and what reading a request throws
 */
export async function withProfileForm<Result>(
  context: Context,
  request: Request,
  apply: (changes: ProfileChanges) => Promise<Result>,
): Promise<Result> {
  const pictures: { [Kind in PictureKind]?: string } = {};
  try {
    const params = await readForm(context, request, pictures);
    return await apply({ ...changesIn(parseInput(PROFILE, params)), ...pictures });
  } catch (error) {
    for (const url of Object.values(pictures)) await removePicture(context, url);
    throw error;
  }
}

async function readForm(
  context: Context,
  request: Request,
  pictures: { [Kind in PictureKind]?: string },
): Promise<Record<string, Param>> {
  const type = request.headers.get("Content-Type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type) || request.body === null) return readParams(request);
  const entries: [string, string][] = [];
  for await (const part of readMultipart(request.body, type, MOST_BYTES)) {
    const { name, fileName, body } = part;
    if (fileName === null) entries.push([name, await readField(part)]);
    else if (isPicture(name) && fileName !== "") {
      if (pictures[name] !== undefined) throw invalid({ [name]: "one picture" });
      pictures[name] = await receivePicture(context, name, { fileName, source: body });
    }
  }
  return { ...nest([...new URL(request.url).searchParams]), ...nest(entries) };
}

function isPicture(name: string): name is PictureKind {
  return name === "avatar" || name === "header";
}

function changesIn(input: z.output<typeof PROFILE>): ProfileChanges {
  const { source } = input;
  return {
    displayName: input.display_name,
    note: input.note,
    avatarDescription: input.avatar_description,
    headerDescription: input.header_description,
    locked: input.locked,
    bot: input.bot,
    discoverable: input.discoverable,
    indexable: input.indexable,
    hidesCollections: input.hide_collections,
    showsMedia: input.show_media,
    showsMediaOfReplies: input.show_media_replies,
    showsFeatured: input.show_featured,
    attributionDomains: input.attribution_domains?.filter((domain) => domain.trim() !== ""),
    fields: input.fields_attributes?.map(({ name, value }) => ({
      name: name ?? "",
      value: value ?? "",
    })),
    visibility: source?.privacy,
    sensitive: source?.sensitive,
    quotePolicy: source?.quote_policy,
    language: languageIn(source?.language),
  };
}

/** Empty = as the client's. @throws AppError `invalid_request` */
function languageIn(given: string | null | undefined): string | null | undefined {
  if (given === undefined) return undefined;
  if (given === null || given === "") return null;
  const tag = languageTag(given);
  if (tag === null) throw invalid({ "source.language": "a language tag such as en" });
  return tag;
}
