import { setTimeout as sleep } from "node:timers/promises";
import type { HttpClient } from "../../platform/http/client.ts";
import { logger } from "../../platform/logging.ts";
import type { Context } from "../../services/context.ts";
import {
  claimDeliveries,
  nextDueAt,
  recheck,
  settle,
  type ReadyDelivery,
} from "../../services/deliveries.ts";
import { signingKey } from "../../services/keys.ts";
import { attempt, type Parcel } from "./attempt.ts";
import { Bodies } from "./bodies.ts";
import { InHand } from "./in-hand.ts";
import { createResultBuffer } from "./result-buffer.ts";

export interface DeliveryOptions {
  readonly http: HttpClient;
  /** requests at once. Default 64 */
  readonly concurrency?: number;
  /** requests at once to one host. Default 4 */
  readonly perHost?: number;
  /** for one request. Default 10 s */
  readonly timeoutMs?: number;
  /** how long a claimed delivery is ours; more than two time-outs. Default 60 s */
  readonly leaseMs?: number;
  /** results are written at least so often. Default 200 ms */
  readonly flushMs?: number;
  /** the longest wait before the queue is looked at again. Default 5 s */
  readonly idleMs?: number;
  /** from 0 to 1, for the jitter of retries */
  readonly random?: () => number;
  readonly onError?: (error: unknown) => void;
}

/** The loop of one process that sends what is due. */
export interface DeliveryWorker {
  start(): void;
  /** there is something to send */
  wake(): void;
  /** takes nothing more, finishes the requests in hand (at most one time-out) and writes their results */
  stop(): Promise<void>;
}

/**
 * The only sender of activities. It takes as many deliveries in hand as it has free slots, so
 * that nothing waits between the recheck and its request.
 */
export function createDeliveryWorker(context: Context, options: DeliveryOptions): DeliveryWorker {
  const sender = createSender(context, options);
  const { idleMs = 5_000, onError = logError } = options;
  let running: Promise<void> | null = null;
  let stopping = false;
  let woken = false;
  let rouse: (() => void) | null = null;

  function wake(): void {
    woken = true;
    rouse?.();
  }

  async function run(): Promise<void> {
    for (;;) {
      if (stopping) return;
      try {
        woken = false;
        if ((await sender.take()) > 0) await sender.halfFree();
        else await idle(await untilDue());
      } catch (error) {
        onError(error);
        await idle(PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  async function untilDue(): Promise<number> {
    const due = await nextDueAt(context);
    const wait = due === null ? idleMs : due.getTime() - context.now().getTime();
    return Math.min(Math.max(wait, SHORTEST_IDLE_MS), idleMs);
  }

  async function idle(ms: number): Promise<void> {
    if (woken || stopping) return;
    const end = new AbortController();
    rouse = () => end.abort();
    await sleep(ms, undefined, { signal: end.signal }).catch(() => {});
    rouse = null;
  }

  sender.onSlotFreed(wake);
  return {
    start() {
      running ??= run();
    },
    wake,
    async stop() {
      stopping = true;
      rouse?.();
      await running;
      await sender.drain();
    },
  };
}

/** Sends all that is due now, and what that makes due; returns how many requests were made. */
export async function deliverDue(context: Context, options: DeliveryOptions): Promise<number> {
  const sender = createSender(context, options);
  let total = 0;
  for (;;) {
    const taken = await sender.take();
    total += taken;
    await (taken > 0 ? sender.halfFree() : sender.drain());
    // Draining may have closed a circuit, which makes more due.
    if (taken === 0) {
      const more = await sender.take();
      total += more;
      if (more === 0) return total;
    }
  }
}

const PAUSE_AFTER_ERROR_MS = 1_000;
const SHORTEST_IDLE_MS = 100;
const RESULTS_AT_ONCE = 256;
const MOST_UNWRITTEN = 1_000;
const PROBE_EVERY_MS = 1_000;

function logError(error: unknown): void {
  logger("deliveries").error("deliveries: {error}", { error });
}

interface Sender {
  /** claims what fits, rechecks it and starts to send it; how many were claimed */
  take(): Promise<number>;
  /** resolves when at least half of the slots are free */
  halfFree(): Promise<void>;
  /** finishes what is in hand and writes all results */
  drain(): Promise<void>;
  /** called when a host that had its full share can take more */
  onSlotFreed(listener: () => void): void;
}

function createSender(context: Context, options: DeliveryOptions): Sender {
  const { concurrency = 64, perHost = 4, leaseMs = 60_000, onError = logError } = options;
  const { http, timeoutMs = 10_000, random = Math.random } = options;
  const attemptOptions = { http, timeoutMs, random, now: context.now };
  const bodies = new Bodies(context);
  const inHand = new InHand();
  const results = createResultBuffer((settled) => settle(context, settled), {
    size: RESULTS_AT_ONCE,
    delayMs: options.flushMs ?? 200,
    onError,
  });
  let probedAt = Number.NEGATIVE_INFINITY;
  let onSlotFreed = (): void => {};
  let onFinished: (() => void) | null = null;

  function until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      onFinished = () => {
        if (!condition()) return;
        onFinished = null;
        resolve();
      };
    });
  }

  async function send(parcel: Parcel): Promise<void> {
    const { hostId } = parcel.delivery;
    const settled = await attempt(parcel, attemptOptions);
    const written = results.add(settled);
    inHand.endRequest();
    onFinished?.();
    // A failure counts against its host until it is on record: a dead host costs no burst.
    if (settled.state !== "delivered") await written;
    const wasFull = inHand.of(hostId) >= perHost;
    inHand.settle(hostId);
    if (wasFull) onSlotFreed();
  }

  /** Intervals are minutes long: a look every second is enough, however fast the queue moves. */
  function isTimeToProbe(): boolean {
    const now = performance.now();
    if (now - probedAt < PROBE_EVERY_MS) return false;
    probedAt = now;
    return true;
  }

  async function pack(ready: readonly ReadyDelivery[]): Promise<Parcel[]> {
    const keys = new Map<bigint, Awaited<ReturnType<typeof signingKey>>>();
    for (const { actorId } of ready) {
      if (!keys.has(actorId)) keys.set(actorId, await signingKey(context, actorId));
    }
    const found = await bodies.load(ready);
    return ready.flatMap((delivery) => {
      const key = keys.get(delivery.actorId);
      const body = found.get(delivery);
      return key === undefined || body === undefined ? [] : [{ delivery, body, ...key }];
    });
  }

  return {
    async take() {
      const limit = concurrency - inHand.requests;
      if (limit <= 0 || results.size() > MOST_UNWRITTEN) return 0;
      const claimed = await claimDeliveries(context, {
        limit,
        leaseMs,
        perHost,
        busy: inHand.byHost,
        probe: isTimeToProbe(),
      });
      if (claimed.length === 0) return 0;
      const { ready, dropped } = await recheck(context, claimed);
      for (const settlement of dropped) void results.add(settlement);
      for (const parcel of await pack(ready)) {
        inHand.start(parcel.delivery.hostId);
        void send(parcel);
      }
      return claimed.length;
    },
    halfFree: () => until(() => inHand.requests <= concurrency / 2),
    async drain() {
      await until(() => inHand.requests === 0);
      await results.flush();
    },
    onSlotFreed(listener) {
      onSlotFreed = listener;
    },
  };
}
