import { and, eq, sql } from "drizzle-orm";
import type { Viewer, Visible } from "../domain/audience/policy.ts";
import { AppError, invalid, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Queryable, Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PollRecord } from "../persistence/repositories/post-parts.ts";
import { findPostById, findPostByIri, type PostRecord } from "../persistence/repositories/posts.ts";
import { polls, pollVotes } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { refreshPoll, tellPollSoon } from "./poll-updates.ts";
import { isOver } from "./poll-views.ts";
import type { Outcome } from "./received-activities.ts";
import { getVisiblePost, revealPosts } from "./visibility.ts";

/**
 * The question with that poll, for whoever may see it. What is known of a poll elsewhere is read again
 * from there in the background, now and then.
 * @throws AppError `not_found`
 */
export async function getPoll(
  context: Context,
  viewer: Viewer,
  pollId: Id,
): Promise<Visible<PostRecord>> {
  const post = await findQuestion(context, viewer, pollId);
  await refreshPoll(context, post);
  return post;
}

async function findQuestion(
  context: Context,
  viewer: Viewer,
  pollId: Id,
): Promise<Visible<PostRecord>> {
  const post = await getVisiblePost(context, viewer, async (db) => {
    const [row] = await db.select({ postId: polls.postId }).from(polls).where(eq(polls.id, pollId));
    return findPostById(db, row?.postId ?? 0n);
  });
  if (!post.local && viewer.kind === "anonymous") throw notFound();
  return post;
}

/**
 * Votes in a poll, once. The author of one elsewhere is told, and nobody else.
 * @throws AppError `not_found`, `invalid_request`, `vote_refused`
 */
export async function vote(
  context: Context,
  { actor, viewer }: Acting,
  pollId: Id,
  choices: readonly number[],
): Promise<Visible<PostRecord>> {
  const post = await findQuestion(context, viewer, pollId);
  if (post.authorId === actor.id) throw refused("You can't vote in your own poll.");
  await context.db.transaction(async (tx) => {
    const poll = await lockPoll(tx, post.id);
    if (poll === null) throw notFound();
    if (isOver(poll, context.now())) throw refused("The poll has already ended.");
    checkChoices(poll, choices);
    if ((await countVotes(tx, poll, actor)) > 0) {
      throw refused("You have already voted in this poll.");
    }
    const votes = choices.map((choice) => ({ choice, iri: context.iris.post(context.newKey()) }));
    await castVotes(tx, poll, actor, votes, { isFirst: true });
    if (post.local) {
      await announceChange(tx, `document:${post.iri}`);
      await tellPollSoon(context, tx, post.id);
      return;
    }
    for (const { choice, iri } of votes)
      await sendVote(context, tx, actor, post, poll, choice, iri);
  });
  return findQuestion(context, viewer, pollId);
}

function checkChoices({ options, multiple }: PollRecord, choices: readonly number[]): void {
  if (choices.length === 0) throw invalid({ choices: "at least one" });
  if (choices.some((choice) => choice < 0 || choice >= options.length)) {
    throw invalid({ choices: "positions of options, from 0" });
  }
  if (new Set(choices).size < choices.length) throw invalid({ choices: "each only once" });
  if (!multiple && choices.length > 1) throw invalid({ choices: "only one in this poll" });
}

async function sendVote(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  post: PostRecord,
  poll: PollRecord,
  choice: number,
  iri: string,
): Promise<void> {
  const activityIri = context.iris.activity(context.newKey());
  const title = poll.options[choice]?.title ?? "";
  const said = { iri, actor: actor.iri, to: post.author, poll: post.iri, title };
  await recordActivity(context, tx, {
    iri: activityIri,
    actorId: actor.id,
    type: "Create",
    audience: [{ kind: "person", actor: post.author }],
    body: context.wire.vote(activityIri, said),
    to: [post.authorId],
  });
}

/** A vote as it arrives: a note that is nothing but a name. */
export interface ReceivedVote {
  readonly iri: string;
  /** IRI of the question */
  readonly poll: string;
  /** of the option */
  readonly title: string;
}

/**
 * Somebody elsewhere votes in a poll of ours. It counts once, from those who may see the poll, as long
 * as it is open; the note is not kept.
 */
export async function receiveVote(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  { iri, poll: pollIri, title }: ReceivedVote,
): Promise<Outcome> {
  const post = await findPostByIri(tx, pollIri);
  if (post === null || !post.local) return "ignored:unknown-object";
  const viewer: Viewer = { kind: "remote", actor: actor.iri };
  if ((await revealPosts(context, viewer, [post], tx)).length === 0)
    return "ignored:unknown-object";
  const poll = await lockPoll(tx, post.id);
  if (poll === null) return "ignored:unknown-object";
  if (isOver(poll, context.now())) return "ignored:poll-ended";
  const choice = poll.options.findIndex((option) => option.title === title);
  if (choice < 0) return "ignored:unknown-option";
  const before = await countVotes(tx, poll, actor);
  if (before > 0 && !poll.multiple) return "ignored:repeated";
  if (!(await castVotes(tx, poll, actor, [{ choice, iri }], { isFirst: before === 0 }))) {
    return "ignored:repeated";
  }
  await announceChange(tx, `document:${post.iri}`);
  await tellPollSoon(context, tx, post.id);
  return "stored";
}

/** Until the end of the transaction nobody else votes. */
async function lockPoll(tx: Transaction, postId: Id): Promise<PollRecord | null> {
  const [poll] = await tx.select().from(polls).where(eq(polls.postId, postId)).for("update");
  return poll ?? null;
}

async function countVotes(db: Queryable, poll: PollRecord, actor: ActorRecord): Promise<number> {
  const [row] = await db
    .select({ votes: sql<number>`count(*)::int` })
    .from(pollVotes)
    .where(and(eq(pollVotes.pollId, poll.id), eq(pollVotes.actorId, actor.id)));
  return row?.votes ?? 0;
}

/** Stores and counts; false, and nothing, when one of the votes is there already. */
async function castVotes(
  tx: Transaction,
  poll: PollRecord,
  actor: ActorRecord,
  votes: readonly { readonly choice: number; readonly iri: string }[],
  { isFirst }: { readonly isFirst: boolean },
): Promise<boolean> {
  const stored = await tx
    .insert(pollVotes)
    .values(votes.map((one) => ({ ...one, pollId: poll.id, actorId: actor.id })))
    .onConflictDoNothing()
    .returning({ choice: pollVotes.choice });
  if (stored.length === 0) return false;
  const chosen = new Set(stored.map(({ choice }) => choice));
  const options = poll.options.map((option, position) =>
    chosen.has(position) ? { ...option, votes: option.votes + 1 } : option,
  );
  const { votersCount } = poll;
  await tx
    .update(polls)
    .set({ options, votersCount: votersCount === null || !isFirst ? votersCount : votersCount + 1 })
    .where(eq(polls.id, poll.id));
  return true;
}

function refused(sentence: string): AppError {
  return new AppError("vote_refused", `Validation failed: ${sentence}`, { status: 422 });
}
