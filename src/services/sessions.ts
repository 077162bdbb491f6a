import { and, eq, gt } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import { verifyPassword } from "../platform/crypto/passwords.ts";
import { hashToken, randomToken } from "../platform/crypto/tokens.ts";
import { sessions } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { findForSignIn, findMemberById, type Member } from "./members.ts";

export const SESSION_DAYS = 30;

/**
 * Signs a member in by e-mail or handle and password; the token goes into the cookie.
 * @throws AppError `sign_in_failed`, the same for a wrong name, a wrong password and a suspension
 */
export async function signIn(
  context: Context,
  { name, password }: { name: string; password: string },
): Promise<{ token: string; member: Member }> {
  const found = await findForSignIn(context.db, name);
  const fits = await verifyPassword(found?.passwordHash ?? null, password);
  if (found === null || !fits || found.member.suspendedAt !== null) {
    throw new AppError("sign_in_failed", "That name and password do not go together.", {
      status: 401,
    });
  }
  return { token: await openSession(context, found.member), member: found.member };
}

/** Opens a session without asking for a password: after set-up. Returns its token. */
export async function openSession(context: Context, member: Member): Promise<string> {
  const token = randomToken();
  const expiresAt = new Date(context.now().getTime() + SESSION_DAYS * 86_400_000);
  await context.db
    .insert(sessions)
    .values({ tokenHash: hashToken(token), memberId: member.id, expiresAt });
  return token;
}

/** The member whose session this is; null when it is unknown or over, or they are suspended. */
export async function memberOfSession(context: Context, token: string): Promise<Member | null> {
  const [session] = await context.db
    .select({ memberId: sessions.memberId })
    .from(sessions)
    .where(and(eq(sessions.tokenHash, hashToken(token)), gt(sessions.expiresAt, context.now())));
  if (session === undefined) return null;
  const member = await findMemberById(context.db, session.memberId);
  return member === null || member.suspendedAt !== null ? null : member;
}

export async function signOut(context: Context, token: string): Promise<void> {
  await context.db.delete(sessions).where(eq(sessions.tokenHash, hashToken(token)));
}
