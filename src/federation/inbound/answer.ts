/** How a delivery is answered when it is not simply accepted. The reason never tells what we hold. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, reason: string, headers: Readonly<Record<string, string>> = {}) {
    super(reason);
    this.status = status;
    this.headers = headers;
  }
}

/** 202, whether the activity had an effect, was seen before or means nothing to us. */
export function accepted(): Response {
  return new Response(null, { status: 202, headers: { "Cache-Control": "no-store" } });
}

/** One line of text with the status. */
export function refused({ status, message, headers }: Refused): Response {
  return new Response(`${message}\n`, {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Cache-Control": "no-store",
      ...headers,
    },
  });
}

const BUSY_SECONDS = 10;
const BUSY_SPREAD_SECONDS = 50;

/** Too much at once: come back in 10 to 60 seconds, not all at the same moment. */
export function busy(status: 429 | 503): Refused {
  const seconds = BUSY_SECONDS + Math.floor(Math.random() * BUSY_SPREAD_SECONDS);
  return new Refused(status, "Busy; please try again later.", { "Retry-After": `${seconds}` });
}
