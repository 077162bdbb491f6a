import type { Context as HonoContext } from "hono";
import { ANONYMOUS, type Viewer } from "../domain/audience/policy.ts";
import type { Context } from "../services/context.ts";
import { guestOfSession, viewerOfGuest } from "../services/guests.ts";
import { viewerOf } from "../services/members.ts";
import { memberOfSession } from "../services/sessions.ts";
import { readGuestToken, readSessionToken } from "./session-cookie.ts";

const MAX_TOKEN_LENGTH = 200;

/** Who looks, by the cookie of a member's session or else of a guest's, for what is served beside the pages. */
export async function sessionViewer(context: Context, c: HonoContext): Promise<Viewer> {
  const { origin } = context.config;
  const token = usable(readSessionToken(c, origin));
  const member = token === null ? null : await memberOfSession(context, token);
  if (member !== null) return viewerOf(member);
  const guestToken = usable(readGuestToken(c, origin));
  const guest = guestToken === null ? null : await guestOfSession(context, guestToken);
  return guest === null ? ANONYMOUS : viewerOfGuest(guest);
}

function usable(token: string | undefined): string | null {
  return token === undefined || token.length > MAX_TOKEN_LENGTH ? null : token;
}
