import { AppError } from "../domain/errors.ts";
import { chooseScopes } from "../domain/scopes.ts";
import type { Context } from "./context.ts";
import { findAppByClientId, type OAuthApp } from "./oauth-apps.ts";

/** The parameters of an authorization request (RFC 6749 §4.1.1) as they were sent; absent ones are empty. */
export interface AuthorizationParameters {
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly response_type: string;
  readonly response_mode: string;
  readonly scope: string;
  readonly state: string;
  readonly code_challenge: string;
  readonly code_challenge_method: string;
}

/** What an application asks a member for, once it is known to be in order. */
export interface AuthorizationRequest {
  readonly app: OAuthApp;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly codeChallenge: string | null;
}

const LONGEST = 4_000;
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/**
 * The application and the place its answer goes to. What is wrong here is shown to the person and
 * never sent anywhere (RFC 6749 §4.1.2.1): the address may be a trap.
 * @throws AppError `client_unknown`, `redirect_uri_unknown`, `request_too_long`
 */
export async function findClient(
  context: Context,
  asked: AuthorizationParameters,
): Promise<{ app: OAuthApp; redirectUri: string }> {
  if (Object.values(asked).some((value) => value.length > LONGEST)) {
    throw new AppError("request_too_long", "The application asks for this in too many words.");
  }
  const app = await findAppByClientId(context, asked.client_id);
  if (app === null) {
    throw new AppError(
      "client_unknown",
      "This website does not know the application that sent you here. Applications that nobody uses are forgotten after a day: remove this account from the application and add it again.",
    );
  }
  if (!app.redirectUris.includes(asked.redirect_uri)) {
    throw new AppError(
      "redirect_uri_unknown",
      "The application wants you to be sent to an address that it has not registered here.",
    );
  }
  return { app, redirectUri: asked.redirect_uri };
}

/**
 * What else the request says. What is wrong here is told to the application.
 * @throws AppError with a code of RFC 6749 §4.1.2.1: `unsupported_response_type`, `invalid_request`,
 *   `invalid_scope`
 */
export function readAuthorization(
  client: { readonly app: OAuthApp; readonly redirectUri: string },
  asked: AuthorizationParameters,
): AuthorizationRequest {
  if (asked.response_type !== "code") {
    throw new AppError("unsupported_response_type", "The only response_type is code.");
  }
  if (!["", "query"].includes(asked.response_mode)) {
    throw new AppError("invalid_request", "The only response_mode is query.");
  }
  return {
    ...client,
    scopes: chooseScopes(asked.scope.trim() === "" ? "read" : asked.scope, client.app.scopes),
    codeChallenge: readChallenge(asked),
  };
}

function readChallenge(asked: AuthorizationParameters): string | null {
  const { code_challenge: challenge, code_challenge_method: method } = asked;
  if (challenge === "" && method === "") return null;
  // Without a method RFC 7636 means `plain`, which is the secret itself.
  if (method !== "S256") {
    throw new AppError("invalid_request", "The only code_challenge_method is S256.");
  }
  if (!CHALLENGE.test(challenge)) {
    throw new AppError("invalid_request", "The code_challenge is not a SHA-256 in base64url.");
  }
  return challenge;
}

/** The issuer of RFC 8414 and of RFC 9207: clients compare the two byte for byte. */
export function issuerOf(context: Context): string {
  return `${context.config.origin}/`;
}

/** The redirect URI with the answer in its query; the URI itself stays as it was registered. */
export function answerUri(
  context: Context,
  redirectUri: string,
  state: string,
  answer: { readonly code: string } | { readonly error: string; readonly description: string },
): string {
  const query = new URLSearchParams(
    "code" in answer
      ? { code: answer.code }
      : { error: answer.error, error_description: answer.description },
  );
  if (state !== "") query.set("state", state);
  query.set("iss", issuerOf(context));
  const separator = !redirectUri.includes("?") ? "?" : /[?&]$/.test(redirectUri) ? "" : "&";
  return redirectUri + separator + query.toString();
}
