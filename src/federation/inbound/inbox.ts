import { AppError } from "../../domain/errors.ts";
import { logger } from "../../platform/logging.ts";
import type { Context } from "../../services/context.ts";
import { findOwnActor } from "../../services/outbox.ts";
import { receiveOnce } from "../../services/received-activities.ts";
import { ensureActor } from "../../services/remote-actors.ts";
import { askWhetherGone, readForwardedPost, refreshSoon } from "../../services/unverified.ts";
import { iriOf, type WireRules } from "../remote/wire-values.ts";
import { accepted, busy, refused, Refused } from "./answer.ts";
import { handlerOf } from "./dispatch.ts";
import { guard } from "./guard.ts";
import { readActivity, type IncomingActivity } from "./incoming-activity.ts";
import { isDatabaseBusy, isDataRefused } from "./database-failure.ts";
import { parseBody, readBody } from "./read-body.ts";
import { refuseByActor, refuseByKey } from "./refused-origins.ts";
import { createSlots } from "./slots.ts";
import { createVerifier, type Verifier } from "./verify.ts";

/** Receives a delivery; `inboxOwner` is one of our actors, or null for the shared inbox. */
export type Inbox = (request: Request, inboxOwner: string | null) => Promise<Response>;

const log = logger("inbox");

/** Deliveries whose bodies are being read; each may hold 1 MiB. */
const MAX_READING = 256;
/** Deliveries that are being checked and stored; the database serves some ten of them at once. */
const MAX_WORKING = 64;
const MAX_WAITING = 512;

/**
 * The one way in, for all inboxes: body → signature → guard → handler → one transaction. Which
 * inbox it came by makes no difference to what an activity does. Answers 202 or refuses with one
 * line of text; nothing is remembered of what was refused.
 */
export function createInbox(context: Context): Inbox {
  const rules: WireRules = { allowHttp: context.config.allowPrivateNetwork };
  const verify = createVerifier(context);
  const reading = createSlots(MAX_READING, 0);
  const working = createSlots(MAX_WORKING, MAX_WAITING);

  async function receive(request: Request, inboxOwner: string | null): Promise<void> {
    if (request.method !== "POST") {
      throw new Refused(405, "Only POST is possible here.", { Allow: "POST" });
    }
    if (inboxOwner !== null && (await findOwnActor(context, inboxOwner)) === null) {
      throw new Refused(404, "There is no such inbox.");
    }
    await refuseByKey(context, request);
    const body = await reading.run(() => readBody(request));
    const activity = readActivity(parseBody(body), rules);
    await refuseByActor(context, activity.actor);
    await working.run(() => process(context, rules, verify, { request, body, activity }));
  }

  return async (request, inboxOwner) => {
    try {
      await receive(request, inboxOwner);
      return accepted();
    } catch (error) {
      return answerFailure(error);
    }
  };
}

interface Delivery {
  readonly request: Request;
  readonly body: Buffer;
  readonly activity: IncomingActivity;
}

async function process(
  context: Context,
  rules: WireRules,
  verify: Verifier,
  { request, body, activity }: Delivery,
): Promise<void> {
  const signer = await verify(request, body);
  if (!signer.ok) {
    // The key of a deleted actor is gone with it, and Mastodon tells everybody.
    if (signer.reason === "key_not_found" && isOwnEnd(activity)) {
      return askWhetherGone(context, activity.actor);
    }
    throw new Refused(401, `The signature is refused: ${signer.reason}.`);
  }
  await refuseByActor(context, signer.actor);
  const verdict = guard(activity, signer.actor, rules);
  if (verdict.kind === "refuse") throw new Refused(verdict.status, verdict.reason);
  if (verdict.kind === "read-object") {
    const inReplyTo = iriOf(activity.object?.["inReplyTo"], rules);
    return readForwardedPost(context, { iri: verdict.iri, inReplyTo });
  }
  const actor = await ensureActor(context, signer.actor);
  // Told nothing, a suspended server has nothing to work around.
  if (actor.suspendedAt !== null || actor.kind !== "remote") return;
  if (actor.goneAt !== null) return refreshSoon(context, actor.iri);
  const { iri, type } = activity;
  const inbound = { context, rules, activity, actor, object: verdict.object };
  const effect = await handlerOf(type)(inbound);
  const outcome = await receiveOnce(context, { iri, actorIri: actor.iri, type }, effect);
  log.debug("{type} from {actor}: {outcome}", { type, actor: actor.iri, outcome });
}

function isOwnEnd({ type, actor, objectIri }: IncomingActivity): boolean {
  return type === "Delete" && objectIri === actor;
}

function answerFailure(error: unknown): Response {
  if (error instanceof Refused) {
    log.debug("refused with {status}: {reason}", { status: error.status, reason: error.message });
    return refused(error);
  }
  if (error instanceof AppError && error.status < 500) {
    return refused(new Refused(400, "The activity cannot be read."));
  }
  if (error instanceof AppError) return refused(busy(503));
  if (isDataRefused(error)) return refused(new Refused(400, "The activity cannot be stored."));
  if (isDatabaseBusy(error)) return refused(busy(503));
  log.error("a delivery failed: {error}", { error });
  return refused(new Refused(500, "Something went wrong here."));
}
