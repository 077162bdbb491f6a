import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Outgoing } from "./exchange.ts";
import { describeFailure, tooLarge, unreachable } from "./failure.ts";

/** An answer whose body is still on its way. */
export interface OpenedResponse {
  status: number;
  /** names in lower case; several headers of one name joined by `, ` */
  headers: Record<string, string>;
  /** Fails with an `AppError` when it is too long or breaks off. Must be read or cancelled. */
  body: ReadableStream<Uint8Array>;
}

/** Sends a request on `dispatcher`; the body is read at the speed of its reader. */
export async function openExchange(
  dispatcher: Dispatcher,
  outgoing: Outgoing,
  whenOver: () => void,
): Promise<OpenedResponse> {
  const { url, signal } = outgoing;
  try {
    const { statusCode, headers, body } = await dispatcher.request({
      path: url.pathname + url.search,
      method: outgoing.method,
      headers: outgoing.headers,
      signal,
    });
    const flat = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name.toLowerCase(),
        Array.isArray(value) ? value.join(", ") : (value ?? ""),
      ]),
    );
    return bounded({ status: statusCode, headers: flat }, body, outgoing, whenOver);
  } catch (error) {
    whenOver();
    throw signal.aborted ? signal.reason : describeFailure(error, url.host, outgoing.maxBytes);
  }
}

/** The same for a host that is served in this process. */
export async function openInProcess(
  answer: (request: Request) => Promise<Response> | Response,
  outgoing: Outgoing,
  whenOver: () => void,
): Promise<OpenedResponse> {
  const { url, signal } = outgoing;
  try {
    const response = await answer(
      new Request(url, { method: outgoing.method, headers: outgoing.headers, signal }),
    );
    const head = { status: response.status, headers: Object.fromEntries(response.headers) };
    return bounded(head, Readable.from(response.body ?? []), outgoing, whenOver);
  } catch (error) {
    whenOver();
    throw signal.aborted ? signal.reason : describeFailure(error, url.host, outgoing.maxBytes);
  }
}

function bounded(
  head: Omit<OpenedResponse, "body">,
  source: Readable,
  { method, url, maxBytes, signal }: Outgoing,
  whenOver: () => void,
): OpenedResponse {
  // Whoever reads hears of errors; one that comes when nobody reads any more must not end the process.
  source.on("error", () => {});
  const refuse = (error: Error): never => {
    source.destroy();
    throw error;
  };
  // A coding would hide how long the file really is; we ask for none.
  const coding = head.headers["content-encoding"] ?? "identity";
  if (coding !== "identity") refuse(unreachable(url.host, new Error(`Content-Encoding ${coding}`)));
  const announced = Number(head.headers["content-length"] ?? 0);
  if (method !== "HEAD" && announced > maxBytes) refuse(tooLarge(url.host, maxBytes));

  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let received = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done === true) {
          whenOver();
          controller.close();
          return;
        }
        received += value.length;
        if (received > maxBytes) refuse(tooLarge(url.host, maxBytes));
        controller.enqueue(value);
      } catch (error) {
        whenOver();
        const reason: unknown = signal.reason;
        controller.error(signal.aborted ? reason : describeFailure(error, url.host, maxBytes));
      }
    },
    cancel() {
      whenOver();
      source.destroy();
    },
  });
  return { ...head, body };
}
