import { beforeAll, describe, expect, test } from "vitest";
import { type CheckedClient } from "../../support/checked-client.ts";
import { type ConformanceWorld } from "../../support/conformance-world.ts";
import { get, post } from "./asking.ts";

/** Filters, lists, hashtags, timelines, searches. */
export function sortingAnswers(open: () => ConformanceWorld): void {
  describe("what posts and people are sorted into", () => {
    let world: ConformanceWorld;
    let ana: CheckedClient;
    let rolf: CheckedClient;
    let visitor: CheckedClient;
    let ids: ConformanceWorld["ids"];

    beforeAll(() => {
      world = open();
      ({ ana, rolf, visitor, ids } = world);
    });

    test("filters, and what they match", async () => {
      const { json } = await ana("POST", "/api/v2/filters", {
        title: "Boards",
        context: ["home", "public", "account", "thread", "notifications"],
        filter_action: "warn",
        expires_in: 3600,
        keywords_attributes: [{ keyword: "board", whole_word: true }],
      });
      const path = `/api/v2/filters/${json.id}`;
      const { id } = await post(rolf, { status: "Filtered by its number. #Handover" });
      const word = (await ana("POST", `${path}/keywords`, { keyword: "gasket" })).json;
      const one = (await ana("POST", `${path}/statuses`, { status_id: id })).json;
      await get(ana, path);
      await get(ana, `${path}/keywords`);
      await get(ana, `${path}/statuses`);
      await get(ana, `/api/v2/filters/keywords/${word.id}`);
      await get(ana, `/api/v2/filters/statuses/${one.id}`);
      await ana("PUT", `/api/v2/filters/keywords/${word.id}`, { keyword: "board at" });
      await ana("PUT", path, { title: "Boards and all", filter_action: "blur" });
      expect(await get(ana, "/api/v2/filters")).toHaveLength(1);
      const filtered = await get(ana, `/api/v1/statuses/${id}`);
      expect(filtered.filtered).toMatchObject([{ status_matches: [id] }]);
      const own = await post(rolf, { status: "The board." });
      expect((await get(ana, `/api/v1/statuses/${own.id}`)).filtered).toMatchObject([
        { keyword_matches: ["board"], status_matches: null },
      ]);
      await ana("DELETE", `/api/v2/filters/statuses/${one.id}`);
      await ana("DELETE", `/api/v2/filters/keywords/${word.id}`);
      const old = await ana("POST", "/api/v1/filters", { phrase: "valve", context: ["home"] });
      await get(ana, "/api/v1/filters");
      await get(ana, `/api/v1/filters/${old.json.id}`);
      await ana("PUT", `/api/v1/filters/${old.json.id}`, { phrase: "valves", context: ["home"] });
      await ana("DELETE", `/api/v1/filters/${old.json.id}`);
      await ana("DELETE", path);
    });

    test("lists and hashtags", async () => {
      const { json } = await ana("POST", "/api/v1/lists", { title: "Plant", exclusive: true });
      const path = `/api/v1/lists/${json.id}`;
      await ana("POST", `${path}/accounts`, { account_ids: [ids.rolf] });
      await get(ana, path);
      expect(await get(ana, "/api/v1/lists")).toHaveLength(1);
      expect(await get(ana, `${path}/accounts`)).toHaveLength(1);
      expect(await get(ana, `/api/v1/accounts/${ids.rolf}/lists`)).toHaveLength(1);
      await post(rolf, { status: "For the list, and #Handover." });
      expect(await get(ana, `/api/v1/timelines/list/${json.id}`)).not.toEqual([]);
      await ana("PUT", path, { title: "Plants", replies_policy: "none" });
      await ana("DELETE", `${path}/accounts?account_ids[]=${ids.rolf}`);
      await ana("DELETE", path);

      for (const act of ["follow", "feature"]) await ana("POST", `/api/v1/tags/Handover/${act}`);
      expect(await get(ana, "/api/v1/followed_tags")).toHaveLength(1);
      for (const client of [ana, visitor]) await client("GET", "/api/v1/tags/handover");
      const { json: featured } = await ana("POST", "/api/v1/featured_tags", { name: "Pumps" });
      expect(await get(ana, "/api/v1/featured_tags")).toHaveLength(2);
      expect(await get(visitor, `/api/v1/accounts/${ids.ana}/featured_tags`)).toHaveLength(2);
      await ana("DELETE", `/api/v1/featured_tags/${featured.id}`);
      for (const act of ["unfollow", "unfeature"])
        await ana("POST", `/api/v1/tags/Handover/${act}`);
      expect(await get(ana, "/api/v1/featured_tags/suggestions")).not.toEqual([]);
    });

    test("timelines", async () => {
      for (const path of [
        "home",
        "public",
        "public?local=true",
        "public?remote=true",
        "tag/Handover",
      ]) {
        expect(await get(ana, `/api/v1/timelines/${path}`), path).not.toEqual([]);
      }
      for (const path of ["public?local=true", "tag/handover"]) {
        expect(await get(visitor, `/api/v1/timelines/${path}`), path).not.toEqual([]);
      }
      const [first] = await get(ana, "/api/v1/timelines/home");
      await ana("POST", "/api/v1/markers", {
        home: { last_read_id: first.id },
        notifications: { last_read_id: "1" },
      });
      const markers = await get(ana, "/api/v1/markers?timeline[]=home&timeline[]=notifications");
      expect(Object.keys(markers).toSorted()).toEqual(["home", "notifications"]);
    });

    test("what a search finds", async () => {
      const found = await get(ana, "/api/v2/search?q=handover");
      expect(found.hashtags).not.toEqual([]);
      expect(found.statuses).not.toEqual([]);
      expect((await get(ana, "/api/v2/search?q=ana")).accounts).not.toEqual([]);
      const open = await get(visitor, "/api/v2/search?q=handover");
      expect(open.hashtags).not.toEqual([]);
    });
  });
}
