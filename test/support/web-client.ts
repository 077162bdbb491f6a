import type { Hono } from "hono";
import { webApp } from "../../src/web/app.tsx";
import type { WebEnv } from "../../src/web/frame.ts";
import type { Context } from "../../src/services/context.ts";

/** A page as a visitor got it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Somebody at the pages: keeps cookies and sends forms as a browser does, without any script. */
export class Visitor {
  readonly origin: string;
  readonly cookies = new Map<string, string>();
  readonly #app: Hono<WebEnv>;

  constructor(context: Context, app = webApp(context)) {
    this.origin = context.config.origin;
    this.#app = app;
  }

  get(path: string): Promise<Answer> {
    return this.send(path, {});
  }

  /** Loads `page`, fills its form in and sends it to `action`. */
  async submit(
    page: string,
    fields: Readonly<Record<string, string>>,
    action = new URL(page, this.origin).pathname,
  ): Promise<Answer> {
    const { body } = await this.get(page);
    const token = /name="form_token" value="([^"]+)"/.exec(body)?.[1] ?? "";
    return this.post(action, { form_token: token, ...fields });
  }

  /** Sends fields as they are; as the page of `origin`, which is ours unless the test says otherwise. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { origin: this.origin },
  ): Promise<Answer> {
    return this.send(path, { method: "POST", body: new URLSearchParams(fields), headers });
  }

  async signIn(name: string, password: string): Promise<this> {
    const answer = await this.submit("/sign-in", { name, password });
    if (answer.status !== 303) throw new Error(`sign-in answered ${answer.status}`);
    return this;
  }

  async send(path: string, init: RequestInit): Promise<Answer> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookie !== "") headers.set("cookie", cookie);
    const response = await this.#app.request(new URL(path, this.origin).href, { ...init, headers });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const [name = "", value = ""] = pair.split("=");
    if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
