import { AppError } from "../domain/errors.ts";
import type { HttpClient } from "../platform/http/client.ts";
import type { Site } from "./site.ts";

/** The REST API of one organization, as the owner of a token uses it. */
export interface Rest {
  get<Answer>(path: string): Promise<Answer>;
  send<Answer>(method: "POST" | "PATCH", path: string, body: unknown): Promise<Answer>;
}

/** What the demo reads of a practice. */
export interface PracticeJson {
  readonly id: string;
  readonly uri: string;
  readonly title: string;
  readonly content: string;
  readonly revision: number;
  readonly updated_at: string;
  readonly audience: readonly string[];
}

/** What the demo reads of a follow. */
export interface FollowJson {
  readonly id: string;
  readonly actor: { readonly handle: string };
}

/** What the demo reads of a partnership. */
export interface PartnershipJson {
  readonly id: string;
  readonly state: string;
  readonly partner: { readonly handle: string };
}

/** Both throw an AppError with the sentence of the API's problem document. */
export function restOf(http: HttpClient, site: Site, token: string): Rest {
  const call = async <Answer>(
    method: "GET" | "POST" | "PATCH",
    path: string,
    body?: unknown,
  ): Promise<Answer> => {
    const answer = await http.request({
      method,
      url: `${site.origin}/api/praxis/v1${path}`,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      maxBytes: 8 * 1024 * 1024,
    });
    const text = answer.body.toString("utf8");
    if (answer.status >= 400) throw problemOf(site, answer.status, text);
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  };
  return {
    get: (path) => call("GET", path),
    send: call,
  };
}

function problemOf(site: Site, status: number, text: string): AppError {
  const { name } = site.organization;
  try {
    const { code, detail } = JSON.parse(text) as { code: string; detail: string };
    return new AppError(code, `${name} answered: ${detail}`);
  } catch {
    return new AppError("demo_rest_failed", `${name} answered with HTTP ${status}.`);
  }
}
