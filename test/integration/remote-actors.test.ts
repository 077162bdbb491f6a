import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../../src/domain/errors.ts";
import { actors, remoteKeys } from "../../src/persistence/schema/index.ts";
import type { Context } from "../../src/services/context.ts";
import { Memory } from "../../src/services/memory.ts";
import { ensureActor, handleRefreshActor, resolveActor } from "../../src/services/remote-actors.ts";
import { storeRemoteActor } from "../../src/services/store-remote-actor.ts";
import { findVerificationKey } from "../../src/services/verification-keys.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { FakeRemote, failure, remoteActor, RSA_PEM } from "../support/fake-remote.ts";

let instance: TestInstance;
let context: Context;
let remote: FakeRemote;
let number = 0;

beforeAll(async () => {
  instance = await createTestInstance();
});
afterAll(() => instance.close());
beforeEach(() => {
  remote = new FakeRemote();
  // As a process that has just started: nothing in memory.
  context = { ...instance.context, remote, memory: new Memory() };
  instance.jobs.length = 0;
  instance.setTime(null);
});

/** An actor that no other test has met. */
function newActor(changes: Parameters<typeof remoteActor>[1] = {}) {
  number += 1;
  const actor = remoteActor(`https://bravo${number}.example/users/bea`, changes);
  remote.actors.set(actor.iri, actor);
  return actor;
}

async function row(iri: string) {
  const [found] = await context.db.select().from(actors).where(eq(actors.iri, iri));
  return found ?? null;
}

async function keysOf(iri: string) {
  const found = await context.db
    .select({ keyIri: remoteKeys.keyIri })
    .from(remoteKeys)
    .innerJoin(actors, eq(actors.id, remoteKeys.actorId))
    .where(eq(actors.iri, iri));
  return found.map((key) => key.keyIri).toSorted();
}

describe("an actor of another server", () => {
  test("is read once and then known", async () => {
    const bea = newActor();
    const first = await ensureActor(context, bea.iri);
    expect(first).toMatchObject({ kind: "remote", handle: "bea", host: bea.host });
    const restarted = { ...context, memory: new Memory() };
    expect((await ensureActor(restarted, bea.iri)).id).toBe(first.id);
    expect(remote.asked).toEqual([bea.iri]);
  });

  test("is read once for all who ask at the same time", async () => {
    const bea = newActor();
    const found = await Promise.all(
      Array.from({ length: 20 }, () => ensureActor(context, bea.iri)),
    );
    expect(new Set(found.map((actor) => actor.id)).size).toBe(1);
    expect(remote.asked).toEqual([bea.iri]);
  });

  test("is used as it is after a day, while a job reads it again, asked for once", async () => {
    const bea = newActor();
    await ensureActor(context, bea.iri);
    instance.setTime(new Date(Date.now() + 25 * 3_600_000));
    context = { ...context, memory: new Memory() };
    expect((await ensureActor(context, bea.iri)).iri).toBe(bea.iri);
    await ensureActor(context, bea.iri);
    expect(instance.jobs).toEqual([{ name: "refresh-actor", payload: { iri: bea.iri } }]);
    expect(remote.asked).toHaveLength(1);
  });

  test("a refresh takes over what changed, without asking WebFinger for the same name", async () => {
    const bea = newActor();
    await ensureActor(context, bea.iri);
    remote.actors.set(bea.iri, {
      ...bea,
      name: "Bea B.",
      keys: bea.keys.map((key) => ({ ...key, keyIri: `${bea.iri}#key-2` })),
    });
    await handleRefreshActor(context, { iri: bea.iri });
    expect(remote.lastKnown).toEqual({ username: "bea", host: bea.host });
    expect((await ensureActor(context, bea.iri)).name).toBe("Bea B.");
    expect(await keysOf(bea.iri)).toEqual([`${bea.iri}#key-2`]);
  });

  test("whose origin says that it is deleted is marked gone, and is back when it can be read again", async () => {
    const bea = newActor();
    await ensureActor(context, bea.iri);
    remote.failures.set(bea.iri, failure("remote_gone"));
    await handleRefreshActor(context, { iri: bea.iri });
    expect((await row(bea.iri))?.goneAt).toBeInstanceOf(Date);
    remote.failures.clear();
    await handleRefreshActor(context, { iri: bea.iri });
    expect((await row(bea.iri))?.goneAt).toBeNull();
  });

  test.each([["remote_unreachable"], ["remote_not_found"], ["remote_invalid"]])(
    "stays as it is when a refresh ends in %s",
    async (code) => {
      const bea = newActor();
      await ensureActor(context, bea.iri);
      remote.failures.set(bea.iri, failure(code));
      await handleRefreshActor(context, { iri: bea.iri });
      expect(await row(bea.iri)).toMatchObject({ name: "bea", goneAt: null });
    },
  );

  test("that is suspended stays suspended when it is refreshed", async () => {
    const bea = newActor();
    await ensureActor(context, bea.iri);
    const suspendedAt = new Date("2026-01-01T00:00:00Z");
    await context.db.update(actors).set({ suspendedAt }).where(eq(actors.iri, bea.iri));
    await handleRefreshActor(context, { iri: bea.iri });
    expect((await row(bea.iri))?.suspendedAt).toEqual(suspendedAt);
  });

  test("takes its handle over from an older actor of that name", async () => {
    const bea = newActor();
    await ensureActor(context, bea.iri);
    const newer = remoteActor(`https://${bea.host}/users/bea-again`, {
      handle: "BEA",
      host: bea.host,
    });
    await storeRemoteActor(context, context.db, newer);
    expect((await row(newer.iri))?.handle).toBe("BEA");
    expect(await row(bea.iri)).toMatchObject({
      handle: expect.stringMatching(/^moved-\d+$/),
      fetchedAt: null,
    });
  });

  test.each([
    ["a handle of ours", { host: "alpha.example", handle: "alpha" }],
    ["an id of ours", { iri: "https://alpha.example/ap/org" }],
  ])("that claims %s is refused", async (_what, changes) => {
    const pretender = { ...newActor(), ...changes };
    await expect(storeRemoteActor(context, context.db, pretender)).rejects.toMatchObject({
      code: "remote_invalid",
    });
  });

  test("cannot take another actor's key by naming it as its own", async () => {
    const bea = newActor();
    await ensureActor(context, bea.iri);
    const pem = RSA_PEM.replaceAll("\n", "\r\n");
    const keys = bea.keys.map((key) => ({ ...key, pem }));
    const eve = remoteActor(`https://${bea.host}/users/eve`, { keys });
    await storeRemoteActor(context, context.db, eve);
    expect(await keysOf(eve.iri)).toEqual([]);
    const [kept] = await context.db
      .select()
      .from(remoteKeys)
      .where(eq(remoteKeys.keyIri, `${bea.iri}#main-key`));
    expect(kept?.publicKeyPem).toBe(RSA_PEM);
  });
});

