import { AppError } from "../domain/errors.ts";
import type { Context } from "../services/context.ts";
import { getMember, listMembers, type Member } from "../services/members.ts";

/**
 * The member with that handle, or the first administrator, in whose name a command acts.
 * @throws AppError `member_not_found`, `not_set_up`
 */
export async function findEditor(context: Context, handle: string | undefined): Promise<Member> {
  if (handle !== undefined) return getMember(context, handle);
  const admin = (await listMembers(context)).find(
    (found) => found.role === "admin" && found.suspendedAt === null,
  );
  if (admin !== undefined) return admin;
  throw new AppError("not_set_up", "This instance has not been set up yet: run praxis setup.");
}
