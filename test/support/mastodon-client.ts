/** What an API answered. */
export interface ClientAnswer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  readonly json: any;
}

/** Asks the Mastodon API of one instance with one token. */
export interface TestClient {
  (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ClientAnswer>;
}

/** A client; `send` is how requests reach the instance. Bodies are JSON unless they are forms. */
export function mastodonClient(
  origin: string,
  send: (request: Request) => Promise<Response> | Response,
  token: string | null,
): TestClient {
  return async (method, path, body, headers = {}) => {
    const isForm = body instanceof URLSearchParams || body instanceof FormData;
    const request = new Request(new URL(path, origin), {
      method,
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined || isForm || typeof body === "string"
          ? {}
          : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: isForm || typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const answer = await send(request);
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      json: text === "" ? null : JSON.parse(text),
    };
  };
}
