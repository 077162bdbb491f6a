import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { origins, reactions } from "../../src/persistence/schema/index.ts";
import { AppError } from "../../src/domain/errors.ts";
import { findPostByIri } from "../../src/persistence/repositories/posts.ts";
import { listHome } from "../../src/services/home-timeline.ts";
import type { Context } from "../../src/services/context.ts";
import { addMember, viewerOf, type Member } from "../../src/services/members.ts";
import {
  allowOrigin,
  blockOrigin,
  disallowOrigin,
  listOrigins,
  previewChange,
  setAllowListOnly,
  unblockOrigin,
} from "../../src/services/origins.ts";

import { ensureActor, resolveActor } from "../../src/services/remote-actors.ts";
import { liftRemoteSuspension, suspendRemoteActor } from "../../src/services/remote-suspension.ts";
import { getVisiblePost, revealPosts } from "../../src/services/visibility.ts";
import { publishForAll } from "../support/publish.ts";
import { createWorld, type World } from "../support/inbound-world.ts";

let world: World;
let editor: Member;

beforeAll(async () => {
  world = await createWorld();
  const { member } = await addMember(world.context, {
    handle: "edda",
    email: "edda@alpha.example",
    role: "editor",
    password: null,
  });
  editor = member;
});

afterAll(() => world.close());

beforeEach(async () => {
  await setAllowListOnly(world.context, world.admin, false);
  await world.context.db.delete(origins);
  world.context.memory.forget();
});

/** A post as a member finds it; null when there is nothing for them. */
async function readOnePost(context: Context, member: Member, iri: string) {
  const found = getVisiblePost(context, viewerOf(member), (db) => findPostByIri(db, iri));
  return found.catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });
}

const block = (host: string) => blockOrigin(world.context, world.admin, host, "spam");

describe("rules about hosts", () => {
  test("are an administrator's alone, also to look at", async () => {
    const { context } = world;
    for (const attempt of [
      () => listOrigins(context, editor),
      () => blockOrigin(context, editor, "evil.example", ""),
      () => unblockOrigin(context, editor, "evil.example"),
      () => allowOrigin(context, editor, "evil.example"),
      () => disallowOrigin(context, editor, "evil.example"),
      () => setAllowListOnly(context, editor, true),
      () => previewChange(context, editor, { kind: "allow-list", on: true }),
      () => suspendRemoteActor(context, editor, "@bea@bravo.example"),
      () => liftRemoteSuspension(context, editor, "@bea@bravo.example"),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "admins_only", status: 403 });
    }
    expect(await listOrigins(context, world.admin)).toEqual({ allowListOnly: false, origins: [] });
  });

  test("are kept under one spelling of the host, one for each", async () => {
    const { context, admin } = world;
    await blockOrigin(context, admin, "https://EVIL.example/about", "first");
    await blockOrigin(context, admin, "evil.example.", " second ");
    await allowOrigin(context, admin, "bücher.example");
    expect((await listOrigins(context, admin)).origins).toMatchObject([
      { host: "evil.example", rule: "blocked", reason: "second" },
      { host: "xn--bcher-kva.example", rule: "allowed" },
    ]);
  });

  test("cannot be about our own host, about nothing, or about what has another rule", async () => {
    const { context, admin } = world;
    await expect(block("Alpha.Example")).rejects.toMatchObject({ code: "host_own" });
    await expect(block("no host")).rejects.toMatchObject({ code: "host_invalid" });
    await expect(blockOrigin(context, admin, "x.example", "y".repeat(501))).rejects.toMatchObject({
      code: "reason_too_long",
    });
    await block("evil.example");
    await expect(allowOrigin(context, admin, "evil.example")).rejects.toMatchObject({
      code: "host_blocked",
    });
    for (const attempt of [
      () => disallowOrigin(context, admin, "evil.example"),
      () => unblockOrigin(context, admin, "sub.evil.example"),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "host_not_listed" });
    }
  });
});

