import { beforeAll, describe, expect, test, vi } from "vitest";
import { type CheckedClient } from "../../support/checked-client.ts";
import { SOON, type ConformanceWorld } from "../../support/conformance-world.ts";
import { get, post, type Json } from "./asking.ts";

/** Practices, polls and quotes, ours and of others. */
export function practicesAnswers(open: () => ConformanceWorld): void {
  describe("practices, polls and quotes", () => {
    let world: ConformanceWorld;
    let ana: CheckedClient;
    let rolf: CheckedClient;
    let organization: CheckedClient;
    let visitor: CheckedClient;

    beforeAll(() => {
      world = open();
      ({ ana, rolf, organization, visitor } = world);
    });

    test("practices, ours and a partner's", async () => {
      const practice = await post(organization, {
        spoiler_text: "Night-shift handover",
        status: "## Steps\n\n1. Talk.\n2. Sign. #Handover",
      });
      expect(practice.practice).toMatchObject({ title: "Night-shift handover", revision: 1 });
      await organization("PUT", `/api/v1/statuses/${practice.id}`, { status: "Talk, then sign." });
      expect(await get(ana, `/api/v1/statuses/${practice.id}/history`)).toHaveLength(2);
      await get(visitor, `/api/v1/statuses/${practice.id}`);
      const shared = await world.bravo.api("POST", "/practices", {
        title: "Borescope intervals",
        content: "Every 4,000 hours.",
        label: "TLP:AMBER",
        topics: ["inspection"],
        benefits: ["services"],
        review_by: "2027-03-31",
        audience: [`partner:${world.alpha.handle}`],
      });
      expect(shared.status, JSON.stringify(shared.json)).toBe(201);
      const id = await world.arrived(shared.json.uri);
      const status = await get(ana, `/api/v1/statuses/${id}`);
      expect(status).toMatchObject({ visibility: "private", practice: { kind: "practice" } });
      await visitor("GET", `/api/v1/statuses/${id}`, undefined, { status: 404 });
    });

    test("polls, one's own and others'", async () => {
      const own = await post(rolf, {
        status: "Which one? #Handover",
        poll: { options: ["Paper", "Screen"], expires_in: 3600, hide_totals: true },
      });
      expect((await get(ana, `/api/v1/polls/${own.poll.id}`)).options[0].votes_count).toBeNull();
      await ana("POST", `/api/v1/polls/${own.poll.id}/votes`, { choices: [1] });
      await visitor("GET", `/api/v1/polls/${own.poll.id}`);
      await visitor("GET", `/api/v1/statuses/${own.id}`);
      const note = world.mastodon.note(world.moe, "question", {
        type: "Question",
        oneOf: undefined,
        anyOf: ["Red", "Blue"].map((name) => ({
          type: "Note",
          name,
          replies: { type: "Collection", totalItems: 2 },
        })),
        votersCount: 3,
        endTime: new Date(Date.now() + 3_600_000).toISOString(),
        tag: [{ type: "Mention", href: world.members.ana.actor.iri, name: "@ana@alpha.test" }],
        cc: [world.members.ana.actor.iri],
      });
      await world.send(world.moe, "Create", note);
      const remote = await get(ana, `/api/v1/statuses/${await world.arrived(String(note["id"]))}`);
      expect(remote.poll).toMatchObject({ multiple: true, voters_count: 3 });
      await ana("POST", `/api/v1/polls/${remote.poll.id}/votes`, { choices: [0, 1] });
    });

    test("quotes in every state", async () => {
      const quoted = await post(rolf, { status: "Say it so." });
      const doomed = await post(rolf, { status: "Not for long." });
      const closing = await post(rolf, { status: "Soon for few." });
      const by = (id: string, status: string) => post(ana, { status, quoted_status_id: id });
      const accepted = await by(quoted.id, "As he says.");
      const again = await by(accepted.id, "And as I said.");
      const revoked = await by(quoted.id, "Not so.");
      const orphaned = await by(doomed.id, "While it lasts.");
      const hidden = await by(closing.id, "While it may be seen.");
      const theirs = world.mastodon.note(world.moe, "quotable", {
        cc: [world.members.ana.actor.iri],
      });
      await world.send(world.moe, "Create", {
        ...theirs,
        tag: [{ type: "Mention", href: world.members.ana.actor.iri, name: "@ana@alpha.test" }],
      });
      const remote = await world.arrived(String(theirs["id"]));
      const asked = await by(remote, "May I?");
      const refused = await by(remote, "And this?");
      const request = await vi.waitFor(() => {
        const found = world.mastodon.inbox.find(
          ({ type, instrument }) =>
            type === "QuoteRequest" && JSON.stringify(instrument).includes(refused.uri),
        );
        if (found === undefined) throw new Error("nobody has been asked");
        return found;
      }, SOON);
      await world.send(world.moe, "Reject", request["id"]);
      await rolf("POST", `/api/v1/statuses/${quoted.id}/quotes/${revoked.id}/revoke`);
      await rolf("DELETE", `/api/v1/statuses/${doomed.id}`);
      const { sql } = world.alpha.running.instance.database;
      await sql`update posts set audience = '{members}' where id = ${closing.id}`;
      await sql`update posts set audience = '{members}' where id = ${hidden.id}`;
      await rolf("PUT", `/api/v1/statuses/${quoted.id}/interaction_policy`, {
        quote_approval_policy: "nobody",
      });
      const statesOf = async (client: CheckedClient) => {
        const posts = [accepted, again, revoked, orphaned, asked, refused];
        const query = posts.map(({ id }) => `id[]=${id}`).join("&");
        return (await get(client, `/api/v1/statuses?${query}`)).map(
          ({ quote }: Json) => quote.state,
        );
      };
      const expected = ["accepted", "accepted", "revoked", "deleted", "pending", "rejected"];
      expect((await statesOf(ana)).toSorted()).toEqual(expected.toSorted());
      await statesOf(visitor);
      expect((await get(ana, `/api/v1/statuses/${again.id}`)).quote.quoted_status.quote).toEqual({
        state: "accepted",
        quoted_status_id: quoted.id,
      });
      for (const client of [rolf, visitor]) {
        expect(await get(client, `/api/v1/statuses/${quoted.id}/quotes`)).not.toEqual([]);
      }
    });
  });
}
