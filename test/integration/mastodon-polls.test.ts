import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import {
  activities,
  notifications,
  polls,
  pollVotes,
  posts,
} from "../../src/persistence/schema/index.ts";
import { blockActor } from "../../src/services/blocks.ts";
import { addMember, type Member } from "../../src/services/members.ts";
import { checkPoll } from "../../src/services/polls.ts";
import { endPolls, handleTellPoll } from "../../src/services/poll-updates.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import { clientOf, visitorOf, type Client } from "../support/client.ts";
import { createWorld, PUBLIC, type World } from "../support/inbound-world.ts";
import { storePoll } from "../support/polls.ts";
import { Visitor } from "../support/web-client.ts";
import { addPartnership, addRemoteActor } from "../support/web-world.ts";

const ALL: Audience = [{ kind: "public" }];
const HOUR_MS = 3_600_000;

let world: World;
let bob: Member;
let ana: Client;
let asBob: Client;
let question: Awaited<ReturnType<typeof storePoll>>;

beforeAll(async () => {
  world = await createWorld();
  const made = await addMember(world.context, {
    handle: "bob",
    email: "bob@alpha.example",
    role: "reader",
    password: "another long password",
  });
  bob = made.member;
  ana = await clientOf(world, world.admin);
  asBob = await clientOf(world, bob);
});

afterAll(() => world.close());

beforeEach(async () => {
  world.setTime(null);
  question = await storePoll(world.context, world.admin, ALL);
});

const votesPath = () => `/v1/polls/${question.poll.id}/votes`;

async function tally(id = question.poll.id): Promise<[number[], number | null]> {
  const [row] = await world.database.db.select().from(polls).where(eq(polls.id, id));
  return [row?.options.map(({ votes }) => votes) ?? [], row?.votersCount ?? null];
}

describe("a poll is asked for", () => {
  const asked = { options: ["a", "b"], multiple: false, hideTotals: false, expiresIn: 300 };
  test.each([
    ["too few options", { options: ["a"] }],
    ["too many", { options: Array.from({ length: 13 }, (_, each) => `${each}`) }],
    ["an empty one", { options: ["a", " "] }],
    ["a long one", { options: ["a", "b".repeat(101)] }],
    ["two alike", { options: ["a", "a "] }],
    ["too short a time", { expiresIn: 299 }],
    ["too long a time", { expiresIn: 31 * 86_400 + 1 }],
    ["no time at all", { expiresIn: Number.NaN }],
  ])("with %s", (_, changes) => {
    expect(() => checkPoll({ ...asked, ...changes }, new Date(0))).toThrow(/poll\./);
  });

  test("with all that it needs", () => {
    expect(checkPoll(asked, new Date(0)).expiresAt).toEqual(new Date(300_000));
  });
});

