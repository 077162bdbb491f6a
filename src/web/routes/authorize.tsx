import { Hono } from "hono";
import { AppError } from "../../domain/errors.ts";
import {
  answerUri,
  findClient,
  readAuthorization,
  type AuthorizationParameters,
} from "../../services/authorization.ts";
import type { Context } from "../../services/context.ts";
import { OUT_OF_BAND, type OAuthApp } from "../../services/oauth-apps.ts";
import { issueCode } from "../../services/oauth-codes.ts";
import { withQuery } from "../components/pager.tsx";
import { readForm } from "../form.ts";
import type { MemberFrame, WebContext, WebEnv } from "../frame.ts";
import { LONGEST_LOCAL_PATH } from "../local-path.ts";
import { CodePage, ConsentPage } from "../pages/authorize-pages.tsx";
import { ErrorPage } from "../pages/message-pages.tsx";
import { SignInPage } from "../pages/sign-in-page.tsx";
import { privatePage } from "../render.tsx";
import { text } from "../text.ts";
import { organizationFrame } from "./reading.tsx";

const PATH = "/oauth/authorize";
/** Some clients end it with a slash. */
const PATHS = [PATH, `${PATH}/`];
const PARAMETERS = [
  "client_id",
  "redirect_uri",
  "response_type",
  "response_mode",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
  "lang",
] as const;
const TRUE = new Set(["true", "1", "yes", "on"]);

/** The parameters of a request, and `lang`, which one day may choose the language of the page. */
type Parameters = AuthorizationParameters & { readonly lang: string };

/** Where an application acts from: the OAuth client that sent somebody here. */
interface Client {
  readonly app: OAuthApp;
  readonly redirectUri: string;
}

/** Applications ask members for access (RFC 6749 §3.1): sign-in where it is needed, the question, the answer. */
export function authorizeRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  app.on("GET", PATHS, async (c) => {
    const frame = organizationFrame(c);
    const parameters = readParameters((name) => c.req.query(name) ?? "");
    const here = withQuery(PATH, given(parameters));
    if (here.length > LONGEST_LOCAL_PATH) return tooLong(c);
    return answering(c, parameters, async (client) => {
      const request = readAuthorization(client, parameters);
      const forced = TRUE.has((c.req.query("force_login") ?? "").toLowerCase());
      if (frame.member === null || forced) {
        const lead = text.applications.signInLead(client.app.name);
        const page = <SignInPage frame={frame} to={here} lead={lead} />;
        return privatePage(c, { title: text.signIn.title }, page);
      }
      c.set("formLeadsOut", true);
      return privatePage(
        c,
        { title: text.applications.askTitle(client.app.name) },
        <ConsentPage
          frame={{ ...frame, member: frame.member }}
          request={request}
          parameters={given(parameters)}
          otherwise={withQuery(PATH, { ...given(parameters), force_login: "true" })}
        />,
      );
    });
  });

  app.on("POST", PATHS, async (c) => {
    const form = await readForm(c);
    const frame = organizationFrame(c);
    const { member } = frame;
    if (member === null) throw new AppError("form_outdated", text.errors.form, { status: 403 });
    const parameters = readParameters(form);
    return answering(c, parameters, async (client) => {
      const request = readAuthorization(client, parameters);
      if (form("decision") !== "allow") {
        throw new AppError("access_denied", text.applications.refused(client.app.name));
      }
      const code = await issueCode(context, {
        ...request,
        member,
        actorId: actorChosen({ ...frame, member }, form("as")),
      });
      return allowed(c, parameters, client, code);
    });
  });

  /** Does `answer`; what is wrong is said to the application, or to the person if there is none to trust. */
  async function answering(
    c: WebContext,
    parameters: Parameters,
    answer: (client: Client) => Promise<Response>,
  ): Promise<Response> {
    let client: Client;
    try {
      client = await findClient(context, parameters);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      return problem(c, text.applications.failedTitle, error.safe);
    }
    try {
      return await answer(client);
    } catch (error) {
      if (!(error instanceof AppError) || !TOLD.has(error.code)) throw error;
      const { code, safe } = error;
      if (client.redirectUri !== OUT_OF_BAND) {
        const told = { error: code, description: safe };
        return redirect(c, answerUri(context, client.redirectUri, parameters.state, told));
      }
      return code === "access_denied"
        ? privatePage(
            c,
            { title: text.applications.refusedTitle },
            <ErrorPage title={text.applications.refusedTitle} message={safe} />,
          )
        : problem(c, text.applications.failedTitle, safe);
    }
  }

  function allowed(
    c: WebContext,
    parameters: Parameters,
    client: Client,
    code: string,
  ): Promise<Response> | Response {
    if (client.redirectUri !== OUT_OF_BAND) {
      return redirect(c, answerUri(context, client.redirectUri, parameters.state, { code }));
    }
    const page = <CodePage app={client.app.name} code={code} />;
    return privatePage(c, { title: text.applications.codeTitle }, page);
  }

  return app;
}

/** What an application is told (RFC 6749 §4.1.2.1); everything else is between us and the person. */
const TOLD = new Set([
  "access_denied",
  "invalid_request",
  "invalid_scope",
  "unsupported_response_type",
]);

function readParameters(read: (name: string) => string): Parameters {
  return Object.fromEntries(PARAMETERS.map((name) => [name, read(name)])) as unknown as Parameters;
}

/** Those that were there at all. */
function given(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ""));
}

/** Editors choose; `issueCode` refuses whoever is none. */
function actorChosen({ member, organization }: MemberFrame, as: string) {
  return as === "organization" ? organization.actor.id : member.actorId;
}

function redirect(c: WebContext, to: string): Response {
  c.header("Cache-Control", "private, no-store");
  return c.redirect(to, 303);
}

function problem(c: WebContext, title: string, message: string): Promise<Response> {
  return privatePage(c, { title }, <ErrorPage title={title} message={message} />, 400);
}

function tooLong(c: WebContext): Promise<Response> {
  return problem(c, text.applications.failedTitle, text.applications.tooLong);
}
