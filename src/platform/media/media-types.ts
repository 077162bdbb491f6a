/** How a kind of file is treated: images are made anew, everything else is kept as it came. */
type MediaKind = "image" | "document" | "text";

/** Of an image, all frames together: 50 megapixels decode into at most 200 MB. */
export const MAX_PIXELS = 50_000_000;

/** A kind of file that members may attach. */
export interface MediaFormat {
  readonly mediaType: string;
  readonly kind: MediaKind;
  /** the first one is given to names that have another */
  readonly extensions: readonly string[];
}

const OOXML = "application/vnd.openxmlformats-officedocument";
const ODF = "application/vnd.oasis.opendocument";

/** All that is accepted. SVG and HTML are not: they are programs. Nor are macros and old Office files. */
const FORMATS: readonly MediaFormat[] = [
  { mediaType: "image/png", kind: "image", extensions: ["png"] },
  { mediaType: "image/jpeg", kind: "image", extensions: ["jpg", "jpeg", "jpe", "jfif"] },
  { mediaType: "image/webp", kind: "image", extensions: ["webp"] },
  { mediaType: "image/gif", kind: "image", extensions: ["gif"] },
  { mediaType: "image/avif", kind: "image", extensions: ["avif"] },
  { mediaType: "application/pdf", kind: "document", extensions: ["pdf"] },
  { mediaType: `${OOXML}.wordprocessingml.document`, kind: "document", extensions: ["docx"] },
  { mediaType: `${OOXML}.spreadsheetml.sheet`, kind: "document", extensions: ["xlsx"] },
  { mediaType: `${OOXML}.presentationml.presentation`, kind: "document", extensions: ["pptx"] },
  { mediaType: `${ODF}.text`, kind: "document", extensions: ["odt"] },
  { mediaType: `${ODF}.spreadsheet`, kind: "document", extensions: ["ods"] },
  { mediaType: `${ODF}.presentation`, kind: "document", extensions: ["odp"] },
  { mediaType: "text/csv", kind: "text", extensions: ["csv"] },
  { mediaType: "text/markdown", kind: "text", extensions: ["md", "markdown"] },
  { mediaType: "text/plain", kind: "text", extensions: ["txt", "text", "log"] },
];

/** The media types of all that is accepted. */
export function acceptedMediaTypes(): string[] {
  return FORMATS.map(({ mediaType }) => mediaType);
}

/** The accepted format of a media type; null when it is not accepted. */
export function formatOf(mediaType: string): MediaFormat | null {
  return FORMATS.find((format) => format.mediaType === mediaType) ?? null;
}

/** Texts do not say what they are: their name tells CSV and Markdown from plain text. */
export function textFormatFor(fileName: string): MediaFormat {
  const extension = extensionOf(fileName);
  const texts = FORMATS.filter((format) => format.kind === "text");
  const named = texts.find((format) => format.extensions.includes(extension));
  return named ?? { mediaType: "text/plain", kind: "text", extensions: ["txt", "text", "log"] };
}

/** The last part of a file name, in lower case; empty when it has none. */
export function extensionOf(fileName: string): string {
  return /\.([^.]{1,16})$/.exec(fileName)?.[1]?.toLowerCase() ?? "";
}
