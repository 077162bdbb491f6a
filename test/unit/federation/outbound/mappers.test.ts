import { describe, expect, test } from "vitest";
import { AS_PUBLIC } from "../../../../src/domain/audience/address.ts";
import { ACTIVITY_STREAMS } from "../../../../src/federation/vocab/context.ts";
import { withTitle, withoutTitle } from "../../../../src/federation/vocab/title.ts";
import { actorDocument } from "../../../../src/federation/outbound/actor.ts";
import { createWire } from "../../../../src/federation/outbound/wire.ts";
import { actorRecord, ALPHA, practiceRecord } from "../../../support/records.ts";

const wire = createWire();
const A = "https://alpha.example";
const B = "https://bravo.example";
const AT = new Date("2026-11-03T09:30:00.000Z");

describe("a practice on the wire", () => {
  test("a public practice is the first example of chapter two", () => {
    const { "@context": context, ...activity } = wire.create(
      `${A}/ap/activities/1`,
      practiceRecord(),
    );
    expect(context).toEqual([ACTIVITY_STREAMS, expect.objectContaining({ Hashtag: "as:Hashtag" })]);
    expect(activity).toEqual({
      type: "Create",
      id: `${A}/ap/activities/1`,
      actor: `${A}/ap/org`,
      to: [AS_PUBLIC],
      cc: [`${A}/ap/org/followers`],
      object: {
        type: "Article",
        id: `${A}/ap/practices/7`,
        url: `${A}/practices/night-shift-handover`,
        attributedTo: `${A}/ap/org`,
        name: "Night-shift handover",
        summary: "Ten minutes at the desk &amp; a checklist",
        content: "<h1>Night-shift handover</h1><p>Meet at the desk.</p>",
        preview: {
          type: "Note",
          content:
            "<p><strong>Night-shift handover</strong></p>" +
            "<p>Ten minutes at the desk &amp; a checklist</p>" +
            `<p><a href="${A}/practices/night-shift-handover">${A}/practices/night-shift-handover</a></p>`,
        },
        context: `${A}/ap/contexts/7`,
        replies: `${A}/ap/practices/7/replies`,
        to: [AS_PUBLIC],
        cc: [`${A}/ap/org/followers`],
        published: "2026-11-02T08:00:00.000Z",
        updated: "2026-11-03T09:30:00.000Z",
        tag: [
          { type: "Hashtag", name: "#handover" },
          { type: "Link", rel: "license", href: "https://creativecommons.org/licenses/by/4.0/" },
        ],
        revision: 3,
        kind: "practice",
        label: "TLP:CLEAR",
        credits: [`${A}/ap/actors/ana`],
        interactionPolicy: {
          canReply: { automaticApproval: [AS_PUBLIC] },
          canAnnounce: { automaticApproval: [AS_PUBLIC] },
          canQuote: { automaticApproval: [AS_PUBLIC] },
        },
      },
    });
  });

  test("every term that a practice uses is defined in its own context", () => {
    const document = wire.object(
      practiceRecord({ language: "en" }, { benefits: ["support"], credits: [ALPHA.member("ana")] }),
    );
    const [, terms] = document["@context"] as [string, Record<string, unknown>];
    for (const extension of [
      "revision",
      "kind",
      "label",
      "benefits",
      "credits",
      "interactionPolicy",
    ]) {
      expect(document).toHaveProperty(extension);
      expect(terms).toHaveProperty(extension);
    }
  });

  test("what was never edited has no date of update", () => {
    expect(wire.object(practiceRecord({ editedAt: null }))).not.toHaveProperty("updated");
  });

  test("a practice for followers is answered by them and passed on by nobody", () => {
    const object = wire.object(practiceRecord({ audience: [{ kind: "followers" }] }));
    expect(object).toMatchObject({
      to: [`${A}/ap/org/followers`],
      cc: [],
      interactionPolicy: {
        canReply: { automaticApproval: [`${A}/ap/org`, `${A}/ap/org/followers`] },
        canAnnounce: { automaticApproval: [`${A}/ap/org`] },
        canQuote: { automaticApproval: [`${A}/ap/org`] },
      },
    });
  });

  test("a practice for a partner names the partner alone", () => {
    const post = practiceRecord({ audience: [{ kind: "partner", organization: `${B}/ap/org` }] });
    const text = wire.serialize(wire.create(`${A}/ap/activities/2`, post), post.audience);
    expect(JSON.parse(text)).toMatchObject({
      to: [`${B}/ap/org`],
      cc: [],
      object: { to: [`${B}/ap/org`], cc: [] },
    });
    expect(text).not.toContain("#Public");
    expect(text).not.toContain("/followers");
  });

  test("a reader who shows the title gets the content without it", () => {
    const content = withTitle("Locks & keys", "<p>Turn left.</p>");
    expect(content).toBe("<h1>Locks &amp; keys</h1><p>Turn left.</p>");
    expect(withoutTitle("Locks & keys", content)).toBe("<p>Turn left.</p>");
    expect(withoutTitle("Other", content)).toBe(content);
  });
});