describe("what a blocked host sends", () => {
  test("is refused unread and not remembered: after the block the same activity works", async () => {
    await block("evil.example");
    const like = world.activity(world.mallory, "Follow", world.organization.iri);
    const asked = world.evil.asked.length;
    const response = await world.deliver(world.mallory, like);
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain("evil");
    expect(world.evil.asked.length, "requests to the blocked host").toBe(asked);
    expect(await world.outcome(like)).toBeNull();

    await unblockOrigin(world.context, world.admin, "evil.example");
    await world.send(world.mallory, like);
    expect(await world.outcome(like)).toBe("stored");
  });

  test("is refused by the key, before the body is looked at", async () => {
    await block("evil.example");
    const activity = world.activity(world.mallory, "Follow", world.organization.iri);
    const response = await world.deliver(world.mallory, activity, { sentBody: "no JSON at all" });
    expect(response.status).toBe(403);
  });

  test("is refused with a key from elsewhere, and when somebody else brings it", async () => {
    await block("evil.example");
    const note = world.evil.note(world.mallory, "carried");
    const activity = world.activity(world.mallory, "Create", note);
    const response = await world.deliver(world.bea, activity);
    expect(response.status).toBe(403);
    expect(await world.stored(note["id"])).toBeNull();
  });

  test("is refused from its subdomains and ports as well", async () => {
    await block("example");
    const like = world.activity(world.mallory, "Like", world.organization.iri);
    expect((await world.deliver(world.mallory, like)).status).toBe(403);
    expect((await world.deliver(world.bea, world.activity(world.bea, "Like", "x"))).status).toBe(
      403,
    );
  });
});

describe("what a blocked host has written", () => {
  async function home(): Promise<string[]> {
    const page = await listHome(world.context, world.admin, { limit: 20 });
    return page.posts.map((post) => post.iri);
  }

  test("63: is hidden although somebody whom we follow boosts it back", async () => {
    const { context } = world;
    await world.followFromHere(world.mallory);
    await world.followFromHere(world.bea);
    const note = world.evil.note(world.mallory, "known");
    await world.send(world.mallory, world.activity(world.mallory, "Create", note));
    const iri = String(note["id"]);
    expect(await home()).toContain(iri);
    expect(await readOnePost(context, world.admin, iri)).not.toBeNull();

    await block("evil.example");
    const boost = world.activity(world.bea, "Announce", iri);
    await world.send(world.bea, boost);
    await world.readRemote();
    expect(await world.outcome(boost)).toBe("ignored:unknown-object");
    expect(
      await context.db
        .select()
        .from(reactions)
        .where(eq(reactions.iri, String(boost["id"]))),
    ).toEqual([]);
    expect(await home()).not.toContain(iri);
    expect(await readOnePost(context, world.admin, iri)).toBeNull();
    expect(await readOnePost(context, editor, iri)).toBeNull();

    await unblockOrigin(context, world.admin, "evil.example");
    expect(await readOnePost(context, world.admin, iri)).not.toBeNull();
  });

  test("63: is not even asked for when it is not known yet", async () => {
    await world.followFromHere(world.bea);
    await block("evil.example");
    const note = world.evil.note(world.mallory, "unknown");
    const asked = world.evil.asked.length;
    await world.send(world.bea, world.activity(world.bea, "Announce", note["id"]));
    await world.readRemote();
    expect(world.evil.asked.length).toBe(asked);
    expect(await world.stored(note["id"])).toBeNull();
  });
});

