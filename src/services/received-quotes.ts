import { eq } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import type { Viewer } from "../domain/audience/policy.ts";
import { AppError } from "../domain/errors.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { JobPayloads } from "../jobs/registry.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { findPostById, findPostByIri, type PostRecord } from "../persistence/repositories/posts.ts";
import { quotes } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { handleFetchPost } from "./fetch-post.ts";
import { acceptQuote, endQuote, giveStamp, lockQuote } from "./quote-records.ts";
import { mayQuote } from "./quotes.ts";
import type { Outcome } from "./received-activities.ts";
import { tellAgain } from "./tell-again.ts";
import { revealPosts } from "./visibility.ts";

/** Somebody elsewhere asks to quote. */
export interface ReceivedQuoteRequest {
  readonly iri: string;
  /** the post to be quoted */
  readonly quoted: string;
  /** the post that quotes; on the asker's own server */
  readonly quoting: string;
}

/**
 * Somebody elsewhere asks to quote a post of ours. Who may gets a stamp, who may not is refused; for
 * whom the post is hidden there is no answer, as for what does not exist.
 */
export async function receiveQuoteRequest(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  request: ReceivedQuoteRequest,
): Promise<Outcome> {
  const quoted = await findPostByIri(tx, request.quoted);
  const viewer: Viewer = { kind: "remote", actor: actor.iri };
  const visible = quoted === null ? [] : await revealPosts(context, viewer, [quoted], tx);
  if (quoted === null || !quoted.local || visible.length === 0) return "ignored:unknown-object";
  const stamp = (await mayQuote(context, tx, actor, quoted))
    ? await giveStamp(context, tx, {
        quotedId: quoted.id,
        quotingIri: request.quoting,
        quotingActorId: actor.id,
      })
    : null;
  await answer(context, tx, { quoted, asker: actor, request }, stamp);
  if (stamp === null) return "ignored:refused";
  const quoting = await findPostByIri(tx, request.quoting);
  if (quoting === null) {
    await context.jobs.enqueue(tx, "fetch-post", { iri: request.quoting, depth: 0 });
    return "stored";
  }
  const quote = await lockQuote(tx, quoting.id);
  const isIt = quoting.authorId === actor.id && quote?.quotedIri === quoted.iri;
  if (isIt && quote.state === "pending") {
    await acceptQuote(context, tx, { quoting: quoting.id, quoted }, stamp);
  }
  return "stored";
}

async function answer(
  context: Context,
  tx: Transaction,
  {
    quoted,
    asker,
    request,
  }: {
    readonly quoted: PostRecord;
    readonly asker: ActorRecord;
    readonly request: ReceivedQuoteRequest;
  },
  stamp: string | null,
): Promise<void> {
  const iri = context.iris.activity(context.newKey());
  const asked = { ...request, actor: asker.iri, to: quoted.author };
  await recordActivity(context, tx, {
    iri,
    actorId: quoted.authorId,
    type: stamp === null ? "Reject" : "Accept",
    audience: [{ kind: "person", actor: asker.iri }],
    body: context.wire.answerQuote(iri, asked, stamp),
    to: [asker.id],
  });
}

/**
 * The author of a post that one of ours asked to quote answers. `stamp` is null for a no. Null when
 * `requestIri` is no such request: the answer is about something else.
 */
export async function receiveQuoteAnswer(
  context: Context,
  tx: Transaction,
  from: ActorRecord,
  { requestIri, stamp }: { readonly requestIri: string; readonly stamp: string | null | undefined },
): Promise<Outcome | null> {
  const [asked] = await tx.select().from(quotes).where(eq(quotes.requestIri, requestIri));
  if (asked === undefined) return null;
  const quoted = asked.quotedId === null ? null : await findPostById(tx, asked.quotedId);
  if (quoted === null || quoted.authorId !== from.id) return "ignored:not-theirs";
  const quote = await lockQuote(tx, asked.postId);
  if (quote === null) return "ignored:settled";
  if (stamp === null) {
    if (quote.state !== "pending" && quote.state !== "accepted") return "ignored:settled";
    await endQuote(tx, quote, quote.state === "pending" ? "rejected" : "revoked");
    await tellAgain(context, tx, quote.postId, [from.id]);
    return "stored";
  }
  if (quote.state !== "pending") return "ignored:settled";
  if (stamp === undefined || !isSameOrigin(stamp, from.iri)) return "ignored:no-stamp";
  await acceptQuote(context, tx, { quoting: quote.postId, quoted }, stamp);
  await tellAgain(context, tx, quote.postId, [from.id]);
  return "stored";
}

/** An author elsewhere takes a stamp back. Null when there is no quote by that stamp. */
export async function receiveStampTakenBack(
  context: Context,
  tx: Transaction,
  from: ActorRecord,
  stampIri: string,
): Promise<Outcome | null> {
  const rows = await tx.select().from(quotes).where(eq(quotes.approvalIri, stampIri)).for("update");
  if (rows.length === 0) return null;
  let outcome: Outcome = "ignored:not-theirs";
  for (const quote of rows) {
    const quoted = quote.quotedId === null ? null : await findPostById(tx, quote.quotedId);
    if (quoted === null || quoted.authorId !== from.id) continue;
    await endQuote(tx, quote, "revoked");
    await tellAgain(context, tx, quote.postId);
    outcome = "stored";
  }
  return outcome;
}

const FINAL = new Set(["remote_invalid", "remote_not_found", "remote_gone"]);

/**
 * Job: reads the stamp that a post from elsewhere names from the quoted author's own server. It counts
 * when that author says there that this post may quote that post; anything else leaves it unshown.
 */
export async function handleVerifyQuote(
  context: Context,
  { postId, stamp }: JobPayloads["verify-quote"],
): Promise<void> {
  const id = BigInt(postId);
  const { db } = context;
  const quoting = await findPostById(db, id);
  const [quote] = await db.select().from(quotes).where(eq(quotes.postId, id));
  if (quoting === null || quote === undefined || quote.state !== "pending") return;
  if (!isSameOrigin(stamp, quote.quotedIri)) return;
  const quoted = await findOrFetch(context, quote.quotedIri);
  if (quoted === null || quoted.local || !isPublic(quoted.audience)) return;
  const said = await readStamp(context, stamp);
  if (said === null || !isSameOrigin(stamp, quoted.author)) return;
  const isConsent =
    said.author === quoted.author && said.quoting === quoting.iri && said.quoted === quoted.iri;
  if (!isConsent) return;
  await db.transaction(async (tx) => {
    const now = await lockQuote(tx, id);
    if (now?.state !== "pending" || now.quotedIri !== quoted.iri) return;
    await acceptQuote(context, tx, { quoting: id, quoted }, stamp);
  });
}

async function findOrFetch(context: Context, iri: string): Promise<PostRecord | null> {
  const known = await findPostByIri(context.db, iri);
  if (known !== null) return known;
  await handleFetchPost(context, { iri, depth: 0 });
  return findPostByIri(context.db, iri);
}

async function readStamp(context: Context, iri: string) {
  try {
    return await context.remote.readQuoteStamp(iri);
  } catch (error) {
    if (error instanceof AppError && FINAL.has(error.code)) return null;
    throw error;
  }
}
