import { ask, type Answer } from "./http-answer.ts";

/** A member at the pages of a real server, in a browser without scripts. */
export interface WebSession {
  /** GETs a page */
  get(path: string): Promise<Answer>;
  /** sends a form that stands on `page` */
  submit(page: string, action: string, fields: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Signs a member in by the form. */
export async function signIn(origin: string, name: string, password: string): Promise<WebSession> {
  const cookies = new Map<string, string>();

  async function send(path: string, body?: URLSearchParams): Promise<Answer> {
    const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join("; ");
    const response = await fetch(new URL(path, origin), {
      method: body === undefined ? "GET" : "POST",
      redirect: "manual",
      headers: { accept: "text/html", cookie, origin },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [key = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      cookies.set(key, value);
    }
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    const headers = Object.fromEntries(response.headers);
    return { status: response.status, headers, bytes, text, json: () => JSON.parse(text) };
  }

  const session: WebSession = {
    get: (path) => send(path),
    async submit(page, action, fields) {
      const { text } = await send(page);
      const token = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? "";
      return send(action, new URLSearchParams({ form_token: token, ...fields }));
    },
  };
  const answer = await session.submit("/sign-in", "/sign-in", { name, password });
  if (answer.status !== 303) throw new Error(`sign-in answered ${answer.status}`);
  return session;
}

/** What a crawler or an outsider gets of a page. */
export const visit = (url: string): Promise<Answer> => ask(url, { accept: "text/html" });
