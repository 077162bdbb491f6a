import type { Page } from "playwright-core";

/** A request of a script in a page. */
export interface PageRequest {
  readonly method: string;
  readonly path: string;
  readonly token?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer as far as the browser lets the script read it; status 0 = not at all. */
export interface PageAnswer {
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  readonly json: any;
}

export async function ask(page: Page, origin: string, request: PageRequest): Promise<PageAnswer> {
  const [answer] = await askAll(page, origin, [request]);
  if (answer === undefined) throw new Error("the page answered nothing");
  return answer;
}

/** Asks for all at once, from a script of the page. */
export function askAll(
  page: Page,
  origin: string,
  requests: readonly PageRequest[],
): Promise<PageAnswer[]> {
  return page.evaluate(
    ({ base, all }) =>
      Promise.all(
        all.map(async ({ method, path, token, json, headers = {} }) => {
          try {
            const answer = await fetch(base + path, {
              method,
              headers: {
                ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
                ...(json === undefined ? {} : { "Content-Type": "application/json" }),
                ...headers,
              },
              ...(json === undefined ? {} : { body: JSON.stringify(json) }),
            });
            const text = await answer.text();
            const isJson = answer.headers.get("Content-Type")?.includes("json") === true;
            return {
              path,
              status: answer.status,
              headers: Object.fromEntries(answer.headers),
              text: isJson ? "" : text.slice(0, 1_000),
              json: isJson ? JSON.parse(text) : null,
            };
          } catch (error) {
            // What the browser refuses it calls a network error.
            return { path, status: 0, headers: {}, text: String(error), json: null };
          }
        }),
      ),
    { base: origin, all: [...requests] },
  );
}

/** What became of the streams that a page opened. */
export interface Heard {
  readonly socket: string;
  readonly events: string;
}

/** Opens both kinds of streams as scripts do, and closes them. */
export function listen(
  page: Page,
  given: { readonly streaming: string; readonly origin: string; readonly token: string },
): Promise<Heard> {
  return page.evaluate(async ({ streaming, origin, token }) => {
    const socket = await new Promise<string>((resolve) => {
      const opened = new WebSocket(`${streaming}/api/v1/streaming?stream=user`, token);
      opened.addEventListener("open", () => {
        opened.close();
        resolve("open");
      });
      opened.addEventListener("error", () => resolve("error"));
    });
    const events = await new Promise<string>((resolve) => {
      const query = `access_token=${encodeURIComponent(token)}`;
      const opened = new EventSource(`${origin}/api/v1/streaming/user?${query}`);
      opened.addEventListener("open", () => {
        opened.close();
        resolve("open");
      });
      opened.addEventListener("error", () => resolve("error"));
    });
    return { socket, events };
  }, given);
}
