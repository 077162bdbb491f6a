import type { Visible } from "../../domain/audience/policy.ts";
import { htmlToText } from "../../platform/html/text.ts";
import type { PostRecord } from "../../services/records.ts";
import { languageTag, text } from "../text.ts";
import { ActorLine, displayName } from "./actor-card.tsx";
import { Day } from "./day.tsx";
import { PostBody } from "./post-body.tsx";

/** The page of a post here: by its slug for our practices, by its id for everything else. */
function postPath(post: Visible<PostRecord>): string {
  const slug = post.practice?.slug ?? null;
  return slug === null ? `/posts/${post.id}` : `/practices/${slug}`;
}

/** What a post is called where its text is not shown. */
export function postTitle(post: Visible<PostRecord>): string {
  return post.title || text.list.untitled(displayName(post.authorActor));
}

interface PostListProps {
  readonly posts: readonly Visible<PostRecord>[];
  /** whether authors differ, and so are named */
  readonly named?: boolean;
  /** level of the entries' headings */
  readonly level: 2 | 3;
}

/** Practices and posts, one below the other. */
export function PostList({ posts, named = false, level }: PostListProps) {
  return (
    <ol class="entries">
      {posts.map((post) => (
        <li>
          <PostEntry post={post} named={named} level={level} />
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
}: {
  readonly post: Visible<PostRecord>;
  readonly named: boolean;
  readonly level: 2 | 3;
}) {
  const language = languageTag(post.language);
  return (
    <article class="entry">
      {named ? <ActorLine actor={post.authorActor} /> : null}
      {post.title === "" ? (
        <NoteEntry post={post} level={level} />
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

function NoteEntry({ post, level }: { readonly post: Visible<PostRecord>; readonly level: 2 | 3 }) {
  const language = languageTag(post.language);
  const long = post.contentHtml.length > NOTE_PREVIEW * 4;
  return (
    <>
      <Heading level={level} hidden>
        <a href={postPath(post)}>{postTitle(post)}</a>
      </Heading>
      {post.summary !== "" || post.sensitive ? (
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