describe("servers that cannot be read", () => {
  test("a failure is remembered and not asked for again at once", async () => {
    const iri = "https://nobody.example/users/x";
    await expect(ensureActor(context, iri)).rejects.toMatchObject({ code: "remote_not_found" });
    await expect(ensureActor(context, iri)).rejects.toMatchObject({ code: "remote_not_found" });
    expect(remote.asked).toHaveLength(1);
  });

  test("a host that does not answer is left alone for all of its actors", async () => {
    const [one, two] = ["https://dead.example/users/1", "https://dead.example/users/2"];
    const silence = new AppError("http_timeout", "dead.example did not answer in time.");
    remote.failures.set(one, failure("remote_unreachable", silence));
    await expect(ensureActor(context, one)).rejects.toMatchObject({ code: "remote_unreachable" });
    await expect(ensureActor(context, two)).rejects.toMatchObject({ code: "remote_unreachable" });
    expect(remote.asked).toEqual([one]);
  });

  test("a host that answers one actor with an error is still asked for others", async () => {
    const [one, two] = ["https://moody.example/users/1", "https://moody.example/users/2"];
    remote.failures.set(one, failure("remote_unreachable"));
    remote.actors.set(two, remoteActor(two));
    await expect(ensureActor(context, one)).rejects.toMatchObject({ code: "remote_unreachable" });
    expect((await ensureActor(context, two)).iri).toBe(two);
  });

  test("any number of dead servers takes a bounded amount of memory and no table", async () => {
    const before = await context.db.$count(actors);
    for (let index = 0; index < 500; index += 1) {
      const keyIri = `https://dead${index}.example/users/x#main-key`;
      expect(await findVerificationKey(context, keyIri, { refresh: false })).toBeNull();
    }
    const { failures, deadHosts, readings } = context.memory.remote;
    expect(failures.max).toBeLessThanOrEqual(2_000);
    expect(deadHosts.max).toBeLessThanOrEqual(2_000);
    expect(readings.size).toBe(0);
    expect(await context.db.$count(actors)).toBe(before);
  });
});

