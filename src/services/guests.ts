import { and, eq, gt } from "drizzle-orm";
import type { Viewer } from "../domain/audience/policy.ts";
import { hashToken, randomToken } from "../platform/crypto/tokens.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, guestSessions } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

export const GUEST_SESSION_HOURS = 8;

/** Opens a session for somebody of another server who has just proved who they are. Returns its token. */
export async function openGuestSession(context: Context, guest: ActorRecord): Promise<string> {
  const token = randomToken();
  const expiresAt = new Date(context.now().getTime() + GUEST_SESSION_HOURS * 3_600_000);
  await context.db
    .insert(guestSessions)
    .values({ tokenHash: hashToken(token), actorId: guest.id, expiresAt });
  return token;
}

/** The guest whose session this is; null when it is unknown or over, or they are suspended or gone. */
export async function guestOfSession(context: Context, token: string): Promise<ActorRecord | null> {
  const [row] = await context.db
    .select({ guest: actors })
    .from(guestSessions)
    .innerJoin(actors, eq(actors.id, guestSessions.actorId))
    .where(
      and(
        eq(guestSessions.tokenHash, hashToken(token)),
        gt(guestSessions.expiresAt, context.now()),
      ),
    );
  if (row === undefined || row.guest.kind !== "remote") return null;
  return row.guest.suspendedAt !== null || row.guest.goneAt !== null ? null : row.guest;
}

/** A guest sees what their actor may see: as if they had signed the request. */
export function viewerOfGuest(guest: ActorRecord): Viewer {
  return { kind: "remote", actor: guest.iri };
}

export async function endGuestSession(context: Context, token: string): Promise<void> {
  await context.db.delete(guestSessions).where(eq(guestSessions.tokenHash, hashToken(token)));
}
