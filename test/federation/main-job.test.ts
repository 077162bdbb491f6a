import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";

const AS_JSON = { headers: { Accept: "application/activity+json" } };
const SOON = { timeout: 10_000, interval: 25 };

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let charlie: NetworkInstance;

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  bravo = await network.add("bravo", { followers: "approve" });
  charlie = await network.add("charlie");
});

afterAll(() => network.close());

interface PracticeJson {
  id: string;
  uri: string;
  url: string;
  title: string;
  content_html: string;
  revision: number;
  topics: string[];
}

async function practicesAt(
  instance: NetworkInstance,
  of: NetworkInstance,
): Promise<PracticeJson[]> {
  const { json } = await instance.api("GET", `/practices?organization=${of.handle}`);
  return json;
}

async function publish(instance: NetworkInstance, fields: object): Promise<PracticeJson> {
  const { status, json } = await instance.api("POST", "/practices", fields);
  expect(status).toBe(201);
  return json;
}

describe("following another organization and reading its practices", () => {
  it("follows an open organization by handle and gets what it publishes, whole", async () => {
    const asked = await bravo.api("POST", "/follows", { handle: alpha.handle });
    expect(asked.json).toMatchObject({ state: "pending", actor: { handle: alpha.handle } });
    await vi.waitFor(async () => {
      const { json } = await bravo.api("GET", "/follows");
      expect(json).toMatchObject([{ state: "accepted", actor: { uri: `${alpha.origin}/ap/org` } }]);
    }, SOON);

    const content = `## Steps\n\n${"Walk the line and write it down. ".repeat(400)}\n\n| a | b |\n|---|---|\n| 1 | 2 |`;
    const published = await publish(alpha, {
      title: "Night-shift handover",
      content,
      kind: "lesson",
      topics: ["handover"],
      benefits: ["services"],
      license: "CC-BY-4.0",
      language: "en",
    });
    const received = await vi.waitFor(async () => {
      const [practice] = await practicesAt(bravo, alpha);
      expect(practice?.uri).toBe(published.uri);
      return practice;
    }, SOON);
    expect(received).toMatchObject({
      title: "Night-shift handover",
      kind: "lesson",
      topics: ["handover"],
      benefits: ["services"],
      language: "en",
      label: "TLP:CLEAR",
      revision: 1,
      audience: ["public"],
      organization: { handle: alpha.handle, type: "Organization" },
    });
    expect(received?.content_html).toBe(published.content_html);
    expect(received?.content_html).toContain("<table>");
  });

  it("carries an edit over, and leaves alone what the edit does not name", async () => {
    const [before] = await practicesAt(alpha, alpha);
    const edit = { content: "Say it aloud.", change_note: "shorter" };
    const { status } = await alpha.api("PATCH", `/practices/${before?.id}`, edit);
    expect(status).toBe(200);
    await vi.waitFor(async () => {
      const [practice] = await practicesAt(bravo, alpha);
      expect(practice).toMatchObject({ revision: 2, content_html: "<p>Say it aloud.</p>" });
      expect(practice).toMatchObject({ title: before?.title, topics: before?.topics });
    }, SOON);
    const same = await alpha.api("PATCH", `/practices/${before?.id}`, edit);
    expect(same.json.revision).toBe(2);
    const { json } = await alpha.api("GET", `/practices/${before?.id}/revisions`);
    expect(json).toMatchObject([
      { number: 1, change_note: "" },
      { number: 2, change_note: "shorter", content: "Say it aloud." },
    ]);
  });

  it("takes a withdrawn practice away at both ends", async () => {
    const [practice] = await practicesAt(alpha, alpha);
    expect((await alpha.api("DELETE", `/practices/${practice?.id}`)).status).toBe(204);
    const { pathname } = new URL(practice?.uri ?? "");
    expect((await alpha.fetch(pathname, AS_JSON)).status).toBe(404);
    await vi.waitFor(async () => {
      expect(await practicesAt(bravo, alpha)).toEqual([]);
    }, SOON);
  });

  it("waits for approval where followers are approved by hand", async () => {
    const asked = await charlie.api("POST", "/follows", { handle: bravo.handle });
    expect(asked.json.state).toBe("pending");
    const request = await vi.waitFor(async () => {
      const { json } = await bravo.api("GET", "/follow-requests", undefined, "organization");
      expect(json).toHaveLength(1);
      return json[0];
    }, SOON);
    expect(request.actor.handle).toBe("@ana@charlie.test");

    await publish(bravo, { title: "Before the approval", content: "x", audience: ["followers"] });
    const answer = await bravo.api(
      "POST",
      `/follow-requests/${request.id}/accept`,
      undefined,
      "organization",
    );
    expect(answer.status).toBe(204);
    await vi.waitFor(async () => {
      const { json } = await charlie.api("GET", "/follows");
      expect(json).toMatchObject([{ state: "accepted" }]);
    }, SOON);

    await publish(bravo, { title: "For followers", content: "y", audience: ["followers"] });
    await vi.waitFor(async () => {
      const received = await practicesAt(charlie, bravo);
      expect(received).toMatchObject([{ title: "For followers", audience: ["followers"] }]);
    }, SOON);
  });

  it("keeps a followers-only practice from everybody else", async () => {
    const [secret] = await practicesAt(bravo, bravo);
    const { pathname } = new URL(secret?.uri ?? "");
    const missing = "/ap/practices/01a2047c-0000-7000-8000-000000000000";
    const [hidden, absent] = await Promise.all([
      bravo.fetch(pathname, AS_JSON),
      bravo.fetch(missing, AS_JSON),
    ]);
    expect(hidden.status).toBe(404);
    expect(await hidden.text()).toBe(await absent.text());
    expect([...hidden.headers]).toEqual([...absent.headers]);
    expect(await practicesAt(alpha, bravo)).toEqual([]);
    const { json } = await bravo.api("GET", `/practices/${secret?.id}`);
    expect(json.title).toBe("For followers");
    const outbox = await bravo.fetch("/ap/org/outbox", AS_JSON);
    expect(await outbox.json()).toMatchObject({ totalItems: 0 });
    expect(new URL(secret?.url ?? "").pathname).not.toContain("followers");
  });

  it("stops delivering to somebody who no longer follows", async () => {
    await bravo.api("DELETE", "/follows", { handle: alpha.handle });
    await vi.waitFor(async () => {
      const document = await alpha.fetch("/ap/org/followers", AS_JSON);
      expect(await document.json()).toMatchObject({ totalItems: 0 });
    }, SOON);
  });
});

describe("when the other side is down", () => {
  it("delivers once it is back, without losing or repeating anything", async () => {
    await bravo.api("POST", "/follows", { handle: alpha.handle });
    await vi.waitFor(async () => {
      const { json } = await bravo.api("GET", "/follows");
      expect(json).toMatchObject([{ state: "accepted" }]);
    }, SOON);
    network.setDown(bravo, true);
    const published = await publish(alpha, { title: "While you were out", content: "z" });
    const { sql } = alpha.running.instance.database;
    await vi.waitFor(async () => {
      const [row] = await sql`select attempts, state from deliveries order by id desc limit 1`;
      expect(row).toMatchObject({ attempts: 1, state: "queued" });
    }, SOON);
    network.setDown(bravo, false);
    // Instead of waiting for the first retry, say that it is due.
    await sql`update deliveries set due_at = now() where state = 'queued'`;
    await sql`select pg_notify('praxis_changes', 'deliveries')`;
    await vi.waitFor(async () => {
      const received = await practicesAt(bravo, alpha);
      expect(received.map((practice) => practice.uri)).toEqual([published.uri]);
    }, SOON);
  });
});