describe("reading from a blocked host", () => {
  test("is refused in plain words, and works again at once after the block", async () => {
    const { context, admin } = world;
    const nora = world.evil.actor("nora");
    await block("evil.example");
    const refused = {
      code: "origin_refused",
      safe: expect.stringContaining("evil.example is refused"),
    };
    await expect(ensureActor(context, nora.iri)).rejects.toMatchObject(refused);
    await expect(resolveActor(context, "@nora@evil.example")).rejects.toMatchObject(refused);
    await expect(resolveActor(context, "https://evil.example/users/nora")).rejects.toMatchObject(
      refused,
    );
    const handle = { username: "nora", host: "evil.example" };
    await expect(context.remote.findActor(handle)).rejects.toMatchObject(refused);
    await unblockOrigin(context, admin, "evil.example");
    expect((await resolveActor(context, "@nora@evil.example")).iri).toBe(nora.iri);
  });

  test("is refused for a known actor too, by handle and by address", async () => {
    const { context } = world;
    await ensureActor(context, world.mallory.iri);
    await block("evil.example");
    for (const text of ["@mallory@evil.example", world.mallory.iri]) {
      await expect(resolveActor(context, text)).rejects.toMatchObject({ code: "origin_refused" });
    }
  });

  test("is refused wherever a redirect leads there", async () => {
    await block("evil.example");
    const there = () => Response.redirect(`${world.evil.origin}/users/mallory`, 302);
    world.bravo.documents.set("/users/lure", there);
    world.bravo.documents.set("/.well-known/webfinger", there);
    const asked = world.evil.asked.length;
    const iri = `${world.bravo.origin}/users/lure`;
    const { remote } = world.context;
    await expect(remote.readActor(iri)).rejects.toMatchObject({ code: "origin_refused" });
    await expect(
      remote.findActor({ username: "lure", host: "bravo.example" }),
    ).rejects.toMatchObject({ code: "origin_refused" });
    expect(world.evil.asked.length).toBe(asked);
    world.bravo.documents.delete("/.well-known/webfinger");
  });
});

describe("where only listed hosts may federate", () => {
  test("one is refused until it is listed", async () => {
    const { context, admin } = world;
    await setAllowListOnly(context, admin, true);
    const first = world.activity(world.ben, "Follow", world.organization.iri);
    expect((await world.deliver(world.ben, first)).status).toBe(403);
    await allowOrigin(context, admin, "bravo.example");
    await world.send(world.ben, first);
    expect(await world.outcome(first)).toBe("stored");
    await disallowOrigin(context, admin, "bravo.example");
    const second = world.activity(world.ben, "Undo", first);
    expect((await world.deliver(world.ben, second)).status).toBe(403);
  });

  test("taking a host off the list ends the follows", async () => {
    const { context, admin, organization } = world;
    await allowOrigin(context, admin, "bravo.example");
    await setAllowListOnly(context, admin, true);
    await world.send(world.bea, world.activity(world.bea, "Follow", organization.iri));
    expect((await world.follow(world.bea.iri, organization.iri))?.state).toBe("accepted");
    const before = (await world.actorRow(organization.iri)).followersCount;
    const preview = await previewChange(context, admin, {
      kind: "disallow",
      host: "bravo.example",
    });
    expect(preview).toMatchObject({ hosts: 1, partnerships: 0 });
    expect(preview.followers).toBeGreaterThan(0);
    await disallowOrigin(context, admin, "bravo.example");
    expect((await world.follow(world.bea.iri, organization.iri))?.state).toBe("rejected");
    expect((await world.actorRow(organization.iri)).followersCount).toBeLessThan(before);
  });
});

describe("one actor elsewhere who is suspended", () => {
  test("is not read any more, nor heard, until the suspension is lifted", async () => {
    const { context, admin } = world;
    await world.followFromHere(world.bea);
    const note = world.bravo.note(world.bea, "before");
    await world.send(world.bea, world.activity(world.bea, "Create", note));
    const iri = String(note["id"]);
    expect(await readOnePost(context, admin, iri)).not.toBeNull();

    const suspended = await suspendRemoteActor(context, admin, "@bea@bravo.example");
    expect(suspended.suspendedAt).not.toBeNull();
    expect(await readOnePost(context, admin, iri)).toBeNull();
    const practice = await publishForAll(world);
    const viewer = { kind: "remote", actor: world.bea.iri } as const;
    expect(await revealPosts(context, viewer, [practice])).toEqual([]);
    const later = world.bravo.note(world.bea, "later");
    await world.send(world.bea, world.activity(world.bea, "Create", later));
    expect(await world.stored(later["id"])).toBeNull();

    await liftRemoteSuspension(context, admin, world.bea.iri);
    expect(await revealPosts(context, viewer, [practice])).toEqual([practice]);
    expect(await readOnePost(context, admin, iri)).not.toBeNull();
  });

  test("must be known here, and nobody of ours", async () => {
    for (const who of ["@nobody@bravo.example", "nonsense", world.organization.iri]) {
      await expect(suspendRemoteActor(world.context, world.admin, who)).rejects.toMatchObject({
        code: "not_found",
      });
    }
  });
});
