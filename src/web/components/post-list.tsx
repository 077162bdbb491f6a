import type { Visible } from "../../domain/audience/policy.ts";
import { htmlToText } from "../../platform/html/text.ts";
import type { PostRecord } from "../../services/records.ts";
import { languageTag, text } from "../text.ts";
import type { ShownParts } from "../shown-parts.ts";
import { ActorLine } from "./actor-card.tsx";
import { Day } from "./day.tsx";
import { PollOptions } from "./poll-options.tsx";
import { PostBody } from "./post-body.tsx";
import { postPath, postTitle } from "./post-link.ts";
import { QuotedPost } from "./quoted-post.tsx";

interface PostListProps {
  readonly posts: readonly Visible<PostRecord>[];
  /** whether authors differ, and so are named */
  readonly named?: boolean;
  /** level of the entries' headings */
  readonly level: 2 | 3;
  /** polls and quotes among them */
  readonly parts?: ShownParts;
}

/** Practices and posts, one below the other. */
export function PostList({ posts, named = false, level, parts }: PostListProps) {
  return (
    <ol class="entries">
      {posts.map((post) => (
        <li>
          <PostEntry post={post} named={named} level={level} parts={parts} />
        </li>
      ))}
    </ol>
  );
}

const NOTE_PREVIEW = 1500;

function PostEntry({
  post,
  named,
  level,
  parts,
}: {
  readonly post: Visible<PostRecord>;
  readonly named: boolean;
  readonly level: 2 | 3;
  readonly parts: ShownParts | undefined;
}) {
  const language = languageTag(post.language);
  return (
    <article class="entry">
      {named ? <ActorLine actor={post.authorActor} /> : null}
      {post.title === "" ? (
        <NoteEntry post={post} level={level} parts={parts} />
      ) : (
        <>
          <Heading level={level}>
            <a href={postPath(post)} lang={language} dir="auto">
              {post.title}
            </a>
          </Heading>
          {post.summary === "" ? null : (
            <p class="summary" lang={language} dir="auto">
              {post.summary}
            </p>
          )}
        </>
      )}
      <EntryMeta post={post} />
    </article>
  );
}

function NoteEntry({
  post,
  level,
  parts,
}: {
  readonly post: Visible<PostRecord>;
  readonly level: 2 | 3;
  readonly parts: ShownParts | undefined;
}) {
  const language = languageTag(post.language);
  const isCovered = post.summary !== "" || post.sensitive;
  const long = post.contentHtml.length > NOTE_PREVIEW * 4;
  return (
    <>
      <Heading level={level} hidden>
        <a href={postPath(post)}>{postTitle(post)}</a>
      </Heading>
      {isCovered ? (
        <p>
          <strong>{text.practice.contentWarning}</strong>{" "}
          <a href={postPath(post)} lang={language} dir="auto">
            {post.summary || text.list.read}
          </a>
        </p>
      ) : long ? (
        <p class="summary" lang={language} dir="auto">
          {htmlToText(post.contentHtml, NOTE_PREVIEW)}
        </p>
      ) : (
        <PostBody html={post.contentHtml} language={language} compact />
      )}
      {isCovered ? null : (
        <>
          <PollOptions poll={parts?.polls.get(post.id) ?? null} />
          <QuotedPost post={parts?.quoted.get(post.id) ?? null} />
        </>
      )}
    </>
  );
}

function EntryMeta({ post }: { readonly post: Visible<PostRecord> }) {
  const { practice } = post;
  return (
    <div class="meta">
      {practice === null ? null : <span class="kind">{text.kinds[practice.kind]}</span>}
      {post.title === "" ? (
        <a href={postPath(post)}>
          <Day date={post.publishedAt} />
        </a>
      ) : (
        <Day date={post.publishedAt} />
      )}
      {practice?.topics.slice(0, 4).map((topic) => (
        <span>#{topic}</span>
      ))}
    </div>
  );
}

function Heading({
  level,
  hidden = false,
  children,
}: {
  readonly level: 2 | 3;
  readonly hidden?: boolean;
  readonly children?: unknown;
}) {
  const classes = hidden ? "visually-hidden" : undefined;
  return level === 2 ? <h2 class={classes}>{children}</h2> : <h3 class={classes}>{children}</h3>;
}
