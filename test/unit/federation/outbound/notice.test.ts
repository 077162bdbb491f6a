import { describe, expect, test } from "vitest";
import { createWire } from "../../../../src/federation/outbound/wire.ts";
import type { NoticeOnWire } from "../../../../src/services/wire.ts";

const BO = "https://m.example/users/bo";
const wire = createWire();

function notice(changes: Partial<NoticeOnWire> = {}): NoticeOnWire {
  return {
    iri: "https://alpha.example/ap/notices/7",
    author: "https://alpha.example/ap/org",
    authorName: "Alpha Power",
    page: "https://alpha.example/n/7",
    recipient: { iri: BO, url: "https://m.example/@bo", handle: "bo", host: "m.example" },
    title: null,
    publishedAt: new Date("2026-11-02T08:00:00.000Z"),
    ...changes,
  };
}

describe("a notice", () => {
  test("is a direct Note: to one person, with a Mention, and nobody in cc", () => {
    const create = wire.createNotice("https://alpha.example/ap/activities/1", notice());
    const object = create["object"];
    expect(create).toMatchObject({ type: "Create", to: [BO], cc: [] });
    expect(object).toMatchObject({
      type: "Note",
      to: [BO],
      cc: [],
      tag: [{ type: "Mention", href: BO, name: "@bo@m.example" }],
    });
  });

  test("says in plain words who shared something and where to open it", () => {
    const { content } = wire.notice(notice());
    const words = String(content).replaceAll(/<[^>]+>/g, "");
    expect(words).toBe(
      "@bo Alpha Power shared something with you." +
        "Sign in with your fediverse account to open it: https://alpha.example/n/7",
    );
    expect(content).toContain('<a href="https://alpha.example/n/7">');
  });

  test("tells the title only when there is one to tell", () => {
    const { content } = wire.notice(notice({ title: "Rates" }));
    expect(content).toContain("Alpha Power shared “Rates” with you.");
  });

  test("has no place for a body, a summary, a name or an attachment", () => {
    expect(Object.keys(wire.notice(notice())).toSorted()).toEqual([
      "@context",
      "attributedTo",
      "cc",
      "content",
      "contentMap",
      "id",
      "interactionPolicy",
      "published",
      "sensitive",
      "tag",
      "to",
      "type",
      "url",
    ]);
  });

  test("cannot be broken out of by a name, a title or a profile's address", () => {
    const hostile = `"><script>alert(1)</script>`;
    const { content } = wire.notice(
      notice({
        authorName: hostile,
        title: hostile,
        recipient: {
          iri: BO,
          url: `https://m.example/${hostile}`,
          handle: "bo",
          host: "m.example",
        },
      }),
    );
    expect(content).not.toContain("<script");
    expect(content).not.toContain('"">');
  });

  test("may be boosted and quoted by nobody but its author", () => {
    expect(wire.notice(notice())["interactionPolicy"]).toMatchObject({
      canAnnounce: { automaticApproval: ["https://alpha.example/ap/org"] },
      canQuote: { automaticApproval: ["https://alpha.example/ap/org"] },
    });
  });
});
