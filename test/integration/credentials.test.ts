import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessTokens, actors } from "../../src/persistence/schema/index.ts";
import { addMember, changeRole, suspendMember } from "../../src/services/members.ts";
import { authenticate, createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";

let instance: TestInstance;

beforeAll(async () => {
  instance = await createTestInstance();
});

afterAll(() => instance.close());

async function addEditor(handle: string) {
  const { member } = await addMember(instance.context, {
    handle,
    email: `${handle}@alpha.example`,
    role: "editor",
    password: "four quiet words here",
  });
  return member;
}

test("a credential is the same object as long as nothing of it has changed", async () => {
  const { context, admin } = instance;
  const token = await createToken(context, admin, { as: "member", scopes: ["read"] });
  await authenticate(context, token); // notes the hour in which the token was used
  const credential = await authenticate(context, token);
  expect(credential.member.id).toBe(admin.id);
  expect(credential.viewer).toEqual({ kind: "local", actor: admin.actor.iri, role: "admin" });
  expect(await authenticate(context, token)).toBe(credential);
  await context.db.update(actors).set({ name: "Ana B." }).where(eq(actors.id, admin.actorId));
  expect((await authenticate(context, token)).actor.name).toBe("Ana B.");
});

test("a token that is revoked is refused at the next request", async () => {
  const { context, admin } = instance;
  const token = await createToken(context, admin, { as: "member", scopes: ["read"] });
  const { tokenId } = await authenticate(context, token);
  await context.db
    .update(accessTokens)
    .set({ revokedAt: new Date() })
    .where(eq(accessTokens.id, tokenId));
  await expect(authenticate(context, token)).rejects.toMatchObject({ code: "token_invalid" });
});

test("a token with fewer scopes has fewer at the next request", async () => {
  const { context, admin } = instance;
  const token = await createToken(context, admin, { as: "member", scopes: ["read", "write"] });
  const { tokenId } = await authenticate(context, token);
  await context.db
    .update(accessTokens)
    .set({ scopes: ["read"] })
    .where(eq(accessTokens.id, tokenId));
  expect((await authenticate(context, token)).scopes).toEqual(["read"]);
});

test("a member who is suspended is refused at the next request", async () => {
  const { context } = instance;
  const member = await addEditor("bo");
  const token = await createToken(context, member, { as: "member", scopes: ["read"] });
  await authenticate(context, token);
  await suspendMember(context, "bo", { lift: false });
  await expect(authenticate(context, token)).rejects.toMatchObject({ code: "token_invalid" });
  await suspendMember(context, "bo", { lift: true });
  await expect(authenticate(context, token)).rejects.toMatchObject({ code: "token_invalid" });
});

test("a member who is no longer editor acts as the organization no more", async () => {
  const { context } = instance;
  const member = await addEditor("cleo");
  const own = await createToken(context, member, { as: "member", scopes: ["read"] });
  const organizations = await createToken(context, member, {
    as: "organization",
    scopes: ["read"],
  });
  expect((await authenticate(context, organizations)).actor.kind).toBe("organization");
  expect((await authenticate(context, own)).viewer).toMatchObject({ role: "editor" });
  await changeRole(context, "cleo", "reader");
  await expect(authenticate(context, organizations)).rejects.toMatchObject({
    code: "editors_only",
  });
  expect((await authenticate(context, own)).viewer).toMatchObject({ role: "reader" });
});
