import type { Visible } from "../../domain/audience/policy.ts";
import { htmlToText } from "../../platform/html/text.ts";
import type { PostRecord } from "../../services/records.ts";
import { languageTag, text } from "../text.ts";
import { displayName } from "./actor-card.tsx";
import { postPath, postTitle } from "./post-link.ts";

const BEGINNING = 280;

/** What a post quotes: who said it, and how it begins. Nothing where there is none, or not for the reader. */
export function QuotedPost({ post }: { readonly post: Visible<PostRecord> | null }) {
  if (post === null) return null;
  const language = languageTag(post.language);
  const isCovered = post.title === "" && (post.summary !== "" || post.sensitive);
  const beginning = post.summary || (isCovered ? "" : htmlToText(post.contentHtml, BEGINNING));
  return (
    <blockquote class="quoted">
      <p class="small" dir="auto">
        {text.list.quoted(displayName(post.authorActor))}
      </p>
      <p>
        <a href={postPath(post)} lang={post.title === "" ? undefined : language} dir="auto">
          {postTitle(post)}
        </a>
      </p>
      {beginning === "" ? null : (
        <p lang={language} dir="auto">
          {isCovered ? `${text.practice.contentWarning} ` : ""}
          {beginning}
        </p>
      )}
    </blockquote>
  );
}
