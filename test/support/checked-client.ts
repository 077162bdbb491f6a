import { z } from "zod";
import { documentedAnswers } from "./mastodon-answers.ts";
import { failure } from "./mastodon-entities/values.ts";
import { mastodonClient, type ClientAnswer } from "./mastodon-client.ts";
import type { NetworkInstance } from "./network.ts";

/** Asks the Mastodon API, and takes only answers that are exactly as they are documented. */
export type CheckedClient = (
  method: string,
  path: string,
  body?: unknown,
  expected?: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> },
) => Promise<ClientAnswer>;

const ANSWERS = documentedAnswers();
const KEYS = [...ANSWERS.keys()].map((key) => {
  const [method = "", path = ""] = key.split(" ");
  return { key, method, parts: path.split("/") };
});

/** The route that a path belongs to: of several the one with the fewest names in it. */
function routeOf(method: string, path: string): string {
  const parts = (path.split("?")[0] ?? "").split("/");
  const fitting = KEYS.filter(
    (route) =>
      route.method === method &&
      route.parts.length === parts.length &&
      route.parts.every((part, index) => part === ":" || part === parts[index]),
  );
  const names = (route: (typeof KEYS)[number]) => route.parts.filter((part) => part === ":").length;
  const [best] = fitting.toSorted((one, other) => names(one) - names(other));
  if (best === undefined) throw new Error(`${method} ${path} is not in the table of answers`);
  return best.key;
}

/** What was asked and answered as documented. */
export const checkedRoutes = new Set<string>();

/** A client whose token is that, or a visitor with none. */
export function checkedClient(instance: NetworkInstance, token: string | null): CheckedClient {
  const app = instance.running.web?.app;
  if (app === undefined) throw new Error("the instance has no web app");
  const ask = mastodonClient(instance.origin, (request) => app.fetch(request), token);
  return async (method, path, body, { status = 200, headers = {} } = {}) => {
    const answer = await ask(method, path, body, { Origin: "https://client.example", ...headers });
    const place = `${method} ${path}`;
    if (answer.status !== status) {
      throw new Error(`${place}: ${answer.status} ${JSON.stringify(answer.json)}`);
    }
    if (answer.headers.get("Access-Control-Allow-Origin") !== "*") {
      throw new Error(`${place}: a browser does not get to read this`);
    }
    check(place, shapeOf(method, path, token, status), answer.json);
    return answer;
  };
}

function shapeOf(method: string, path: string, token: string | null, status: number): z.ZodType {
  if (status >= 400) return failure;
  const route = routeOf(method, path);
  checkedRoutes.add(route);
  const shape = ANSWERS.get(route);
  if (shape === undefined) throw new Error(`${route} is not in the table of answers`);
  return token === null ? shape.visitors : shape.members;
}

/** @throws Error that says in which places the answer is not of that shape */
export function check(place: string, shape: z.ZodType, json: unknown): void {
  const result = shape.safeParse(json);
  if (result.success) return;
  throw new Error(
    `${place}:\n${z.prettifyError(result.error)}\n${JSON.stringify(json, null, 1).slice(0, 4_000)}`,
  );
}
