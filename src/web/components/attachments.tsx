import { safeHref } from "../../platform/html/link.ts";
import type { ShownAttachment } from "../../services/attachment-links.ts";
import { mediaTypeName, sizeInWords } from "../text.ts";

/** The files of a post: own ones from here, others through here, so that nobody else learns who reads. */
export function Attachments({ files }: { readonly files: readonly ShownAttachment[] }) {
  return (
    <ul class="attachments">
      {files.map((file) => (
        <li>
          <Preview file={file} />
          <a href={file.path ?? safeHref(file.url)} rel="noopener noreferrer nofollow" dir="auto">
            {file.name || fileName(file.url)}
          </a>
          <span class="quiet small"> {about(file)}</span>
          {file.description === undefined ? null : (
            <p class="small" dir="auto">
              {file.description}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

/** An image is shown if it comes from here: pages load nothing from elsewhere. */
function Preview({ file }: { readonly file: ShownAttachment }) {
  const isImage = file.mediaType?.startsWith("image/") === true;
  if (!isImage || file.path === null) return null;
  const isOwn = new URL(file.url).pathname === file.path;
  return (
    <a href={file.path} tabindex={-1} aria-hidden="true">
      <img
        src={isOwn ? `${file.path}?thumbnail` : file.path}
        alt=""
        width={file.width ?? undefined}
        height={file.height ?? undefined}
        loading="lazy"
      />
    </a>
  );
}

function about({ mediaType, bytes }: ShownAttachment): string {
  const facts = [
    mediaType === null ? "" : mediaTypeName(mediaType),
    bytes === undefined ? "" : sizeInWords(bytes),
  ].filter((fact) => fact !== "");
  return facts.length === 0 ? "" : `(${facts.join(", ")})`;
}

function fileName(url: string): string {
  return URL.parse(url)?.pathname.split("/").at(-1) || url;
}
