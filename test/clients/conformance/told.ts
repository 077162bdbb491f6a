import { beforeAll, describe, expect, test, vi } from "vitest";
import { endPolls } from "../../../src/services/poll-updates.ts";
import { type CheckedClient } from "../../support/checked-client.ts";
import { SOON, type ConformanceWorld } from "../../support/conformance-world.ts";
import { NOTIFICATION_TYPES } from "../../support/mastodon-entities/notification.ts";
import { eventually, get, post, type Json } from "./asking.ts";

/** Notifications of every kind, what is held back, and push subscriptions. */
export function toldAnswers(open: () => ConformanceWorld): void {
  describe("what one is told", () => {
    let world: ConformanceWorld;
    let ana: CheckedClient;
    let rolf: CheckedClient;
    let eda: CheckedClient;
    let organization: CheckedClient;
    let ids: ConformanceWorld["ids"];

    beforeAll(() => {
      world = open();
      ({ ana, rolf, eda, organization, ids } = world);
    });

    test("of every kind, one by one and in groups", async () => {
      const { sql } = world.alpha.running.instance.database;
      const { context } = world.alpha;
      // Rolf asks everybody, tells those who follow him, edits what others passed on and quoted.
      const told = await post(rolf, { status: "First version" });
      await ana("POST", `/api/v1/statuses/${told.id}/reblog`);
      await post(ana, { status: "See there", quoted_status_id: told.id });
      await rolf("PUT", `/api/v1/statuses/${told.id}`, { status: "Second version" });
      const mine = await post(ana, { status: "Pass this on" });
      await rolf("POST", `/api/v1/statuses/${mine.id}/reblog`);
      await post(rolf, { status: "As she says", quoted_status_id: mine.id });
      await sql`update polls set expires_at = now() - interval '1 minute'
        where post_id in (select id from posts where local)`;
      await endPolls(context);
      await ana("PATCH", "/api/v1/accounts/update_credentials", { locked: true });
      await eda("POST", `/api/v1/accounts/${ids.ana}/follow`);

      const all = await vi.waitFor(async () => {
        const found = await get(ana, "/api/v1/notifications?limit=80");
        const types = new Set<string>(found.map(({ type }: Json) => type));
        expect([...types].toSorted()).toEqual([...NOTIFICATION_TYPES].toSorted());
        return found;
      }, SOON);
      await get(ana, `/api/v1/notifications/${all[0].id}`);
      await get(ana, "/api/v1/notifications/unread_count");
      const groups = await get(ana, "/api/v2/notifications?limit=80");
      const large = groups.notification_groups.find((group: Json) => group.notifications_count > 1);
      expect(large).toBeDefined();
      const pictures = await get(ana, "/api/v2/notifications?expand_accounts=partial_avatars");
      expect(pictures.partial_accounts).not.toEqual([]);
      await get(ana, `/api/v2/notifications/${large.group_key}`);
      expect(await get(ana, `/api/v2/notifications/${large.group_key}/accounts`)).not.toEqual([]);
      await get(ana, "/api/v2/notifications/unread_count");
      for (const client of [rolf, organization, world.bravoAna]) {
        await client("GET", "/api/v1/notifications");
        await client("GET", "/api/v2/notifications");
      }
      await ana("POST", `/api/v1/notifications/${all[0].id}/dismiss`);
      await ana("POST", `/api/v2/notifications/${large.group_key}/dismiss`);
    });

    test("and what is held back", async () => {
      for (const [version, rules] of [
        ["v1", { filter_not_following: true }],
        ["v2", { for_not_following: "filter", for_bots: "accept" }],
      ] as const) {
        const path = `/api/${version}/notifications/policy`;
        await ana("PATCH", path, rules);
        await ana("PUT", path, rules);
        await get(ana, path);
      }
      for (const name of ["one", "two"]) {
        const by = world.mastodon.actor(`stranger-${name}`);
        const note = world.mastodon.note(by, `held-${name}`, {
          tag: [{ type: "Mention", href: world.members.ana.actor.iri, name: "@ana@alpha.test" }],
          cc: [world.members.ana.actor.iri],
        });
        await world.send(by, "Create", note);
      }
      const requests = await eventually(
        ana,
        "/api/v1/notifications/requests",
        ({ length }) => length >= 2,
      );
      expect(await get(ana, "/api/v2/notifications/policy")).toMatchObject({
        summary: { pending_requests_count: requests.length },
      });
      const [first, second] = requests;
      await get(ana, `/api/v1/notifications/requests/${first.id}`);
      await get(ana, "/api/v1/notifications/requests/merged");
      await ana("POST", `/api/v1/notifications/requests/${first.id}/accept`);
      await ana("POST", `/api/v1/notifications/requests/${second.id}/dismiss`);
      for (const act of ["accept", "dismiss"]) {
        await ana("POST", `/api/v1/notifications/requests/${act}`, { id: [] });
      }
      await ana("POST", "/api/v1/notifications/clear");
    });

    test("on a telephone", async () => {
      const path = "/api/v1/push/subscription";
      await ana("GET", path, undefined, { status: 404 });
      const keys = {
        p256dh:
          "BEm_a0bdPDhf0SOsrnB2-ategf1hHoCnpXgQsFj5JCkcoMrMt2WHoPfEYOYPzOIs9mZE8ZUaD7VA5vouy0kEkr8",
        auth: "cGFzc3dvcmRwYXNzd29yZA",
      };
      await ana("POST", path, {
        subscription: { endpoint: "https://push.test/abc", keys },
        data: { alerts: { mention: true, "admin.report": false }, policy: "followed" },
      });
      await get(ana, path);
      await ana("PUT", path, { data: { alerts: { poll: true } } });
      await ana("DELETE", path);
    });
  });
}
