import { isPublic } from "../../domain/audience/audience.ts";
import type { Visible } from "../../domain/audience/policy.ts";
import { safeHref } from "../../platform/html/link.ts";
import { htmlToText } from "../../platform/html/text.ts";
import { mayRelease } from "../../services/audience-check.ts";
import type { PostRecord } from "../../services/records.ts";
import { ActorLine, displayName } from "../components/actor-card.tsx";
import { DisclosureList } from "../components/disclosure-list.tsx";
import { DiscussionSection, type RefusedReply } from "../components/discussion.tsx";
import { Day } from "../components/day.tsx";
import { PollOptions } from "../components/poll-options.tsx";
import { PostBody } from "../components/post-body.tsx";
import { postTitle } from "../components/post-link.ts";
import { QuotedPost } from "../components/quoted-post.tsx";
import { PracticeFacts } from "../components/practice-facts.tsx";
import { RevisionHistory } from "../components/revision-history.tsx";
import type { Frame } from "../frame.ts";
import type { PostView } from "../post-view.ts";
import { languageTag, text } from "../text.ts";

/** A practice or post, with what there is to know about it. */
export function PracticePage({
  frame,
  view,
  refused,
}: {
  readonly frame: Frame;
  readonly view: PostView;
  readonly refused?: RefusedReply | undefined;
}) {
  const { post } = view;
  // What is shared with a guest is the practice, not the organization's other pages, nor how it came about.
  const forGuest = frame.viewer.kind === "remote" && !isPublic(post.audience);
  const language = languageTag(post.language);
  const shownSummary = repeatsBeginning(post.summary, post.contentHtml) ? "" : post.summary;
  return (
    <article class="practice">
      <header class="intro">
        {isPublic(post.audience) ? null : <p class="notice">{text.practice.notInPublic}</p>}
        <p class="kicker">
          {post.practice === null ? null : (
            <span class="kind">{text.kinds[post.practice.kind]}</span>
          )}
          {post.label === null ? null : <span class="tag">{post.label}</span>}
        </p>
        <h1 lang={post.title === "" ? undefined : language} dir="auto">
          {postTitle(post)}
        </h1>
        {shownSummary === "" ? null : (
          <p class="lead" lang={language} dir="auto">
            {post.title === "" ? `${text.practice.contentWarning} ` : ""}
            {shownSummary}
          </p>
        )}
        <ActorLine actor={post.authorActor} />
        <p class="meta">
          <span>
            {text.practice.published} <Day date={post.publishedAt} />
          </span>
          {post.editedAt === null ? null : (
            <span>
              {text.practice.updated} <Day date={post.editedAt} />
            </span>
          )}
          {post.practice === null || !post.local ? null : (
            <span>{text.practice.revision(post.revision)}</span>
          )}
        </p>
        <EditLinks frame={frame} post={post} />
        {post.inReplyToIri === null ? null : (
          <p class="small">
            <a href={safeHref(post.inReplyToIri)} rel="noopener noreferrer nofollow">
              {text.practice.inReplyTo}
            </a>
          </p>
        )}
        {post.local ? null : (
          <p class="small">
            <a href={safeHref(post.url)} rel="noopener noreferrer nofollow">
              {text.practice.original(post.authorActor.host)}
            </a>
          </p>
        )}
      </header>
      <PostBody html={post.contentHtml} language={language} />
      <PollOptions poll={view.poll} />
      <QuotedPost post={view.quoted} />
      <PracticeFacts
        view={view}
        showAudience={frame.member !== null && post.local}
        links={!forGuest}
      />
      <RevisionHistory revisions={forGuest ? [] : view.revisions} />
      <DisclosureList lines={view.disclosures} />
      <DiscussionSection frame={frame} post={post} discussion={view.discussion} refused={refused} />
    </article>
  );
}

/** For those who may release what they would change: editors, and authors for our own members. */
function EditLinks({
  frame: { member },
  post,
}: {
  readonly frame: Frame;
  readonly post: Visible<PostRecord>;
}) {
  const mayEdit =
    member !== null && post.local && post.practice !== null && mayRelease(member, post.audience);
  if (!mayEdit) return null;
  const path = new URL(post.url).pathname;
  return (
    <p class="actions">
      <a class="button plain" href={`${path}/edit`}>
        {text.publishing.write.revise}
      </a>
      <a class="button plain" href={`${path}/withdraw`}>
        {text.publishing.write.withdraw}
      </a>
    </p>
  );
}

/** Whether the summary is only the beginning of the text, as one that was made from it is. */
function repeatsBeginning(summary: string, html: string): boolean {
  const start = normalize(summary.replace(/…$/, ""));
  return start !== "" && normalize(htmlToText(html, summary.length + 400)).startsWith(start);
}

function normalize(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** Title of the browser's tab. */
export function practiceTitle(post: Visible<PostRecord>): string {
  return post.title || `${displayName(post.authorActor)}: ${htmlToText(post.contentHtml, 60)}`;
}
