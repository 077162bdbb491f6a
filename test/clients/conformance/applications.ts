import { beforeAll, describe, expect, test } from "vitest";
import { blockOrigin } from "../../../src/services/origins.ts";
import { check, type CheckedClient } from "../../support/checked-client.ts";
import { type ConformanceWorld } from "../../support/conformance-world.ts";
import { token as tokenShape } from "../../support/mastodon-entities/application.ts";
import { type Json } from "./asking.ts";

/** What applications and servers say of themselves, and what is said where there is nothing. */
export function applicationsAnswers(open: () => ConformanceWorld): void {
  describe("applications and servers", () => {
    let world: ConformanceWorld;
    let ana: CheckedClient;
    let visitor: CheckedClient;

    beforeAll(() => {
      world = open();
      ({ ana, visitor } = world);
    });

    test("an application, with and without somebody", async () => {
      const { json } = await visitor("POST", "/api/v1/apps", {
        client_name: "Conformance",
        redirect_uris: ["urn:ietf:wg:oauth:2.0:oob", "app.example:/callback"],
        scopes: "read write follow push",
        website: "https://client.example",
      });
      await ana("GET", "/api/v1/apps/verify_credentials");
      const answer = await world.alpha.fetch("/oauth/token", {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: json.client_id,
          client_secret: json.client_secret,
          scope: "read",
        }),
      });
      const token: Json = await answer.json();
      check("POST /oauth/token", tokenShape, token);
      const { status } = await world.alpha.fetch("/api/v1/apps/verify_credentials", {
        headers: { Authorization: `Bearer ${token.access_token}` },
      });
      expect(status).toBe(200);
    });

    test("what the server says of itself", async () => {
      const { alpha, members } = world;
      await blockOrigin(alpha.context, members.ana, "refused.example", "spam");
      for (const path of [
        "/api/v1/instance",
        "/api/v2/instance",
        "/api/v1/instance/activity",
        "/api/v1/instance/extended_description",
        "/api/v1/instance/peers",
        "/api/v1/instance/privacy_policy",
        "/api/v1/instance/rules",
        "/api/v1/instance/translation_languages",
        "/api/v1/custom_emojis",
        "/api/v1/directory",
        "/api/v1/trends",
        "/api/v1/trends/links",
        "/api/v1/trends/statuses",
        "/api/v1/trends/tags",
        "/api/v1/timelines/link?url=https://alpha.test/",
      ]) {
        await visitor("GET", path);
      }
      expect((await ana("GET", "/api/v1/instance/domain_blocks")).json).toHaveLength(1);
      await ana("GET", "/api/v1/announcements");
    });

    test("what there is not is said in the documented form", async () => {
      for (const [method, path, client, status = 404] of [
        ["GET", "/api/v1/instance/terms_of_service", visitor],
        ["GET", "/api/v1/instance/terms_of_service/2026-01-01", visitor],
        ["GET", "/api/v1/statuses/1", visitor],
        ["GET", "/api/v1/no/such/thing", visitor],
        ["GET", "/api/v1/timelines/home", visitor, 401],
        ["POST", "/api/v1/announcements/1/dismiss", ana],
        ["PUT", "/api/v1/announcements/1/reactions/a", ana],
        ["DELETE", "/api/v1/announcements/1/reactions/a", ana],
        ["POST", "/api/v1/accounts", visitor, 403],
        ["POST", "/api/v1/lists", ana, 422],
      ] as const) {
        await client(method, path, undefined, { status });
      }
    });
  });
}
