import { describe, expect, test } from "vitest";
import type { Audience } from "../../../../src/domain/audience/audience.ts";
import { AppError } from "../../../../src/domain/errors.ts";
import { assertSendable } from "../../../../src/federation/outbound/serialize.ts";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
const FOLLOWERS = "https://alpha.example/ap/org/followers";
const B = "https://bravo.example/ap/org";
const OPEN: Audience = [{ kind: "public" }];
const FOLLOWERS_ONLY: Audience = [{ kind: "followers" }];
const PARTNER: Audience = [{ kind: "partner", organization: B }];
const PERSON: Audience = [{ kind: "person", actor: "https://m.example/users/bo" }];

describe("what is never sent", () => {
  test.each<[string, Record<string, unknown>, Audience]>([
    ["bto", { bto: [B] }, OPEN],
    ["bcc deep inside", { object: { attachment: [{ bcc: B }] } }, OPEN],
    ["an empty bcc", { bcc: [] }, OPEN],
    ["Public in a partner activity", { to: [B, PUBLIC] }, PARTNER],
    ["Public by its short name", { object: { cc: "as:Public" } }, PARTNER],
    ["Public by its bare name", { object: { cc: ["Public"] } }, PERSON],
    ["Public in an interaction policy", { object: { x: { canReply: [PUBLIC] } } }, PARTNER],
    ["Public in a followers-only activity", { cc: [PUBLIC] }, FOLLOWERS_ONLY],
    ["Public in what is for nobody", { cc: [PUBLIC] }, []],
    ["followers in a partner activity", { object: { cc: [FOLLOWERS] } }, PARTNER],
    ["another server's followers", { cc: ["https://m.example/users/bo/followers"] }, PERSON],
    ["an LD signature on what is not public", { signature: { type: "x" } }, FOLLOWERS_ONLY],
    ["an object proof on what is not public", { object: { proof: {} } }, PARTNER],
  ])("%s", (_, activity, audience) => {
    expect(() => assertSendable(activity, audience)).toThrow(AppError);
  });
});

describe("what is sent", () => {
  test.each<[string, Record<string, unknown>, Audience]>([
    ["Public and followers in a public activity", { to: [PUBLIC], cc: [FOLLOWERS] }, OPEN],
    ["a proof on what is public", { proof: {} }, OPEN],
    ["followers in a followers-only activity", { to: [FOLLOWERS] }, FOLLOWERS_ONLY],
    ["a partner in a partner activity", { to: [B], object: { to: [B] } }, PARTNER],
    [
      "the word Public as a title",
      { object: { name: "Public", nameMap: { en: "Public" } } },
      PARTNER,
    ],
  ])("%s", (_, activity, audience) => {
    expect(() => assertSendable(activity, audience)).not.toThrow();
  });
});