describe("members vote", () => {
  test("once, and see how it stands", async () => {
    const { status, json } = await asBob("POST", votesPath(), { choices: [1] });
    expect([status, json]).toEqual([
      200,
      expect.objectContaining({
        voted: true,
        own_votes: [1],
        votes_count: 1,
        voters_count: 1,
        options: [
          { title: "Red", votes_count: 0 },
          { title: "Blue", votes_count: 1 },
        ],
      }),
    ]);
    const again = await asBob("POST", votesPath(), { choices: [0] });
    expect([again.status, await tally()]).toEqual([422, [[0, 1], 1]]);
    const shown = await ana("GET", `/v1/statuses/${question.post.id}`);
    expect(shown.json.poll).toMatchObject({ voted: true, own_votes: [], votes_count: 1 });
  });

  test("all at the same time, and only one vote counts", async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, each) => asBob("POST", votesPath(), { choices: [each % 2] })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const [counts, voters] = await tally();
    expect([counts.reduce((sum, votes) => sum + votes), voters]).toEqual([1, 1]);
  });

  test.each([
    ["two in a poll for one", { choices: [0, 1] }],
    ["what is not offered", { choices: [2] }],
    ["nothing", { choices: [] }],
    ["nonsense", { choices: ["Red"] }],
  ])("for %s: refused", async (_, body) => {
    expect((await asBob("POST", votesPath(), body)).status).toBe(422);
    expect(await tally()).toEqual([[0, 0], 0]);
  });

  test("for several where that is offered", async () => {
    question = await storePoll(world.context, world.admin, ALL, { multiple: true });
    expect((await asBob("POST", votesPath(), { choices: [0, 0] })).status).toBe(422);
    const { json } = await asBob("POST", votesPath(), { choices: [0, 1] });
    expect(json).toMatchObject({ own_votes: [0, 1], votes_count: 2, voters_count: 1 });
  });

  test("not in their own poll, and not after its end", async () => {
    expect((await ana("POST", votesPath(), { choices: [0] })).status).toBe(422);
    world.setTime(new Date(Date.now() + 2 * HOUR_MS));
    expect((await asBob("POST", votesPath(), { choices: [0] })).status).toBe(422);
    expect((await asBob("GET", `/v1/polls/${question.poll.id}`)).json.expired).toBe(true);
  });

  test("not in one that they may not see: it is not there for them", async () => {
    const hidden = await storePoll(world.context, world.admin, []);
    const path = `/v1/polls/${hidden.poll.id}`;
    const missing = (await asBob("GET", "/v1/polls/1")).json;
    for (const answer of [
      await asBob("GET", path),
      await asBob("POST", `${path}/votes`, { choices: [0] }),
      await visitorOf(world)("GET", path),
    ]) {
      expect([answer.status, answer.json]).toEqual([404, missing]);
    }
    expect(await tally(hidden.poll.id)).toEqual([[0, 0], 0]);
  });

  test("who is ahead is hidden to the end where its author wants that", async () => {
    const secret = await storePoll(world.context, world.admin, ALL, { hideTotals: true });
    const path = `/v1/polls/${secret.poll.id}`;
    await asBob("POST", `${path}/votes`, { choices: [0] });
    const counts = async () =>
      (await asBob("GET", path)).json.options.map(
        (one: { votes_count: number }) => one.votes_count,
      );
    expect(await counts()).toEqual([null, null]);
    world.setTime(new Date(Date.now() + 2 * HOUR_MS));
    expect(await counts()).toEqual([1, 0]);
  });
});

test("the page of a poll shows its options, and counts where they may be known", async () => {
  const secret = await storePoll(world.context, world.admin, ALL, { hideTotals: true });
  const page = async ({ id }: { id: bigint }) =>
    (await new Visitor(world.context).get(`/posts/${id}`)).body;
  expect(await page(question.post)).toContain('<li dir="auto">Red – 0</li>');
  expect(await page(secret.post)).toContain('<li dir="auto">Red</li>');
});

