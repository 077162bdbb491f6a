import { asc, eq, or, sql, type InferSelectModel } from "drizzle-orm";
import { isEditor, ROLES, type Role, type Viewer } from "../domain/audience/policy.ts";
import { AppError, invalid } from "../domain/errors.ts";
import { checkLocalHandle } from "../domain/handle.ts";
import type { Id } from "../domain/ids.ts";
import { hashPassword } from "../platform/crypto/passwords.ts";
import { randomToken } from "../platform/crypto/tokens.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Queryable, Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, members, oauthCodes, sessions } from "../persistence/schema/index.ts";
import { notifyAdmins } from "./admin-notifications.ts";
import type { Context } from "./context.ts";
import { createActor, prepareKeys } from "./local-actors.ts";
import { requireOrganization } from "./organization.ts";
import { endTokensOf } from "./token-revocation.ts";

/** A person of the organization, with the actor that others see. The hash stays in this folder. */
export interface Member extends Omit<InferSelectModel<typeof members>, "passwordHash"> {
  readonly actor: ActorRecord;
}

/** What a new member is made of. */
export interface NewMember {
  readonly handle: string;
  readonly name?: string | undefined;
  readonly email: string;
  readonly role: Role;
  /** null = one is made and returned */
  readonly password: string | null;
}

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/;
const SHORTEST_PASSWORD = 8;
const LONGEST_PASSWORD = 1000;

/** Who looks when this member looks. */
export function viewerOf(member: Member): Viewer {
  return { kind: "local", actor: member.actor.iri, role: member.role };
}

/**
 * Refuses unless the member may release to outside audiences and act as the organization.
 * @throws AppError `editors_only`
 */
export function requireEditor(member: Member): void {
  if (isEditor(member.role)) return;
  throw new AppError("editors_only", "Only editors and administrators may do this.", {
    status: 403,
  });
}

/**
 * Refuses unless the member may write for the organization at all.
 * @throws AppError `authors_only`
 */
export function requireAuthor(member: Member): void {
  if (member.role === "author" || isEditor(member.role)) return;
  throw new AppError("authors_only", "Only authors and editors may do this.", { status: 403 });
}

/**
 * Refuses unless the member administers the instance.
 * @throws AppError `admins_only`
 */
export function requireAdmin(member: Member): void {
  if (member.role === "admin") return;
  throw new AppError("admins_only", "Only administrators may do this.", { status: 403 });
}

/** Reads a role. @throws AppError `role_unknown` */
export function parseRole(text: string): Role {
  const role = ROLES.find((known) => known === text);
  if (role !== undefined) return role;
  throw new AppError("role_unknown", `A role is one of ${ROLES.join(", ")}.`, { status: 422 });
}

/** @throws AppError `invalid_request` that names what is wrong */
export function checkCredentials(email: string, password: string | null): void {
  const problems: Record<string, string> = {};
  if (!EMAIL.test(email)) problems["email"] = "an e-mail address such as ana@alpha.example";
  if (password !== null && password.length < SHORTEST_PASSWORD) {
    problems["password"] = `at least ${SHORTEST_PASSWORD} characters`;
  }
  if (password !== null && password.length > LONGEST_PASSWORD) {
    problems["password"] = `at most ${LONGEST_PASSWORD} characters`;
  }
  if (Object.keys(problems).length > 0) throw invalid(problems);
}

/**
 * Adds a member; `password` is the one that was made when none was given.
 * @throws AppError `not_set_up`, `invalid_request`, `handle_invalid`, `handle_taken`, `email_taken`
 */
export async function addMember(
  context: Context,
  input: NewMember,
): Promise<{ member: Member; password: string | null }> {
  await requireOrganization(context);
  checkCredentials(input.email, input.password);
  const handle = checkLocalHandle(input.handle);
  const password = input.password ?? randomToken(12);
  const [keys, passwordHash] = await Promise.all([prepareKeys(), hashPassword(password)]);
  const member = await context.db.transaction(async (tx) => {
    const added = await insertMember(context, tx, { ...input, handle, passwordHash, keys });
    await notifyAdmins(context, tx, { type: "admin.sign_up", fromId: added.actorId });
    return added;
  });
  return { member, password: input.password === null ? password : null };
}

/** The writing part of `addMember`, for set-up as well. */
export async function insertMember(
  context: Context,
  tx: Transaction,
  input: Omit<NewMember, "password"> & {
    passwordHash: string;
    keys: Awaited<ReturnType<typeof prepareKeys>>;
  },
): Promise<Member> {
  const actor = await createActor(
    context,
    tx,
    {
      kind: "member",
      iri: context.iris.member(input.handle),
      type: "Person",
      handle: input.handle,
      name: input.name ?? input.handle,
      url: context.iris.memberPage(input.handle),
      manuallyApprovesFollowers: true,
    },
    input.keys,
  );
  const [row] = await tx
    .insert(members)
    .values({
      actorId: actor.id,
      email: input.email,
      passwordHash: input.passwordHash,
      role: input.role,
    })
    .onConflictDoNothing()
    .returning();
  if (row === undefined) {
    throw new AppError("email_taken", `Another member already uses ${input.email}.`, {
      status: 409,
    });
  }
  return toMember({ member: row, actor });
}