describe("a post on the wire", () => {
  test("is a Note with its parent, its warning and its mentions", () => {
    const post = practiceRecord({
      type: "Note",
      practice: null,
      language: "en",
      summary: "Spoiler <b>",
      inReplyToIri: `${B}/notes/1`,
      tags: [{ type: "Mention", name: "@bo@bravo.example", href: `${B}/users/bo` }],
      audience: [{ kind: "person", actor: `${B}/users/bo` }],
      editedAt: null,
    });
    expect(wire.object(post)).toMatchObject({
      type: "Note",
      inReplyTo: `${B}/notes/1`,
      summary: "Spoiler &lt;b&gt;",
      content: "<p>Meet at the desk.</p>",
      contentMap: { en: "<p>Meet at the desk.</p>" },
      to: [`${B}/users/bo`],
      cc: [],
      tag: [{ type: "Mention", name: "@bo@bravo.example", href: `${B}/users/bo` }],
    });
  });
});

describe("activities about posts and follows", () => {
  test("a Delete says nothing of the post but its IRI", () => {
    const post = { iri: ALPHA.practice("7"), author: ALPHA.organization, to: [AS_PUBLIC], cc: [] };
    expect(wire.delete(`${A}/ap/activities/3`, post, AT)).toEqual({
      "@context": ACTIVITY_STREAMS,
      type: "Delete",
      id: `${A}/ap/activities/3`,
      actor: `${A}/ap/org`,
      to: [AS_PUBLIC],
      cc: [],
      published: "2026-11-03T09:30:00.000Z",
      object: { type: "Tombstone", id: `${A}/ap/practices/7` },
    });
  });

  const follow = { iri: `${B}/follows/9`, follower: `${B}/users/bo`, followee: `${A}/ap/org` };
  test.each([
    ["accept", "Accept", follow.followee, follow.follower],
    ["reject", "Reject", follow.followee, follow.follower],
    ["undoFollow", "Undo", follow.follower, follow.followee],
  ] as const)("%s embeds the Follow and goes to the other side", (method, type, actor, to) => {
    expect(wire[method](`${A}/ap/activities/4`, follow)).toEqual({
      "@context": ACTIVITY_STREAMS,
      type,
      id: `${A}/ap/activities/4`,
      actor,
      to: [to],
      object: { type: "Follow", id: follow.iri, actor: follow.follower, object: follow.followee },
    });
  });

  test("an Update of an actor carries its keys", () => {
    const keys = [
      { keyIri: `${A}/ap/org#main-key`, algorithm: "rsa-2048", publicKey: "PEM" },
    ] as const;
    const activity = wire.updateActor(`${A}/ap/activities/5`, actorRecord(), keys, AT);
    expect(activity["object"]).toMatchObject({
      id: `${A}/ap/org`,
      publicKey: { id: `${A}/ap/org#main-key`, owner: `${A}/ap/org`, publicKeyPem: "PEM" },
    });
  });
});

describe("an actor's document", () => {
  const keys = [
    { keyIri: `${A}/ap/org#main-key-2`, algorithm: "rsa-2048", publicKey: "NEW" },
    { keyIri: `${A}/ap/org#main-key`, algorithm: "rsa-2048", publicKey: "OLD" },
    { keyIri: `${A}/ap/org#ed25519-key`, algorithm: "ed25519", publicKey: "z6Mk" },
  ] as const;

  test("has one RSA key, the newest, and its Ed25519 keys as Multikeys", () => {
    expect(actorDocument(actorRecord(), keys)).toMatchObject({
      type: "Organization",
      id: `${A}/ap/org`,
      preferredUsername: "alpha",
      inbox: `${A}/ap/org/inbox`,
      outbox: `${A}/ap/org/outbox`,
      followers: `${A}/ap/org/followers`,
      following: `${A}/ap/org/following`,
      featured: `${A}/ap/org/featured`,
      endpoints: { sharedInbox: `${A}/ap/inbox` },
      manuallyApprovesFollowers: true,
      publicKey: { id: `${A}/ap/org#main-key-2`, publicKeyPem: "NEW" },
      assertionMethod: [
        {
          id: `${A}/ap/org#ed25519-key`,
          type: "Multikey",
          controller: `${A}/ap/org`,
          publicKeyMultibase: "z6Mk",
        },
      ],
      praxis: { version: 1 },
    });
  });

  test("shows a profile's fields and picture", () => {
    const actor = actorRecord({
      iconUrl: `${A}/media/1.png`,
      fields: [{ name: "Trade", value: "Power" }],
    });
    expect(actorDocument(actor, keys)).toMatchObject({
      icon: { type: "Image", url: `${A}/media/1.png` },
      attachment: [{ type: "PropertyValue", name: "Trade", value: "Power" }],
    });
  });
});