describe("votes from elsewhere", () => {
  const voteFor = (name: string, by = world.bea, changes: object = {}) =>
    world.activity(by, "Create", {
      id: `${by.iri}#votes/${Math.random()}`,
      type: "Note",
      attributedTo: by.iri,
      to: [world.admin.actor.iri],
      inReplyTo: question.post.iri,
      name,
      ...changes,
    });

  test("count once, and are no replies", async () => {
    const first = voteFor("Blue");
    await world.send(world.bea, first);
    expect([await world.outcome(first), await tally()]).toEqual(["stored", [[0, 1], 1]]);
    const second = voteFor("Red");
    await world.send(world.bea, second);
    expect([await world.outcome(second), await tally()]).toEqual(["ignored:repeated", [[0, 1], 1]]);
    expect((await world.stored(question.post.iri))?.repliesCount).toBe(0);
    const rows = await world.database.db
      .select()
      .from(posts)
      .where(eq(posts.inReplyToIri, question.post.iri));
    expect(rows).toEqual([]);
  });

  test("for what is not offered, after the end or by somebody blocked do not count", async () => {
    const other = voteFor("Green");
    await world.send(world.bea, other);
    expect(await world.outcome(other)).toBe("ignored:unknown-option");
    const carl = world.bravo.actor("carl");
    const carlHere = await ensureActor(world.context, carl.iri);
    await blockActor(world.context, world.admin.actor, carlHere);
    const blocked = voteFor("Red", carl);
    await world.send(carl, blocked);
    expect(await world.outcome(blocked)).toBe("ignored:unknown-object");
    world.setTime(new Date(Date.now() + 2 * HOUR_MS));
    const late = voteFor("Red");
    await world.send(world.bea, late);
    expect(await world.outcome(late)).toBe("ignored:poll-ended");
    expect(await tally()).toEqual([[0, 0], 0]);
  });

  test("in a poll that they may not see are answered as in one that is missing", async () => {
    const hidden = await storePoll(world.context, world.admin, [{ kind: "members" }]);
    const answers = [];
    for (const inReplyTo of [hidden.post.iri, `${hidden.post.iri}0`]) {
      const sent = voteFor("Red", world.mallory, { inReplyTo });
      const answer = await world.deliver(world.mallory, sent);
      answers.push([answer.status, await answer.text(), await world.outcome(sent)]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(await tally(hidden.poll.id)).toEqual([[0, 0], 0]);
  });

  test("in another's name are refused", async () => {
    const forged = voteFor("Red", world.mallory, { attributedTo: world.bea.iri });
    expect((await world.deliver(world.mallory, forged)).status).toBe(403);
    const signed = { ...voteFor("Red", world.bea), id: `${world.evil.origin}/votes/1` };
    expect((await world.deliver(world.mallory, signed)).status).toBe(401);
    expect(await tally()).toEqual([[0, 0], 0]);
  });

  test("several for several options of one poll make one voter", async () => {
    question = await storePoll(world.context, world.admin, ALL, { multiple: true });
    for (const name of ["Red", "Blue", "Blue"]) await world.send(world.bea, voteFor(name));
    expect(await tally()).toEqual([[1, 1], 1]);
  });

  test("are told once to those who have the poll and to whoever voted", async () => {
    world.jobs.splice(0);
    await world.send(world.bea, voteFor("Blue"));
    await world.runJobs({ "tell-poll": (payload) => handleTellPoll(world.context, payload) });
    const updates = (
      await world.database.db
        .select()
        .from(activities)
        .where(eq(activities.postId, question.post.id))
    ).map(({ body }) => JSON.parse(body));
    expect(updates).toEqual([
      expect.objectContaining({
        type: "Update",
        to: [PUBLIC],
        object: expect.objectContaining({
          type: "Question",
          votersCount: 1,
          oneOf: [
            { type: "Note", name: "Red", replies: { type: "Collection", totalItems: 0 } },
            { type: "Note", name: "Blue", replies: { type: "Collection", totalItems: 1 } },
          ],
        }),
      }),
    ]);
  });
});

test("each partner is told of the counts by itself, and of no other partner", async () => {
  const { context, database } = world;
  const partners = [await addRemoteActor(context, "dora"), await addRemoteActor(context, "elmo")];
  for (const partner of partners) await addPartnership(context, partner);
  const { post } = await storePoll(
    context,
    world.admin,
    partners.map(({ iri }) => ({ kind: "partner", organization: iri })),
  );
  const tags = partners.map(({ iri, handle }) => ({
    type: "Mention" as const,
    name: `@${handle}`,
    href: iri,
  }));
  await database.db.update(posts).set({ tags }).where(eq(posts.id, post.id));
  await handleTellPoll(context, { postId: post.id.toString() });
  const told = await database.db.select().from(activities).where(eq(activities.postId, post.id));
  expect(told).toHaveLength(2);
  for (const [one, other] of [partners, partners.toReversed()]) {
    const mine = told.filter(({ body }) => body.includes(one?.iri ?? ""));
    expect(mine).toHaveLength(1);
    expect(mine[0]?.body).not.toContain(other?.iri);
  }
});

describe("polls from elsewhere", () => {
  const options = (red: number, blue: number) =>
    Object.entries({ Red: red, Blue: blue }).map(([name, totalItems]) => ({
      type: "Note",
      name,
      replies: { type: "Collection", totalItems },
    }));

  async function receive(name: string, changes: object = {}) {
    const note = world.bravo.note(world.bea, name, {
      type: "Question",
      oneOf: options(1, 0),
      votersCount: 1,
      endTime: new Date(Date.now() + HOUR_MS).toISOString(),
      cc: [world.admin.actor.iri],
      ...changes,
    });
    await world.send(world.bea, world.activity(world.bea, "Create", note));
    const stored = await world.stored(note["id"]);
    const [poll] = await world.database.db
      .select()
      .from(polls)
      .where(eq(polls.postId, stored?.id ?? 0n));
    if (poll === undefined) throw new Error("the poll was not stored");
    return { note, poll, id: stored?.id };
  }

  test("are shown, and voted in by a note to their author alone", async () => {
    const { poll, id, note } = await receive("question-one");
    const shown = await asBob("GET", `/v1/statuses/${id}`);
    expect(shown.json.poll).toMatchObject({ voted: false, votes_count: 1, voters_count: 1 });
    expect(shown.json.content).toBe("<p>question-one</p>");
    const { json } = await asBob("POST", `/v1/polls/${poll.id}/votes`, { choices: [1] });
    expect(json).toMatchObject({ own_votes: [1], votes_count: 2 });
    const sent = (await world.database.db.select().from(activities))
      .map(({ body, audience }) => ({ json: JSON.parse(body), audience }))
      .find((each) => each.json.object?.inReplyTo === note["id"]);
    expect(sent).toMatchObject({
      audience: [`person:${world.bea.iri}`],
      json: {
        type: "Create",
        to: [world.bea.iri],
        object: { type: "Note", name: "Blue", to: [world.bea.iri], attributedTo: bob.actor.iri },
      },
    });
    expect(JSON.stringify(sent?.json)).not.toContain("followers");
  });

  test("counts come with an Update that is no newer, votes stay", async () => {
    const { poll, note } = await receive("question-two");
    await asBob("POST", `/v1/polls/${poll.id}/votes`, { choices: [1] });
    const counted = { ...note, oneOf: options(5, 7), votersCount: 12 };
    await world.send(world.bea, world.activity(world.bea, "Update", counted));
    expect(await tally(poll.id)).toEqual([[5, 7], 12]);
    expect(await world.database.db.select().from(pollVotes)).toContainEqual(
      expect.objectContaining({ pollId: poll.id }),
    );
    const forged = { ...counted, oneOf: options(99, 0) };
    expect(
      (await world.deliver(world.mallory, world.activity(world.mallory, "Update", forged))).status,
    ).toBeLessThan(500);
    expect(await tally(poll.id)).toEqual([[5, 7], 12]);
  });

  test("other options are other questions: the votes given before are gone", async () => {
    const { poll, note } = await receive("question-three");
    await asBob("POST", `/v1/polls/${poll.id}/votes`, { choices: [1] });
    const changed = {
      ...note,
      oneOf: [{ type: "Note", name: "Green" }, ...options(0, 0)],
      updated: new Date(Date.now() + 1000).toISOString(),
    };
    world.setTime(new Date(Date.now() + 2000));
    await world.send(world.bea, world.activity(world.bea, "Update", changed));
    const { json } = await asBob("GET", `/v1/polls/${poll.id}`);
    expect(json).toMatchObject({ voted: false, own_votes: [], votes_count: 0 });
    expect(json.options).toHaveLength(3);
  });

  test("are read again from there when somebody looks, at most once in a minute", async () => {
    const { poll, note } = await receive("question-four");
    world.jobs.splice(0);
    await asBob("GET", `/v1/polls/${poll.id}`);
    expect(world.jobs).toEqual([]);
    world.setTime(new Date(Date.now() + 61_000));
    await asBob("GET", `/v1/polls/${poll.id}`);
    await asBob("GET", `/v1/polls/${poll.id}`);
    expect(world.jobs).toEqual([{ name: "fetch-post", payload: { iri: note["id"], depth: 0 } }]);
    world.bravo.note(world.bea, "question-four", { ...note, oneOf: options(8, 9) });
    await world.readRemote();
    expect((await tally(poll.id))[0]).toEqual([8, 9]);
  });
});

describe("the end of a poll", () => {
  test("is told to those of our people who asked or voted and may still see it", async () => {
    await asBob("POST", votesPath(), { choices: [0] });
    const hidden = await storePoll(world.context, world.admin, [
      { kind: "person", actor: bob.actor.iri },
    ]);
    await asBob("POST", `/v1/polls/${hidden.poll.id}/votes`, { choices: [0] });
    await world.database.db.update(posts).set({ audience: [] }).where(eq(posts.id, hidden.post.id));
    world.setTime(new Date(Date.now() + 2 * HOUR_MS));
    await endPolls(world.context);
    await endPolls(world.context);
    const told = await world.database.db
      .select({ recipient: notifications.recipientId, post: notifications.postId })
      .from(notifications)
      .where(eq(notifications.type, "poll"));
    const ours = new Set([question.post.id, hidden.post.id]);
    const bobs = told.filter(({ recipient }) => recipient === bob.actorId);
    expect(bobs.filter(({ post }) => post !== null && ours.has(post))).toEqual([
      { recipient: bob.actorId, post: question.post.id },
    ]);
    const [row] = await world.database.db
      .select()
      .from(polls)
      .where(eq(polls.id, question.poll.id));
    expect(row?.closedAt).not.toBeNull();
  });
});
