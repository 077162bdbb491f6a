import type { Dispatcher } from "undici";
import { describeFailure, tooLarge, unreachable } from "./failure.ts";

/** What goes out, after the URL has been guarded. */
export interface Outgoing {
  method: "GET" | "POST" | "PATCH" | "HEAD";
  url: URL;
  headers: Record<string, string>;
  body: string | Uint8Array | null;
  maxBytes: number;
  /** Aborted when the caller gives up or the overall time is over. */
  signal: AbortSignal;
}

/** What came back: header names in lower case, the body as sent (still compressed, if it was). */
export interface Incoming {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * Sends one request on `dispatcher` and collects the answer, at most `maxBytes` of it.
 *
 * Uses undici's `dispatch` directly: a delivery needs neither streams nor fetch's bookkeeping.
 * Rejects with an `AppError`, or with the reason of the signal.
 */
export function exchange(dispatcher: Dispatcher, outgoing: Outgoing): Promise<Incoming> {
  const { url, maxBytes, signal } = outgoing;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: Record<string, string> = {};
    let chunks: Buffer[] = [];
    let received = 0;
    let settled = false;

    const settle = (): void => {
      settled = true;
      signal.removeEventListener("abort", onAbort);
      chunks = [];
    };
    const fail = (error: unknown): void => {
      if (settled) return;
      settle();
      reject(error);
      controller?.abort(error instanceof Error ? error : new Error("Given up", { cause: error }));
    };
    const onAbort = (): void => fail(signal.reason);

    if (signal.aborted) return fail(signal.reason);
    signal.addEventListener("abort", onAbort);
    dispatcher.dispatch(
      {
        path: url.pathname + url.search,
        method: outgoing.method,
        headers: outgoing.headers,
        body: outgoing.body,
      },
      {
        onRequestStart(started) {
          controller = started;
          // Given up while still waiting for a connection: undici has no way to cancel before this.
          if (settled) started.abort(new Error("Given up"));
        },
        onRequestUpgrade() {
          fail(unreachable(url.host));
        },
        onResponseStart(_, statusCode, received_) {
          if (statusCode < 200) return;
          status = statusCode;
          headers = flatten(received_);
          const announced = Number(headers["content-length"] ?? 0);
          if (outgoing.method !== "HEAD" && announced > maxBytes)
            fail(tooLarge(url.host, maxBytes));
        },
        onResponseData(_, chunk) {
          if (settled) return;
          received += chunk.length;
          if (received > maxBytes) fail(tooLarge(url.host, maxBytes));
          else chunks.push(chunk);
        },
        onResponseEnd() {
          if (settled) return;
          const only = chunks[0];
          const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
          settle();
          resolve({ status, headers, body });
        },
        onResponseError(_, error) {
          fail(describeFailure(error, url.host, maxBytes));
        },
      },
    );
  });
}

/**
 * `answer` for a host that is served in this process (tests, several instances in one process):
 * the same limits, no socket.
 */
export async function exchangeInProcess(
  answer: (request: Request) => Promise<Response> | Response,
  outgoing: Outgoing,
): Promise<Incoming> {
  const { url, maxBytes, signal } = outgoing;
  const given = Promise.withResolvers<never>();
  const onAbort = (): void => given.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    const request = new Request(url, {
      method: outgoing.method,
      headers: outgoing.headers,
      // The DOM type wants a view on a plain ArrayBuffer; a copy is one in any case.
      body:
        typeof outgoing.body === "string" || outgoing.body === null
          ? outgoing.body
          : new Uint8Array(outgoing.body),
      redirect: "manual",
      signal,
    });
    const response = await Promise.race([answer(request), given.promise]);
    const chunks: Uint8Array[] = [];
    let received = 0;
    for await (const chunk of response.body ?? []) {
      received += chunk.length;
      if (received > maxBytes) throw tooLarge(url.host, maxBytes);
      chunks.push(chunk);
    }
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.concat(chunks),
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw describeFailure(error, url.host, maxBytes);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      flat[name.toLowerCase()] = typeof value === "string" ? value : value.join(", ");
  }
  return flat;
}
