import { and, eq, isNotNull, isNull, lt, lte, ne, or } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import type { Viewer } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { Queryable, Transaction } from "../persistence/database.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { actors, members, polls, pollVotes } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { notifyAll } from "./notifications.ts";
import { tellAgain } from "./tell-again.ts";
import { revealPosts } from "./visibility.ts";

/** Votes of one minute are told together. */
const TELL_AFTER_SECONDS = 60;
/** Counts of polls elsewhere are not read more often. */
const REFRESH_AFTER_MS = 60_000;
const ENDED_AT_ONCE = 200;

/** Has the counts of a poll of ours told, once for all votes of a minute. */
export async function tellPollSoon(context: Context, tx: Transaction, postId: Id): Promise<void> {
  const payload = { postId: postId.toString() };
  await context.jobs.enqueue(tx, "tell-poll", payload, {
    startAfterSeconds: TELL_AFTER_SECONDS,
    once: payload.postId,
  });
}

/** Job: tells the counts of a poll of ours to those who have it and those who voted. */
export async function handleTellPoll(
  context: Context,
  { postId }: { readonly postId: string },
): Promise<void> {
  await context.db.transaction((tx) => tellPoll(context, tx, BigInt(postId)));
}

async function tellPoll(context: Context, tx: Transaction, postId: Id): Promise<void> {
  const voters = await tx
    .selectDistinct({ id: pollVotes.actorId })
    .from(pollVotes)
    .innerJoin(polls, eq(polls.id, pollVotes.pollId))
    .innerJoin(actors, eq(actors.id, pollVotes.actorId))
    .where(and(eq(polls.postId, postId), eq(actors.kind, "remote")));
  // Who voted in one that is not public had it by its audience, which brings the Update too.
  await tellAgain(
    context,
    tx,
    postId,
    voters.map(({ id }) => id),
  );
}

/** Has the counts of a poll elsewhere read again, if nobody did for a minute. Of public ones only. */
export async function refreshPoll(context: Context, post: PostRecord): Promise<void> {
  if (post.local || !isPublic(post.audience)) return;
  const now = context.now();
  const old = new Date(now.getTime() - REFRESH_AFTER_MS);
  await context.db.transaction(async (tx) => {
    const due = await tx
      .update(polls)
      .set({ fetchedAt: now })
      .where(
        and(
          eq(polls.postId, post.id),
          or(isNull(polls.fetchedAt), lt(polls.fetchedAt, old)),
          // Nothing changes any more once it was read after its end.
          or(
            isNull(polls.expiresAt),
            isNull(polls.fetchedAt),
            lte(polls.fetchedAt, polls.expiresAt),
          ),
        ),
      )
      .returning({ id: polls.id });
    if (due.length === 0) return;
    const payload = { iri: post.iri, depth: 0 };
    await context.jobs.enqueue(tx, "fetch-post", payload, { once: post.iri });
  });
}

/** Job: closes the polls whose time has come, and tells those who took part. */
export async function endPolls(context: Context): Promise<void> {
  const due = await context.db
    .select({ id: polls.id })
    .from(polls)
    .where(
      and(isNull(polls.closedAt), isNotNull(polls.expiresAt), lte(polls.expiresAt, context.now())),
    )
    .orderBy(polls.expiresAt)
    .limit(ENDED_AT_ONCE);
  for (const { id } of due) await context.db.transaction((tx) => endPoll(context, tx, id));
}

async function endPoll(context: Context, tx: Transaction, id: Id): Promise<void> {
  const [poll] = await tx
    .update(polls)
    .set({ closedAt: context.now() })
    .where(and(eq(polls.id, id), isNull(polls.closedAt)))
    .returning({ postId: polls.postId });
  const post = poll === undefined ? null : await findPostById(tx, poll.postId);
  if (post === null) return;
  if (post.local) await tellPoll(context, tx, post.id);
  const told = await whoIsTold(context, tx, id, post);
  await notifyAll(
    context,
    tx,
    told.map((recipientId) => ({
      type: "poll",
      recipientId,
      fromId: post.authorId,
      postId: post.id,
    })),
  );
}

/** Our actors who asked or voted, as far as they may still see the poll. */
async function whoIsTold(
  context: Context,
  tx: Transaction,
  pollId: Id,
  post: PostRecord,
): Promise<Id[]> {
  const voters = await ownVoters(tx, pollId);
  const told = post.local ? [post.authorId] : [];
  for (const { id, iri, kind, role } of voters) {
    const seenBy: Viewer = {
      kind: "local",
      actor: iri,
      role: kind === "organization" ? "editor" : (role ?? "reader"),
    };
    if ((await revealPosts(context, seenBy, [post], tx)).length > 0) told.push(id);
  }
  return told;
}

function ownVoters(db: Queryable, pollId: Id) {
  return db
    .selectDistinct({ id: actors.id, iri: actors.iri, kind: actors.kind, role: members.role })
    .from(pollVotes)
    .innerJoin(actors, eq(actors.id, pollVotes.actorId))
    .leftJoin(members, eq(members.actorId, actors.id))
    .where(and(eq(pollVotes.pollId, pollId), ne(actors.kind, "remote")));
}
