import { and, eq, gt, sql } from "drizzle-orm";
import { AppError, invalid } from "../domain/errors.ts";
import type { FollowPolicy } from "../domain/follow.ts";
import { checkLocalHandle } from "../domain/handle.ts";
import { hashPassword } from "../platform/crypto/passwords.ts";
import { hashToken, randomToken } from "../platform/crypto/tokens.ts";
import { announceChange } from "../persistence/changes.ts";
import { organization, setupLinks } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { createActor, prepareKeys } from "./local-actors.ts";
import { checkCredentials, insertMember, type Member } from "./members.ts";
import { getOrganization } from "./organization.ts";

/** What an organization starts with. */
export interface SetupInput {
  readonly name: string;
  readonly handle: string;
  /** handle of the first administrator */
  readonly admin: string;
  /** name of the first administrator that others see; without it, the handle */
  readonly adminName?: string | undefined;
  readonly email: string;
  readonly password: string;
  readonly followers: FollowPolicy;
}

const LINK_HOURS = 24;
const LONGEST_NAME = 100;

/** Makes the one-time link to the first-run page; null when the instance is set up already. */
export async function createSetupLink(context: Context): Promise<string | null> {
  if ((await getOrganization(context)) !== null) return null;
  const token = randomToken();
  const expiresAt = new Date(context.now().getTime() + LINK_HOURS * 3_600_000);
  await context.db.transaction(async (tx) => {
    await tx.delete(setupLinks);
    await tx.insert(setupLinks).values({ tokenHash: hashToken(token), expiresAt });
  });
  return `${context.config.origin}/setup?token=${token}`;
}

/** Whether the token of a set-up link is the current one. */
export async function checkSetupToken(context: Context, token: string): Promise<boolean> {
  const [row] = await context.db
    .select({ expiresAt: setupLinks.expiresAt })
    .from(setupLinks)
    .where(
      and(eq(setupLinks.tokenHash, hashToken(token)), gt(setupLinks.expiresAt, context.now())),
    );
  return row !== undefined;
}

/**
 * Sets the organization up with its first administrator, all or nothing. Whoever runs the command
 * line needs no token; the first-run page passes the one of its link.
 * @throws AppError `already_set_up`, `setup_link_invalid`, `invalid_request`, `handle_invalid`, `handle_taken`
 */
export async function setUp(
  context: Context,
  input: SetupInput,
  token: string | null,
): Promise<Member> {
  const checked = checkInput(input);
  if ((await getOrganization(context)) !== null) throw alreadySetUp();
  if (token !== null && !(await checkSetupToken(context, token))) throw linkInvalid();
  const [passwordHash, organizationKeys, instanceKeys, memberKeys] = await Promise.all([
    hashPassword(checked.password),
    prepareKeys(),
    prepareKeys(),
    prepareKeys(),
  ]);
  const { iris, config } = context;
  const member = await context.db.transaction(async (tx) => {
    // Two set-ups at once: the second waits here and finds the first one's organization.
    await tx.execute(sql`lock table ${organization} in exclusive mode`);
    if ((await tx.select({ id: organization.id }).from(organization)).length > 0) {
      throw alreadySetUp();
    }
    const actor = await createActor(
      context,
      tx,
      {
        kind: "organization",
        iri: iris.organization,
        type: "Organization",
        handle: checked.handle,
        name: checked.name,
        url: `${config.origin}/`,
        manuallyApprovesFollowers: checked.followers === "approve",
      },
      organizationKeys,
    );
    const instanceActor = await createActor(
      context,
      tx,
      {
        kind: "instance",
        iri: iris.instance,
        type: "Application",
        handle: "instance",
        name: `${checked.name} (server)`,
        url: `${config.origin}/`,
        manuallyApprovesFollowers: true,
      },
      instanceKeys,
    );
    await tx.insert(organization).values({
      origin: config.origin,
      actorId: actor.id,
      instanceActorId: instanceActor.id,
      followPolicy: checked.followers,
    });
    const admin = await insertMember(context, tx, {
      handle: checked.admin,
      name: checked.adminName,
      email: checked.email,
      role: "admin",
      passwordHash,
      keys: memberKeys,
    });
    await tx.delete(setupLinks);
    await announceChange(tx, "organization");
    return admin;
  });
  context.memory.forget();
  return member;
}

function checkInput(input: SetupInput): SetupInput {
  const name = input.name.trim();
  if (name === "") throw invalid({ name: "the organization needs a name" });
  if (name.length > LONGEST_NAME) throw invalid({ name: `at most ${LONGEST_NAME} characters` });
  checkCredentials(input.email, input.password);
  const handle = checkLocalHandle(input.handle);
  const admin = checkLocalHandle(input.admin);
  if (handle === admin) {
    throw invalid({ admin: "the administrator needs another handle than the organization" });
  }
  return { ...input, name, handle, admin };
}

function alreadySetUp(): AppError {
  return new AppError("already_set_up", "This instance has been set up already.", { status: 409 });
}

function linkInvalid(): AppError {
  return new AppError(
    "setup_link_invalid",
    "This link is not valid any more. Restart Praxis to get a new one.",
    { status: 403 },
  );
}

/**
 * Refuses to run with another origin than the one all IRIs were made with.
 * @throws AppError `origin_changed`
 */
export async function checkOrigin(context: Context): Promise<void> {
  const [row] = await context.db
    .select({ origin: organization.origin })
    .from(organization)
    .where(eq(organization.id, 1));
  if (row === undefined || row.origin === context.config.origin) return;
  throw new AppError(
    "origin_changed",
    `This instance was set up as ${row.origin}, but PRAXIS_ORIGIN is now ${context.config.origin}. ` +
      "Other servers know it by its first origin, so it cannot change.",
  );
}
