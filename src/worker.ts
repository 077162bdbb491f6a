import { createDeliveryWorker } from "./federation/outbound/deliver.ts";
import { fanOut } from "./federation/outbound/fan-out.ts";
import type { Instance } from "./instance.ts";
import { cleanUp } from "./services/clean-up.ts";
import { endRunOutPartnerships } from "./services/end-partnership.ts";
import { handleFetchBoosted } from "./services/fetched-boost.ts";
import { handleProcessImage } from "./services/image-processing.ts";
import { handleRemoveFiles } from "./services/media-removal.ts";
import { endPolls, handleTellPoll } from "./services/poll-updates.ts";
import { handleSendPush } from "./services/push-sending.ts";
import { handleVerifyQuote } from "./services/received-quotes.ts";
import { handleDiscardCopies } from "./services/received-recalls.ts";
import { publishScheduled } from "./services/publish-scheduled.ts";
import { handleRefreshActor } from "./services/remote-actors.ts";
import { handleVerifyLinks } from "./services/verified-links.ts";
import { handleFetchPost } from "./services/fetch-post.ts";

/** The working side of an instance: jobs and deliveries. */
export interface Worker {
  /** there is something to deliver */
  wake(): void;
  /** finishes what is in hand, for at most `timeoutMs` */
  stop(timeoutMs: number): Promise<void>;
}

/** Starts to work off jobs and deliveries. */
export async function startWorker({ context, jobs, http }: Instance): Promise<Worker> {
  const deliveries = createDeliveryWorker(context, { http });
  await jobs.work({
    "fan-out": (payload) => fanOut(context, payload),
    "refresh-actor": (payload) => handleRefreshActor(context, payload),
    "fetch-post": (payload) => handleFetchPost(context, payload),
    "fetch-boosted": (payload) => handleFetchBoosted(context, payload),
    "remove-files": (payload) => handleRemoveFiles(context, payload),
    "process-image": (payload) => handleProcessImage(context, payload),
    "discard-copies": (payload) => handleDiscardCopies(context, payload),
    "verify-links": (payload) => handleVerifyLinks(context, payload),
    "send-push": (payload) => handleSendPush(context, http, payload),
    "end-partnerships": () => endRunOutPartnerships(context),
    "verify-quote": (payload) => handleVerifyQuote(context, payload),
    "tell-poll": (payload) => handleTellPoll(context, payload),
    "end-polls": () => endPolls(context),
    "publish-scheduled": () => publishScheduled(context),
    "clean-up": () => cleanUp(context),
  });
  deliveries.start();
  return {
    wake: () => deliveries.wake(),
    async stop(timeoutMs) {
      await Promise.all([deliveries.stop(), jobs.stop(timeoutMs)]);
    },
  };
}
