import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Viewer } from "../../src/domain/audience/policy.ts";
import { addMember, viewerOf } from "../../src/services/members.ts";
import { findPostByIri } from "../../src/persistence/repositories/posts.ts";
import { getVisiblePost } from "../../src/services/visibility.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";

const SOON = { timeout: 10_000, interval: 25 };

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let colleague: Viewer;

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  bravo = await network.add("bravo");
  const { member } = await addMember(bravo.context, {
    handle: "rolf",
    name: "Rolf",
    email: "rolf@bravo.test",
    role: "reader",
    password: "four quiet words here",
  });
  colleague = viewerOf(member);
});

afterAll(() => network.close());

function readAtBravo(viewer: Viewer, iri: string) {
  return getVisiblePost(bravo.context, viewer, (db) => findPostByIri(db, iri));
}

describe("a practice for one person of another organization that runs Praxis", () => {
  it("arrives there whole, for that person and not for their colleagues", async () => {
    const { status, json } = await alpha.api("POST", "/practices", {
      title: "Rates that we pay",
      content: "Forty-two an hour",
      audience: ["person:@ana@bravo.test"],
      label: "TLP:RED",
    });
    expect(status).toBe(201);
    const ana = viewerOf(bravo.admin);
    const received = await vi.waitFor(() => readAtBravo(ana, json.uri), SOON);
    expect(received).toMatchObject({ title: "Rates that we pay", label: "TLP:RED" });
    expect(received.contentHtml).toContain("Forty-two an hour");
    expect(received.audience).toEqual([{ kind: "person", actor: bravo.admin.actor.iri }]);
    await expect(readAtBravo(colleague, json.uri)).rejects.toThrow("There is nothing here.");
  });

  it("is gone there when it is withdrawn", async () => {
    const { json } = await alpha.api("POST", "/practices", {
      title: "Rates of last year",
      content: "Forty",
      audience: ["person:@ana@bravo.test"],
    });
    const ana = viewerOf(bravo.admin);
    await vi.waitFor(() => readAtBravo(ana, json.uri), SOON);
    await alpha.api("DELETE", `/practices/${json.id}`);
    await vi.waitFor(async () => {
      await expect(readAtBravo(ana, json.uri)).rejects.toThrow("There is nothing here.");
    }, SOON);
  });
});
