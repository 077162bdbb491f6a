import type { Audience } from "../../src/domain/audience/audience.ts";
import { publishPractice } from "../../src/services/practices.ts";
import type { PostRecord } from "../../src/services/records.ts";
import type { TestInstance } from "./context.ts";

type Publisher = Pick<TestInstance, "context" | "admin">;

/** A short practice of the organization for that audience. */
export async function publishFor(
  { context, admin }: Publisher,
  audience: Audience,
): Promise<PostRecord> {
  return publishPractice(context, admin, {
    audience,
    draft: {
      title: "Night-shift handover",
      summary: "Who tells what to whom",
      content: "Talk, then sign.",
      kind: "practice",
      topics: [],
      benefits: [],
      license: null,
      language: "en",
      credits: [],
      label: "TLP:CLEAR",
      reviewBy: null,
    },
  });
}

export function publishForAll(publisher: Publisher): Promise<PostRecord> {
  return publishFor(publisher, [{ kind: "public" }]);
}
