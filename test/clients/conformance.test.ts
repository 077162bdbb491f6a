import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mastodonApi } from "../../src/api/mastodon/app.ts";
import { checkedRoutes } from "../support/checked-client.ts";
import { createConformanceWorld, type ConformanceWorld } from "../support/conformance-world.ts";
import { documentedAnswers, UNANSWERED } from "../support/mastodon-answers.ts";
import { routeKey } from "../support/mastodon-scopes.ts";
import { applicationsAnswers } from "./conformance/applications.ts";
import { peopleAnswers } from "./conformance/people.ts";
import { postsAnswers } from "./conformance/posts.ts";
import { practicesAnswers } from "./conformance/practices.ts";
import { sortingAnswers } from "./conformance/sorting.ts";
import { streamsAnswers } from "./conformance/streams.ts";
import { toldAnswers } from "./conformance/told.ts";

/**
 * Every route that answers an entity is asked in a world where there is something to tell, and each
 * answer is read by our own descriptions of all entities (`support/mastodon-entities`): exactly their
 * keys, types, ids and dates. The clients here refuse whatever differs.
 */
let world: ConformanceWorld;

beforeAll(async () => {
  world = await createConformanceWorld();
}, 180_000);

afterAll(() => world.network.close());

const open = () => world;
applicationsAnswers(open);
peopleAnswers(open);
postsAnswers(open);
practicesAnswers(open);
sortingAnswers(open);
toldAnswers(open);
streamsAnswers(open);

describe("the whole API", () => {
  test("has been asked: every route that answers something", () => {
    const { streams } = world.alpha.running.web ?? {};
    if (streams === undefined) throw new Error("the instance has no web app");
    const { routes } = mastodonApi(world.alpha.context, { onError: () => {}, streams });
    // What is not bound to one method is middleware.
    const keys = routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => routeKey(method, path));
    const left = new Set(keys.filter((key) => !checkedRoutes.has(key) && !(key in UNANSWERED)));
    expect([...left]).toEqual([]);
  });

  test("is described once: no route has an answer and a reason to have none", () => {
    const answered = documentedAnswers();
    expect(Object.keys(UNANSWERED).filter((route) => answered.has(route))).toEqual([]);
  });
});
