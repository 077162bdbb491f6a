import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { act, makePartners, SOON, type PartnershipJson } from "../support/partners.ts";

describe("the roster of our circle", () => {
  let network: Network;
  let alpha: NetworkInstance;
  let bravo: NetworkInstance;
  let charlie: NetworkInstance;
  let withCharlie: PartnershipJson;

  beforeAll(async () => {
    network = createNetwork();
    [alpha, bravo, charlie] = await Promise.all([
      network.add("alpha"),
      network.add("bravo"),
      network.add("charlie"),
    ]);
    await makePartners(alpha, bravo);
    withCharlie = await makePartners(alpha, charlie);
  });

  afterAll(() => network.close());

  function organization({ origin }: NetworkInstance): string {
    return `${origin}/ap/org`;
  }

  async function circle(slug: string, fields: object) {
    const { status, json } = await alpha.api("POST", "/circles", { slug, name: slug, ...fields });
    expect(status, JSON.stringify(json)).toBe(201);
  }

  async function change(slug: string, fields: object) {
    const { status, json } = await alpha.api("PATCH", `/circles/${slug}`, fields);
    expect(status, JSON.stringify(json)).toBe(200);
  }

  /** Who is in alpha's circle, as an instance shows it to its editors; null when it shows none. */
  async function rosterAt(instance: NetworkInstance, name: string): Promise<string[] | null> {
    const { json } = await instance.api("GET", "/circles/received");
    const circles = json as { name: string; owner: { uri: string }; organizations: string[] }[];
    const found = circles.find((each) => each.name === name);
    if (found === undefined) return null;
    expect(found.owner.uri).toBe(organization(alpha));
    return found.organizations.toSorted();
  }

  async function shows(
    instance: NetworkInstance,
    name: string,
    members: readonly NetworkInstance[] | null,
  ): Promise<void> {
    const expected = members?.map(organization).toSorted() ?? null;
    await vi.waitFor(async () => expect(await rosterAt(instance, name)).toEqual(expected), SOON);
  }

  /** Every activity about rosters that alpha has recorded: the circle's name, items and recipient. */
  async function told(name: string): Promise<{ to: string[]; items: string[] }[]> {
    const { sql } = alpha.running.instance.database;
    const rows = await sql`select body from activities where type = 'Update' order by id`;
    return rows
      .map((row) => JSON.parse(String(row["body"])))
      .filter((body) => body.object.name === name)
      .map((body) => ({ to: body.to, items: body.object.items }));
  }

  it("is told to every member when it is opened, to each alone, and never before", async () => {
    const members = [bravo.handle, charlie.handle];
    await circle("north", { members });
    await change("north", { description: "Still confidential" });
    expect(await told("north")).toEqual([]);
    await change("north", { roster_open: true });
    await Promise.all([
      shows(bravo, "north", [bravo, charlie]),
      shows(charlie, "north", [bravo, charlie]),
    ]);
    const items = [organization(bravo), organization(charlie)];
    expect(await told("north")).toEqual(
      items.map((recipient) => ({ to: [recipient], items: items })),
    );
    await change("north", { description: "Nothing new to tell" });
    expect(await told("north")).toHaveLength(2);
  });

  it("is told with its new name when the circle is renamed", async () => {
    await circle("east", { members: [bravo.handle], roster_open: true });
    await shows(bravo, "east", [bravo]);
    await change("east", { name: "far east" });
    await shows(bravo, "far east", [bravo]);
    await shows(bravo, "east", null);
  });

  it("is forgotten by who is removed, while those who stay learn of it", async () => {
    await circle("south", { members: [bravo.handle, charlie.handle], roster_open: true });
    await shows(charlie, "south", [bravo, charlie]);
    await change("south", { members: [bravo.handle] });
    await Promise.all([shows(bravo, "south", [bravo]), shows(charlie, "south", null)]);
  });

  it("is forgotten by all when it is closed, or the circle ends", async () => {
    await circle("west", { members: [bravo.handle], roster_open: true });
    await circle("mid", { members: [bravo.handle], roster_open: true });
    await Promise.all([shows(bravo, "west", [bravo]), shows(bravo, "mid", [bravo])]);
    await change("west", { roster_open: false });
    await alpha.api("DELETE", "/circles/mid");
    await Promise.all([shows(bravo, "west", null), shows(bravo, "mid", null)]);
    await change("west", { members: [bravo.handle, charlie.handle] });
    expect(await told("west")).toEqual([
      { to: [organization(bravo)], items: [organization(bravo)] },
      { to: [organization(bravo)], items: [] },
    ]);
  });

  it("is told again to a member whose suspension is over, and kept from it until then", async () => {
    await circle("coast", { members: [bravo.handle, charlie.handle], roster_open: true });
    await shows(charlie, "coast", [bravo, charlie]);
    await act(alpha, withCharlie, "suspend");
    await shows(charlie, "coast", null);
    await change("coast", { name: "coasts" });
    await shows(bravo, "coasts", [bravo, charlie]);
    expect((await told("coasts")).map(({ to }) => to)).toEqual([[organization(bravo)]]);
    await act(alpha, withCharlie, "resume");
    await shows(charlie, "coasts", [bravo, charlie]);
  });

  it("loses a partner whose partnership ends, and that partner forgets all rosters", async () => {
    await circle("all", { members: [bravo.handle, charlie.handle], roster_open: true });
    await Promise.all([
      shows(bravo, "all", [bravo, charlie]),
      shows(charlie, "all", [bravo, charlie]),
    ]);
    await act(charlie, await theirs(charlie), "end");
    await Promise.all([shows(bravo, "all", [bravo]), shows(charlie, "all", null)]);
    const { sql } = charlie.running.instance.database;
    expect(await sql`select 1 from remote_circles where organizations <> '{}'`).toHaveLength(0);
  });

  async function theirs(instance: NetworkInstance): Promise<PartnershipJson> {
    const { json } = await instance.api("GET", "/partnerships");
    return json[0];
  }

  it("is an object that nobody can ask for", async () => {
    const { json } = await alpha.api("GET", "/circles");
    expect((await alpha.document(`/ap/circles/${json[0].id}`)).status).toBe(404);
  });

  it("leaves the name of its list to no circle", async () => {
    const { status } = await alpha.api("POST", "/circles", { slug: "received", name: "Received" });
    expect(status).toBe(422);
  });
});
