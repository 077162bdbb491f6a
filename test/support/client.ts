import { mastodonApi } from "../../src/api/mastodon/app.ts";
import type { Member } from "../../src/services/members.ts";
import type { Context } from "../../src/services/context.ts";
import { createToken } from "../../src/services/tokens.ts";

/** What the client API answered. */
export interface ClientAnswer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  readonly json: any;
}

/** Asks the Mastodon client API of an instance; bodies are JSON. */
export type Client = (method: string, path: string, body?: unknown) => Promise<ClientAnswer>;

/** A client that a member has signed in to, as themselves or as the organization. */
export async function clientOf(
  { context }: { readonly context: Context },
  member: Member,
  as: "member" | "organization" = "member",
): Promise<Client> {
  const token = await createToken(context, member, { as, scopes: ["read", "write"] });
  return askWith(context, { Authorization: `Bearer ${token}` });
}

/** A client of somebody who has not signed in. */
export function visitorOf({ context }: { readonly context: Context }): Client {
  return askWith(context, {});
}

function askWith(context: Context, headers: Readonly<Record<string, string>>): Client {
  const errors: unknown[] = [];
  const app = mastodonApi(context, { onError: (error) => errors.push(error) });
  return async (method, path, body) => {
    const answer = await app.request(`${context.config.origin}/api${path}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const [unexpected] = errors.splice(0);
    if (unexpected !== undefined) throw unexpected;
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      json: text === "" ? null : JSON.parse(text),
    };
  };
}
