import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { AppError, notFound } from "../domain/errors.ts";
import { parseRemoteHandle, type RemoteHandle } from "../domain/handle.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import { decryptSecret, encryptSecret } from "../platform/crypto/secrets.ts";
import { hashToken, randomToken } from "../platform/crypto/tokens.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { guestSignIns } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { callbackPath, findApp, getApp, redirectUriOf } from "./fediverse-apps.ts";
import { openGuestSession } from "./guests.ts";
import { isNoticeKey } from "./notice-reading.ts";
import type { AccountApp } from "./remote-accounts.ts";
import { ensureActor } from "./remote-actors.ts";

export const SIGN_IN_MINUTES = 10;

/** Where the browser goes next, and which server that is. */
export interface Departure {
  readonly url: string;
  readonly host: string;
}

/**
 * Begins to sign somebody in at their own server. `browser` is a secret of the browser that asks: no
 * other one can finish. `noticeKey` is where they were going; it need not lead anywhere.
 * @throws AppError `account_not_understood`, `account_of_member`, `remote_…`, `sign_in_not_offered`
 */
export async function startGuestSignIn(
  context: Context,
  asked: { readonly account: string; readonly browser: string; readonly noticeKey: string | null },
): Promise<Departure> {
  const actorIri = await context.remote.findActor(readAccount(context, asked.account));
  if (isSameOrigin(actorIri, context.iris.origin)) throw ofMember();
  const { id, app } = await getApp(context, new URL(actorIri).origin);
  const state = randomToken();
  const codeVerifier = randomToken();
  const stateHash = hashToken(state);
  await context.db.insert(guestSignIns).values({
    stateHash,
    browserHash: hashToken(asked.browser),
    appId: id,
    actorIri,
    codeVerifierJwe: await encryptSecret(codeVerifier, context.secretKey, `sign-in:${stateHash}`),
    noticeKey: asked.noticeKey !== null && isNoticeKey(asked.noticeKey) ? asked.noticeKey : null,
    expiresAt: new Date(context.now().getTime() + SIGN_IN_MINUTES * 60_000),
  });
  return { url: authorizationUrl(context, app, state, codeVerifier), host: new URL(actorIri).host };
}

function readAccount(context: Context, account: string): RemoteHandle {
  const handle = parseRemoteHandle(account);
  if (handle === null) {
    throw new AppError(
      "account_not_understood",
      "Write your account with its server, for example @bo@mastodon.example.",
      { status: 422 },
    );
  }
  if (handle.host === context.config.host) throw ofMember();
  return handle;
}

function ofMember(): AppError {
  return new AppError(
    "account_of_member",
    "This account belongs to this website. Sign in as a member.",
    { status: 422 },
  );
}

/** RFC 6749 §4.1.1 with PKCE (RFC 7636): whoever only sees the code can do nothing with it. */
function authorizationUrl(
  context: Context,
  app: AccountApp,
  state: string,
  codeVerifier: string,
): string {
  const url = new URL(app.authorizationEndpoint);
  url.searchParams.set("response_type", "code");
  url.searchParams.set("client_id", app.clientId);
  url.searchParams.set("redirect_uri", redirectUriOf(context, app.origin));
  url.searchParams.set("scope", app.scope);
  url.searchParams.set("state", state);
  url.searchParams.set(
    "code_challenge",
    createHash("sha256").update(codeVerifier).digest("base64url"),
  );
  url.searchParams.set("code_challenge_method", "S256");
  return url.href;
}

/** What a browser brought back from a server; every part may be a lie. */
export interface Return {
  /** path of the address that it came back to */
  readonly path: string;
  readonly browser: string | null;
  readonly state: string;
  readonly code: string | null;
  /** RFC 9207 */
  readonly issuer: string | null;
  readonly error: string | null;
}

/** A guest who is signed in, and where they were going. */
export interface Arrival {
  readonly token: string;
  readonly guest: ActorRecord;
  readonly noticeKey: string | null;
}

/**
 * Finishes a sign-in: who came back is who the server says they are, and the server can say so of
 * actors on its own origin alone.
 * @throws AppError `sign_in_expired`, `sign_in_declined`, `sign_in_refused`, `sign_in_mismatch`, `remote_…`
 */
export async function finishGuestSignIn(context: Context, back: Return): Promise<Arrival> {
  const begun = await takeBegun(context, back);
  const { app, actorIri } = begun;
  const { host } = new URL(app.origin);
  if (back.error !== null || back.code === null) {
    const declined = back.error === "access_denied" || back.error === null;
    throw new AppError(
      declined ? "sign_in_declined" : "sign_in_refused",
      declined
        ? `You did not allow ${host} to tell who you are, so nothing could be opened.`
        : `${host} did not confirm who you are.`,
      { status: 401 },
    );
  }
  const username = await context.remote.accounts.identify(app, {
    code: back.code,
    codeVerifier: begun.codeVerifier,
    redirectUri: redirectUriOf(context, app.origin),
  });
  const confirmed = await context.remote.findActor({ username, host });
  if (!isSameOrigin(confirmed, app.origin) || confirmed !== actorIri) {
    throw new AppError(
      "sign_in_mismatch",
      `At ${host} you are signed in as @${username}, which is not the account that you entered here.`,
      { status: 401 },
    );
  }
  const guest = await ensureActor(context, actorIri);
  // The same answer as a refusal: whom we have shut out is not told.
  if (guest.suspendedAt !== null || guest.goneAt !== null || guest.iri !== actorIri) {
    throw new AppError("sign_in_refused", `${host} did not confirm who you are.`, { status: 401 });
  }
  return {
    token: await openGuestSession(context, guest),
    guest,
    noticeKey: begun.noticeKey,
  };
}

interface Begun {
  readonly app: AccountApp;
  readonly actorIri: string;
  readonly codeVerifier: string;
  readonly noticeKey: string | null;
}

/**
 * The sign-in that this return belongs to; it cannot be returned to again. It must come from the
 * browser that began it (else somebody could be signed in as somebody else without noticing), and
 * back to the address of the very server that it was begun with (else one server could have the
 * code of another brought to it).
 */
async function takeBegun(context: Context, back: Return): Promise<Begun> {
  const stateHash = hashToken(back.state);
  const [row] = await context.db
    .delete(guestSignIns)
    .where(eq(guestSignIns.stateHash, stateHash))
    .returning();
  const isOwn = back.browser !== null && hashToken(back.browser) === row?.browserHash;
  if (row === undefined || !isOwn || row.expiresAt <= context.now()) throw expired();
  const app = await findApp(context, row.appId);
  if (app === null || back.path !== callbackPath(app.origin)) throw expired();
  if (back.issuer !== null && URL.parse(back.issuer)?.origin !== app.origin) throw expired();
  const { actorIri, noticeKey, codeVerifierJwe } = row;
  if (!isSameOrigin(actorIri, app.origin)) throw notFound();
  const codeVerifier = await decryptSecret(
    codeVerifierJwe,
    context.secretKey,
    `sign-in:${stateHash}`,
  );
  return { app, actorIri, codeVerifier, noticeKey };
}

function expired(): AppError {
  return new AppError(
    "sign_in_expired",
    "This sign-in was not started in this browser, or it took too long. Please start again.",
    { status: 400 },
  );
}