/** All members, oldest first. */
export async function listMembers(context: Context): Promise<Member[]> {
  const rows = await selectMembers(context.db).orderBy(asc(members.id));
  return rows.map(toMember);
}

/** Find by handle (`ana` or `@ana`). @throws AppError `member_not_found` */
export async function getMember(context: Context, handle: string): Promise<Member> {
  const wanted = handle.replace(/^@/, "").toLowerCase();
  const [row] = await selectMembers(context.db).where(eq(sql`lower(${actors.handle})`, wanted));
  if (row !== undefined) return toMember(row);
  throw new AppError("member_not_found", `There is no member "${wanted}" here.`, { status: 404 });
}

export async function findMemberById(db: Queryable, id: Id): Promise<Member | null> {
  const [row] = await selectMembers(db).where(eq(members.id, id));
  return row === undefined ? null : toMember(row);
}

/** Member and password hash by e-mail or handle, for sign-in alone. */
export async function findForSignIn(
  db: Queryable,
  name: string,
): Promise<{ member: Member; passwordHash: string | null } | null> {
  const wanted = name.trim().replace(/^@/, "").toLowerCase();
  const [row] = await selectMembers(db).where(
    or(eq(sql`lower(${members.email})`, wanted), eq(sql`lower(${actors.handle})`, wanted)),
  );
  return row === undefined
    ? null
    : { member: toMember(row), passwordHash: row.member.passwordHash };
}

/** @throws AppError `member_not_found`, `last_admin` */
export async function changeRole(context: Context, handle: string, role: Role): Promise<Member> {
  const member = await getMember(context, handle);
  await context.db.transaction(async (tx) => {
    await tx.update(members).set({ role }).where(eq(members.id, member.id));
    await requireAnAdmin(tx);
  });
  return { ...member, role };
}

/**
 * Suspends a member: signs them out everywhere and withdraws their tokens; others no longer find
 * them. `lift` ends a suspension.
 * @throws AppError `member_not_found`, `last_admin`
 */
export async function suspendMember(
  context: Context,
  handle: string,
  { lift }: { lift: boolean },
): Promise<Member> {
  const member = await getMember(context, handle);
  const suspendedAt = lift ? null : context.now();
  await context.db.transaction(async (tx) => {
    await tx.update(members).set({ suspendedAt }).where(eq(members.id, member.id));
    await tx.update(actors).set({ suspendedAt }).where(eq(actors.id, member.actorId));
    if (!lift) await endAccess(tx, member.id, context.now());
    await requireAnAdmin(tx);
    await announceChange(tx, `document:${member.actor.iri}`);
  });
  return { ...member, suspendedAt };
}

/**
 * Sets a password (null = makes one) and signs the member out everywhere. Returns the new one.
 * @throws AppError `member_not_found`, `invalid_request`
 */
export async function resetPassword(
  context: Context,
  handle: string,
  password: string | null,
): Promise<string> {
  const member = await getMember(context, handle);
  checkCredentials(member.email, password);
  const next = password ?? randomToken(12);
  const passwordHash = await hashPassword(next);
  await context.db.transaction(async (tx) => {
    await tx.update(members).set({ passwordHash }).where(eq(members.id, member.id));
    await endAccess(tx, member.id, context.now());
  });
  return next;
}

async function endAccess(tx: Transaction, memberId: Id, now: Date): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.memberId, memberId));
  // A code that has not been exchanged yet would become a token afterwards.
  await tx.delete(oauthCodes).where(eq(oauthCodes.memberId, memberId));
  await endTokensOf(tx, memberId, now);
}

async function requireAnAdmin(tx: Transaction): Promise<void> {
  const [row] = await tx
    .select({ id: members.id })
    .from(members)
    .where(sql`${members.role} = 'admin' and ${members.suspendedAt} is null`)
    .limit(1);
  if (row !== undefined) return;
  throw new AppError("last_admin", "Somebody must remain administrator.", { status: 409 });
}

function selectMembers(db: Queryable) {
  return db
    .select({ member: members, actor: actors })
    .from(members)
    .innerJoin(actors, eq(actors.id, members.actorId))
    .$dynamic();
}

function toMember(row: { member: InferSelectModel<typeof members>; actor: ActorRecord }): Member {
  const { passwordHash: _, ...member } = row.member;
  return { ...member, actor: row.actor };
}
