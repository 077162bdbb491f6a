import { beforeAll, describe, expect, test } from "vitest";
import { type CheckedClient } from "../../support/checked-client.ts";
import { type ConformanceWorld } from "../../support/conformance-world.ts";
import { picture } from "../../support/media-samples.ts";
import { eventually, get, post } from "./asking.ts";

/** Accounts, and how they stand with each other. */
export function peopleAnswers(open: () => ConformanceWorld): void {
  describe("people", () => {
    let world: ConformanceWorld;
    let ana: CheckedClient;
    let rolf: CheckedClient;
    let eda: CheckedClient;
    let organization: CheckedClient;
    let visitor: CheckedClient;
    let ids: ConformanceWorld["ids"];

    beforeAll(() => {
      world = open();
      ({ ana, rolf, eda, organization, visitor, ids } = world);
    });

    test("oneself, with fields of which one is verified, and pictures", async () => {
      world.mastodon.documents.set("/about-ana", () => {
        const page = `<a rel="me" href="https://alpha.test/@ana">Ana</a>`;
        return new Response(`<!doctype html><html><body>${page}</body></html>`, {
          headers: { "Content-Type": "text/html" },
        });
      });
      const form = new FormData();
      form.append("avatar", new Blob([new Uint8Array(await picture())]), "ana.png");
      form.append("header", new Blob([new Uint8Array(await picture("webp"))]), "sea.webp");
      form.append("avatar_description", "Ana");
      form.append("display_name", "Ana of Alpha");
      form.append("note", "Turbines, and https://alpha.test");
      form.append("discoverable", "true");
      form.append("fields_attributes[0][name]", "Page");
      form.append("fields_attributes[0][value]", "https://mastodon.test/about-ana");
      form.append("fields_attributes[1][name]", "Plant");
      form.append("fields_attributes[1][value]", "South");
      form.append("source[language]", "en");
      form.append("source[quote_policy]", "public");
      await ana("PATCH", "/api/v1/accounts/update_credentials", form);
      const verified = await eventually(
        ana,
        "/api/v1/accounts/verify_credentials",
        ({ fields }) => fields[0].verified_at !== null,
      );
      expect(verified.source.fields[1]).toMatchObject({ name: "Plant", verified_at: null });
      const { origin } = world.alpha;
      for (const address of [verified.avatar, verified.header]) {
        const picture = await world.alpha.fetch(address.slice(origin.length));
        expect([picture.status, picture.headers.get("Content-Type")]).toEqual([200, "image/webp"]);
      }
      await ana("PATCH", "/api/v1/profile", { attribution_domains: ["news.example"] });
      await ana("GET", "/api/v1/profile");
      await organization("GET", "/api/v1/accounts/verify_credentials");
      await organization("GET", "/api/v1/profile");
      await ana("GET", "/api/v1/preferences");
      await ana("DELETE", "/api/v1/profile/avatar");
      await ana("DELETE", "/api/v1/profile/header");
      await ana("GET", "/api/v1/profile");
    });

    test("others, here and elsewhere, found in every way", async () => {
      world.mastodon.actor("moved", { movedTo: world.moe.iri });
      const { id } = await world.account("@moved@mastodon.test");
      for (const client of [ana, visitor]) {
        for (const one of Object.values(ids)) await client("GET", `/api/v1/accounts/${one}`);
        await client("GET", `/api/v1/accounts?id[]=${ids.ana}&id[]=${ids.moe}`);
        await client("GET", "/api/v1/accounts/lookup?acct=rolf");
        await client("GET", `/api/v1/accounts/${ids.ana}/followers`);
        await client("GET", `/api/v1/accounts/${ids.ana}/following`);
      }
      await get(ana, "/api/v1/accounts/lookup?acct=moe@mastodon.test");
      expect(await get(ana, `/api/v1/accounts/${id}`)).toMatchObject({ moved: { id: ids.moe } });
      expect(await get(ana, "/api/v1/accounts/search?q=ana")).not.toEqual([]);
      expect(await get(visitor, "/api/v1/directory")).not.toEqual([]);
      for (const name of ["identity_proofs", "collections", "in_collections"]) {
        await ana("GET", `/api/v1/accounts/${ids.moe}/${name}`);
      }
    });

    test("how one stands with others", async () => {
      const act = (client: CheckedClient, id: string, what: string, body?: object) =>
        client("POST", `/api/v1/accounts/${id}/${what}`, body);
      await act(ana, ids.rolf, "follow", { notify: true, languages: ["en"], reblogs: false });
      await eda("POST", `/api/v1/follow_requests/${ids.ana}/authorize`, undefined, { status: 404 });
      await rolf("POST", `/api/v1/follow_requests/${ids.ana}/authorize`);
      await act(ana, ids.bravoAna, "follow");
      await act(ana, ids.mal, "follow");
      await act(rolf, ids.ana, "follow");
      await act(world.bravoAna, await idAtBravo(), "follow");
      await eventually(ana, `/api/v1/accounts/${ids.ana}/followers`, ({ length }) => length === 2);
      await act(ana, ids.rolf, "note", { comment: "Knows pumps." });
      await act(ana, ids.rolf, "endorse");
      expect(await get(ana, "/api/v1/endorsements")).toHaveLength(1);
      await get(visitor, `/api/v1/accounts/${ids.ana}/endorsements`);
      await act(ana, ids.rolf, "unendorse");
      await act(ana, ids.rolf, "pin");
      await act(ana, ids.rolf, "unpin");
      await act(rolf, ids.mal, "mute", { duration: 3600, notifications: false });
      const [muted] = await get(rolf, "/api/v1/mutes");
      expect(muted).toMatchObject({ id: ids.mal, mute_expires_at: expect.any(String) });
      await act(rolf, ids.moe, "mute");
      await get(rolf, "/api/v1/mutes");
      await act(rolf, ids.moe, "unmute");
      await act(rolf, ids.moe, "block");
      expect(await get(rolf, "/api/v1/blocks")).toHaveLength(1);
      await get(
        rolf,
        `/api/v1/accounts/relationships?id[]=${ids.moe}&id[]=${ids.mal}&id[]=${ids.ana}`,
      );
      await act(rolf, ids.moe, "unblock");
      await act(eda, ids.moe, "follow");
      await act(eda, ids.moe, "unfollow");
      const known = Object.values(ids).map((id) => `id[]=${id}`);
      await get(ana, `/api/v1/accounts/relationships?${known.join("&")}`);
      await get(ana, `/api/v1/accounts/familiar_followers?id[]=${ids.ana}&id[]=${ids.bravoAna}`);
      await rolf("POST", "/api/v1/domain_blocks", { domain: "evil.example" });
      expect(await get(rolf, "/api/v1/domain_blocks")).toEqual(["evil.example"]);
      await rolf("DELETE", "/api/v1/domain_blocks", { domain: "evil.example" });
      await get(eda, "/api/v1/suggestions");
      const suggested = await get(eda, "/api/v2/suggestions");
      expect(suggested).not.toEqual([]);
      await eda("DELETE", `/api/v1/suggestions/${suggested[0].account.id}`);
    });

    async function idAtBravo(): Promise<string> {
      return (await world.account("@ana@alpha.test", world.bravoAna)).id;
    }

    test("requests to follow, and an end of following", async () => {
      await eda("POST", `/api/v1/accounts/${ids.rolf}/follow`);
      await organization("POST", `/api/v1/accounts/${ids.rolf}/follow`);
      expect(await get(rolf, "/api/v1/follow_requests")).toHaveLength(2);
      await rolf("POST", `/api/v1/follow_requests/${ids.eda}/authorize`);
      await rolf("POST", `/api/v1/follow_requests/${ids.alpha}/reject`);
      await rolf("POST", `/api/v1/accounts/${ids.eda}/remove_from_followers`);
    });

    test("reports", async () => {
      const { id } = await post(rolf, { status: "Nothing to see." });
      const { json } = await eda("POST", "/api/v1/reports", {
        account_id: ids.rolf,
        status_ids: [id],
        comment: "Really nothing.",
        category: "violation",
        rule_ids: ["1"],
      });
      expect(json).toMatchObject({ category: "violation", status_ids: [id] });
    });
  });
}