describe("a key to check a signature with", () => {
  const now = { refresh: false };

  test("comes from its origin once, then from memory, then from the database", async () => {
    const bea = newActor();
    const keyIri = `${bea.iri}#main-key`;
    expect(await findVerificationKey(context, keyIri, now)).toMatchObject({
      keyId: keyIri,
      owner: bea.iri,
      cached: false,
    });
    expect(await findVerificationKey(context, keyIri, now)).toMatchObject({ cached: true });
    await ensureActor(context, bea.iri);
    const restarted = { ...context, memory: new Memory() };
    expect(await findVerificationKey(restarted, keyIri, now)).toMatchObject({
      owner: bea.iri,
      cached: true,
    });
    expect(remote.asked).toEqual([keyIri]);
  });

  test("stores nobody before the signature has proven right; then without reading again", async () => {
    const bea = newActor();
    await findVerificationKey(context, `${bea.iri}#main-key`, now);
    expect(await row(bea.iri)).toBeNull();
    await ensureActor(context, bea.iri);
    expect((await row(bea.iri))?.handle).toBe("bea");
    expect(remote.asked).toEqual([`${bea.iri}#main-key`]);
  });

  test("is read again when it is to be refreshed, and the new one is stored", async () => {
    const bea = newActor();
    const keyIri = `${bea.iri}#main-key`;
    await ensureActor(context, bea.iri);
    remote.actors.set(bea.iri, {
      ...bea,
      keys: [{ keyIri, algorithm: "rsa", pem: `${RSA_PEM}\n` }],
    });
    expect(await findVerificationKey(context, keyIri, { refresh: true })).toMatchObject({
      cached: false,
    });
    const [stored] = await context.db
      .select()
      .from(remoteKeys)
      .where(eq(remoteKeys.keyIri, keyIri));
    expect(stored?.publicKeyPem).toBe(`${RSA_PEM}\n`);
  });

  test("one that cannot be had is null, also one of our own", async () => {
    expect(await findVerificationKey(context, "https://a.example/key", now)).toBeNull();
    expect(
      await findVerificationKey(context, `${instance.organization.iri}#main-key`, now),
    ).toBeNull();
    expect(remote.asked).toEqual(["https://a.example/key"]);
  });

  test("an Ed25519 or RSA key is ready to verify", async () => {
    const bea = newActor();
    const key = await findVerificationKey(context, `${bea.iri}#main-key`, now);
    expect(key?.publicKey.export({ type: "spki", format: "pem" })).toBe(RSA_PEM);
  });
});

describe("whom a person means", () => {
  test.each([["@bea@HOST"], ["bea@HOST"], ["acct:bea@HOST"], [" @bea@HOST "]])(
    "by the handle %s",
    async (text) => {
      const bea = newActor();
      const found = await resolveActor(context, text.replace("HOST", bea.host.toUpperCase()));
      expect(found.iri).toBe(bea.iri);
    },
  );

  test("by the address of a profile, with or without https://", async () => {
    const bea = newActor();
    expect((await resolveActor(context, bea.iri.slice("https://".length))).iri).toBe(bea.iri);
    expect((await resolveActor(context, bea.iri)).iri).toBe(bea.iri);
  });

  test("our own actors by handle, IRI and page, without any network", async () => {
    const { organization } = instance;
    for (const text of ["@alpha@alpha.example", organization.iri, organization.url]) {
      expect((await resolveActor(context, text)).id).toBe(organization.id);
    }
    expect(remote.asked).toEqual([]);
  });

  test("asking again asks again, whatever failed a moment ago", async () => {
    const bea = newActor();
    remote.failures.set(bea.iri, failure("remote_unreachable"));
    await expect(resolveActor(context, `@bea@${bea.host}`)).rejects.toMatchObject({
      code: "remote_unreachable",
    });
    remote.failures.clear();
    expect((await resolveActor(context, `@bea@${bea.host}`)).iri).toBe(bea.iri);
  });

  test.each([
    ["nothing understandable", "hello there", "actor_not_understood"],
    ["somebody unknown here", "@zoe@alpha.example", "not_found"],
    ["a page that is not here", "https://alpha.example/nothing", "not_found"],
    ["somebody unknown elsewhere", "@zoe@nowhere.example", "remote_not_found"],
  ])("%s is an error that says so", async (_what, text, code) => {
    await expect(resolveActor(context, text)).rejects.toMatchObject({ code });
  });
});
