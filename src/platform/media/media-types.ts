/** How a kind of file is treated: images are made anew, everything else is kept as it came. */
type MediaKind = "image" | "video" | "audio" | "document" | "text";

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
  { mediaType: "video/mp4", kind: "video", extensions: ["mp4", "m4v"] },
  { mediaType: "video/webm", kind: "video", extensions: ["webm"] },
  { mediaType: "video/quicktime", kind: "video", extensions: ["mov"] },
  { mediaType: "audio/mpeg", kind: "audio", extensions: ["mp3"] },
  { mediaType: "audio/ogg", kind: "audio", extensions: ["ogg", "oga", "opus"] },
  { mediaType: "audio/flac", kind: "audio", extensions: ["flac"] },
  { mediaType: "audio/wav", kind: "audio", extensions: ["wav"] },
  { mediaType: "audio/mp4", kind: "audio", extensions: ["m4a"] },
  { mediaType: "audio/aac", kind: "audio", extensions: ["aac"] },
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

/** Other names of accepted types, by which libraries and servers call them. */
const ALIASES: Readonly<Record<string, string>> = {
  // An animated PNG is a PNG to everybody else.
  "image/apng": "image/png",
  "video/x-m4v": "video/mp4",
  "audio/x-m4a": "audio/mp4",
  "audio/x-flac": "audio/flac",
  "audio/vnd.wave": "audio/wav",
  "audio/x-wav": "audio/wav",
  "audio/opus": "audio/ogg",
  "application/ogg": "audio/ogg",
};

/** The media types of all that is accepted. */
export function acceptedMediaTypes(): string[] {
  return FORMATS.map(({ mediaType }) => mediaType);
}

/** The accepted format of a media type; null when it is not accepted. */
export function formatOf(mediaType: string): MediaFormat | null {
  const [plain = ""] = mediaType.split(";");
  const name = ALIASES[plain] ?? plain;
  return FORMATS.find((format) => format.mediaType === name) ?? null;
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
