import { isPublic } from "../../domain/audience/audience.ts";
import type { Visible } from "../../domain/audience/policy.ts";
import { NOTE_LIMITS } from "../../domain/note.ts";
import type { Discussion } from "../../services/discussion.ts";
import { isOwnNote } from "../../services/own-notes.ts";
import type { PostRecord } from "../../services/records.ts";
import type { Frame } from "../frame.ts";
import { languageTag, text } from "../text.ts";
import { ActorLine, displayName } from "./actor-card.tsx";
import { Day } from "./day.tsx";
import { FormToken, PostButton } from "./form-fields.tsx";
import { PostBody } from "./post-body.tsx";

/** A reply that could not be taken, with what is wrong with it. */
export interface RefusedReply {
  readonly content: string;
  readonly problem: string;
}

interface DiscussionProps {
  readonly frame: Frame;
  readonly post: Visible<PostRecord>;
  readonly discussion: Discussion;
  readonly refused?: RefusedReply | undefined;
}

/** What was said below a practice or post; members also answer and favourite. */
export function DiscussionSection({ frame, post, discussion, refused }: DiscussionProps) {
  const { replies, favourited } = discussion;
  if (replies.length === 0 && frame.member === null) return null;
  return (
    <section class="discussion" id="discussion" aria-labelledby="discussion-title">
      <h2 id="discussion-title">{text.discussion.title}</h2>
      {frame.member === null ? null : (
        <FavouriteButton frame={frame} post={post} favourited={favourited.has(post.id)} />
      )}
      {replies.length === 0 ? (
        <p class="quiet">{text.discussion.empty}</p>
      ) : (
        <ol class="entries">
          {replies.map((reply) => (
            <li id={`reply-${reply.id}`}>
              <Reply
                frame={frame}
                reply={reply}
                answers={replies.find((other) => other.id === reply.inReplyToId)}
                favourited={favourited.has(reply.id)}
              />
            </li>
          ))}
        </ol>
      )}
      {discussion.next === null ? null : (
        <p>
          <a href={`${frame.path}?after=${discussion.next}#discussion`}>{text.discussion.more}</a>
        </p>
      )}
      {frame.member === null ? null : <ReplyForm frame={frame} post={post} refused={refused} />}
    </section>
  );
}

function Reply({
  frame,
  reply,
  answers,
  favourited,
}: {
  readonly frame: Frame;
  readonly reply: Visible<PostRecord>;
  /** the reply that it answers, where it is not the practice */
  readonly answers: Visible<PostRecord> | undefined;
  readonly favourited: boolean;
}) {
  const name = displayName(reply.authorActor);
  return (
    <article class="entry">
      <h3 class="visually-hidden">{text.discussion.replyBy(name)}</h3>
      <ActorLine actor={reply.authorActor} />
      {answers === undefined ? null : (
        <p class="small">
          <a href={`#reply-${answers.id}`}>
            {text.discussion.answers(displayName(answers.authorActor))}
          </a>
        </p>
      )}
      {reply.summary === "" ? null : (
        <p>
          <strong>{text.practice.contentWarning}</strong> {reply.summary}
        </p>
      )}
      <PostBody html={reply.contentHtml} language={languageTag(reply.language)} compact />
      <div class="meta">
        <Day date={reply.publishedAt} />
        {reply.favouritesCount === 0 ? null : (
          <span>{text.discussion.favourites(reply.favouritesCount)}</span>
        )}
      </div>
      {frame.member === null ? null : (
        <div class="actions">
          <FavouriteButton frame={frame} post={reply} favourited={favourited} />
          <a class="button plain" href={`/posts/${reply.id}#reply-form`}>
            {text.discussion.reply}
            <span class="visually-hidden"> – {text.discussion.replyBy(name)}</span>
          </a>
          {isOwnNote(reply, frame.member?.actorId ?? null) ? (
            <PostButton
              frame={frame}
              action={`/posts/${reply.id}/delete`}
              fields={{ back: frame.path }}
              label={text.discussion.delete}
              about={text.discussion.replyBy(name)}
              plain
            />
          ) : null}
        </div>
      )}
    </article>
  );
}

function FavouriteButton({
  frame,
  post,
  favourited,
}: {
  readonly frame: Frame;
  readonly post: Visible<PostRecord>;
  readonly favourited: boolean;
}) {
  return (
    <PostButton
      frame={frame}
      action={`/posts/${post.id}/${favourited ? "unfavourite" : "favourite"}`}
      fields={{ back: frame.path }}
      label={favourited ? text.discussion.unfavourite : text.discussion.favourite}
      about={post.title || text.discussion.replyBy(displayName(post.authorActor))}
      plain
    />
  );
}

function ReplyForm({
  frame,
  post,
  refused,
}: {
  readonly frame: Frame;
  readonly post: Visible<PostRecord>;
  readonly refused: RefusedReply | undefined;
}) {
  const described = refused === undefined ? "content-hint" : "content-hint content-problem";
  return (
    <form class="form" id="reply-form" method="post" action={`/posts/${post.id}/replies`}>
      <FormToken frame={frame} />
      <input type="hidden" name="back" value={frame.path} />
      <div class="field">
        <label for="content">{text.discussion.yourReply}</label>
        <p class="hint" id="content-hint">
          {isPublic(post.audience) ? text.discussion.openHint : text.discussion.closedHint}
        </p>
        {refused === undefined ? null : (
          <p class="problem" id="content-problem">
            {refused.problem}
          </p>
        )}
        <textarea
          id="content"
          name="content"
          rows={5}
          required
          maxlength={NOTE_LIMITS.characters}
          dir="auto"
          aria-describedby={described}
          aria-invalid={refused === undefined ? undefined : "true"}
        >
          {refused?.content ?? ""}
        </textarea>
      </div>
      <button class="button" type="submit">
        {text.discussion.send}
      </button>
    </form>
  );
}
