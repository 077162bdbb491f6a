import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openInboxes, type InboxServer } from "../support/inboxes.ts";
import { startInstance, type InstanceProcess } from "../support/instance-process.ts";

const SOON = { timeout: 40_000, interval: 50 };

let alpha: InstanceProcess;
let bravo: InstanceProcess;
let editor: string;
let reader: string;

beforeAll(async () => {
  [alpha, bravo] = await Promise.all([startInstance("alpha"), startInstance("bravo")]);
  const scopes = ["--member=ana", "--scopes=read write follow"];
  [{ access_token: editor }, { access_token: reader }] = await Promise.all([
    alpha.command("token", "create", ...scopes),
    bravo.command("token", "create", ...scopes),
  ]);
}, 120_000);

afterAll(() => Promise.all([alpha.close(), bravo.close()]));

async function titlesAtBravo(): Promise<string[]> {
  const { json } = await bravo.api(reader, "GET", `/practices?organization=${alpha.handle}`);
  return json.map((practice: { title: string }) => practice.title);
}

async function publish(title: string): Promise<{ id: string; uri: string }> {
  const body = { title, content: `The text of ${title}.` };
  const { status, json } = await alpha.api(editor, "POST", "/practices", body);
  expect(status).toBe(201);
  return json;
}

describe("two real servers", () => {
  it("follow, publish, edit and withdraw over sockets", async () => {
    const asked = await bravo.api(reader, "POST", "/follows", { handle: alpha.handle });
    expect(asked.status).toBe(200);
    await vi.waitFor(async () => {
      const { json } = await bravo.api(reader, "GET", "/follows");
      expect(json).toMatchObject([{ state: "accepted" }]);
    }, SOON);
    const practice = await publish("Over sockets");
    await vi.waitFor(async () => expect(await titlesAtBravo()).toEqual(["Over sockets"]), SOON);
    await alpha.api(editor, "PATCH", `/practices/${practice.id}`, { title: "Edited" });
    await vi.waitFor(async () => expect(await titlesAtBravo()).toEqual(["Edited"]), SOON);
    await alpha.api(editor, "DELETE", `/practices/${practice.id}`);
    await vi.waitFor(async () => expect(await titlesAtBravo()).toEqual([]), SOON);
  }, 120_000);

  it("keep what was acknowledged through kill -9 of both", async () => {
    await bravo.kill();
    const { uri } = await publish("Said while the reader was dead");
    await alpha.kill();
    await Promise.all([alpha.start(), bravo.start()]);
    const { json } = await alpha.api(null, "GET", "/practices");
    expect(json).toMatchObject([{ uri }]);
    // Jobs that were in hand are tried again once their silence is noticed, and the first delivery
    // may have failed before the kill: the test says that the time has come for both.
    await alpha.database.sql`update pgboss.job set state = 'retry', start_after = now()
      where state = 'active'`;
    await vi.waitFor(async () => {
      const rows = await alpha.database.sql`select from pgboss.job
        where name = 'fan-out' and state in ('created', 'retry', 'active')`;
      expect(rows).toHaveLength(0);
    }, SOON);
    await alpha.database.sql`update deliveries set due_at = now() where state = 'queued'`;
    await alpha.database.sql`update hosts set open_until = now() where open_until is not null`;
    await vi.waitFor(async () => {
      expect(await titlesAtBravo()).toEqual(["Said while the reader was dead"]);
    }, SOON);
  }, 120_000);

  it("end with status 0 on SIGTERM and start again", async () => {
    expect(await alpha.terminate()).toBe(0);
    await alpha.start();
    expect((await fetch(`${alpha.origin}/healthz`)).status).toBe(200);
  }, 120_000);
});

describe("kill -9 in the middle of a fan-out", () => {
  const FOLLOWERS = 400;
  let inboxes: InboxServer;

  beforeAll(async () => {
    inboxes = await openInboxes();
    await alpha.database.sql`
      with added as (
        insert into actors (iri, kind, type, handle, host, url, inbox)
        select ${inboxes.origin} || '/u/' || n, 'remote', 'Person', 'u' || n, ${inboxes.host},
          ${inboxes.origin} || '/u/' || n, ${inboxes.origin} || '/u/' || n || '/inbox'
        from generate_series(1, ${FOLLOWERS}::int) as n returning id, iri)
      insert into follows (follower_id, followee_id, iri, state)
      select added.id, organization.actor_id, added.iri || '/follow', 'accepted'
      from added, organization`;
  });

  afterAll(() => inboxes.shut());

  it("loses nothing, and repeats only what a receiver counts once", async () => {
    await publish("To many");
    await vi.waitFor(() => expect(inboxes.received.length).toBeGreaterThan(40), {
      timeout: 20_000,
      interval: 1,
    });
    await alpha.kill();
    expect(inboxes.received.length).toBeLessThan(FOLLOWERS);
    // What was in hand is free again when its lease ends; the test does not wait for that.
    await alpha.database.sql`update deliveries set due_at = now() where state = 'queued'`;
    await alpha.start();
    await vi.waitFor(async () => {
      const [row] = await alpha.database
        .sql`select count(*)::int as n from deliveries where state = 'queued'`;
      expect(row?.["n"]).toBe(0);
    }, SOON);
    const paths = inboxes.received.map((request) => request.path);
    expect(new Set(paths).size).toBe(FOLLOWERS);
    const ids = new Set(inboxes.received.map((request) => request.json["id"]));
    expect(ids.size).toBe(1);
    const [delivered] = await alpha.database.sql`
      select count(*)::int as n from deliveries d join activities a on a.id = d.activity_id
      where a.iri = ${String([...ids][0])} and d.state = 'delivered'`;
    // … and Bravo, who follows as well.
    expect(delivered?.["n"]).toBe(FOLLOWERS + 1);
  }, 120_000);
});
