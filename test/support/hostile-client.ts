import { mastodonApi } from "../../src/api/mastodon/app.ts";
import { SCOPES } from "../../src/domain/scopes.ts";
import { addMember } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance } from "./context.ts";
import { failure } from "./mastodon-entities/values.ts";
import { pdf } from "./media-samples.ts";

export type Body = string | FormData | Uint8Array<ArrayBuffer>;

/** What is sent beside method and path. */
export interface Hostile {
  readonly query?: string;
  readonly body?: Body;
  readonly type?: string;
}

/** A client that means no good, at an instance where there is something of everything. */
export interface HostileClient {
  /** what went wrong inside since it was last emptied */
  readonly failures: unknown[];
  send(method: string, path: string, hostile: Hostile): Promise<Response>;
  /** the path of a route with ids that there are in it */
  existing(path: string): string;
  close(): Promise<void>;
}

/** A half of two characters that only together are one. */
export const SURROGATE = "half a \ud83d pair";

const PUSH = {
  endpoint: "https://push.example/abc",
  keys: {
    p256dh:
      "BEm_a0bdPDhf0SOsrnB2-ategf1hHoCnpXgQsFj5JCkcoMrMt2WHoPfEYOYPzOIs9mZE8ZUaD7VA5vouy0kEkr8",
    auth: "cGFzc3dvcmRwYXNzd29yZA",
  },
};

export async function createHostileClient(): Promise<HostileClient> {
  const alpha = await createTestInstance();
  const { context, admin } = alpha;
  const failures: unknown[] = [];
  const api = mastodonApi(context, { onError: (error) => failures.push(error) });
  const token = await createToken(context, admin, { as: "member", scopes: SCOPES });
  const input = {
    handle: "rolf",
    email: "r@alpha.example",
    role: "author",
    password: null,
  } as const;
  const { member } = await addMember(context, input);

  async function send(method: string, path: string, { query, body, type }: Hostile) {
    const withBody = body !== undefined && method !== "GET";
    return api.request(`${path}${query === undefined ? "" : `?${query}`}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(type === undefined || !withBody ? {} : { "Content-Type": type }),
      },
      ...(withBody ? { body } : {}),
    });
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  async function made(path: string, body: object): Promise<any> {
    const answer = await send(
      "POST",
      path,
      body instanceof FormData
        ? { body }
        : { body: JSON.stringify(body), type: "application/json" },
    );
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  }

  const present = await fill(made);
  present.set("accounts", String(member.actor.id));
  return {
    failures,
    send,
    existing(path) {
      const parts = path.split("/");
      return parts
        .map((part, index) => (part === ":" ? (present.get(parts[index - 1] ?? "") ?? "1") : part))
        .join("/");
    },
    close: () => alpha.close(),
  };
}

/** Makes something of everything: what stands before an id in a path → such an id. */
async function fill(
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  made: (path: string, body: object) => Promise<any>,
): Promise<Map<string, string>> {
  const poll = { options: ["A", "B"], expires_in: 3600 };
  const status = await made("/api/v1/statuses", { status: "Hm #pumps", poll });
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const planned = await made("/api/v1/statuses", { status: "Later", scheduled_at: at });
  const list = await made("/api/v1/lists", { title: "Plant" });
  const filter = await made("/api/v2/filters", { title: "F", context: ["home"] });
  const word = await made(`/api/v2/filters/${filter.id}/keywords`, { keyword: "pump" });
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(pdf())]), "a.pdf");
  const file = await made("/api/v2/media", form);
  await made("/api/v1/push/subscription", { subscription: PUSH });
  return new Map([
    ["statuses", status.id],
    ["polls", status.poll.id],
    ["scheduled_statuses", planned.id],
    ["lists", list.id],
    ["filters", filter.id],
    ["keywords", word.id],
    ["media", file.id],
    ["tags", "pumps"],
    ["tag", "pumps"],
  ]);
}

/** What is wrong with how a request was answered; null when nothing is. */
export async function wrongWith(name: string, answer: Response): Promise<string | null> {
  const text = await answer.text();
  if (answer.status >= 500) return `${name}: ${answer.status} ${text.slice(0, 200)}`;
  if (answer.status < 400) return null;
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json") ?? false;
  if (isJson && failure.safeParse(JSON.parse(text)).success) return null;
  return `${name}: ${answer.status} in a form of its own: ${text.slice(0, 200)}`;
}
