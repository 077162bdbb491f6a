import { describe, expect, test } from "vitest";
import { readPostDocument } from "../../../../src/federation/remote/read-post.ts";
import type { Json } from "../../../../src/federation/remote/wire-values.ts";
import * as samples from "./samples.ts";

const rules = { allowHttp: false };
const read = (document: Json) => readPostDocument(document, rules);
const AS_PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

describe("posts as other servers send them", () => {
  test("a Mastodon note keeps its thread, file, mention, hashtag, emoji and language", () => {
    const post = read(samples.mastodonNote);
    expect(post).toMatchObject({
      iri: "https://mastodon.example/users/mia/statuses/110",
      url: "https://mastodon.example/@mia/110",
      author: "https://mastodon.example/users/mia",
      type: "Note",
      inReplyTo: "https://mastodon.example/users/max/statuses/109",
      context: null,
      title: "",
      summary: "",
      language: "de",
      sensitive: false,
      to: [AS_PUBLIC],
      publishedAt: new Date("2026-03-01T08:30:00Z"),
      updatedAt: new Date("2026-03-01T09:00:00Z"),
      revision: null,
      practice: null,
    });
    expect(post.contentHtml).toContain("<strong>checklist</strong>");
    expect(post.attachments).toEqual([
      {
        url: "https://files.mastodon.example/a.png",
        mediaType: "image/png",
        name: "A whiteboard",
        width: 800,
        height: 600,
        blurhash: "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
      },
    ]);
    expect(post.tags).toEqual([
      { type: "Mention", name: "@max", href: "https://mastodon.example/users/max" },
      { type: "Hashtag", name: "#handover", href: "https://mastodon.example/tags/handover" },
      { type: "Emoji", name: ":wave:", href: "https://files.mastodon.example/wave.png" },
    ]);
  });

  test("a Mastodon poll has its options beside its text, as text", () => {
    const { contentHtml, poll } = read(samples.mastodonPoll);
    expect(contentHtml).toBe("<p>Which one?</p>");
    expect(poll?.options.map(({ title }) => title)).toEqual(["Paper", "Screen & <b>pen</b>"]);
  });

  test("a GoToSocial note has single values where others have lists, and its warning as plain text", () => {
    const post = read(samples.gotosocialNote);
    expect(post).toMatchObject({
      to: ["https://alpha.example/ap/org"],
      cc: [],
      summary: "Long & winding",
      sensitive: true,
      language: "en",
      publishedAt: new Date("2026-03-01T08:00:00Z"),
    });
    expect(post.tags).toHaveLength(1);
    expect(post.attachments).toHaveLength(1);
  });

  test("a Misskey note without a page has its id for an address", () => {
    const post = read(samples.misskeyNote);
    expect(post.url).toBe(post.iri);
    expect(post.to).toEqual(["as:Public"]);
    expect(post.contentHtml).toContain("good idea");
  });

  test("a Pleroma note has its file's address inside a Link", () => {
    const post = read(samples.pleromaNote);
    expect(post.attachments).toMatchObject([
      { url: "https://pleroma.example/media/x.png", width: 10, height: 20, mediaType: "image/png" },
    ]);
    expect(post.to).toEqual(["Public"]);
    expect(post.context).toBe("https://pleroma.example/contexts/1");
  });

  test("a WordPress article is a practice with topics, its ids with a query string, and no scripts", () => {
    const post = read(samples.wordpressArticle);
    expect(post).toMatchObject({
      iri: "https://blog.example/?p=12",
      author: "https://blog.example/?author=1",
      title: "How we plan & review",
      summary: "In short: we plan.",
      practice: { kind: "practice", label: null, topics: ["planning", "teamwork"], license: null },
    });
    expect(post.contentHtml).toContain("<h2>Why</h2>");
    expect(post.contentHtml).not.toMatch(/script|onerror|<img/);
  });

  test("a NodeBB article without an edit has no time of one", () => {
    expect(read(samples.nodebbArticle)).toMatchObject({
      title: "Which tools?",
      context: "https://forum.example/topic/3",
      updatedAt: null,
      practice: { topics: ["tools"] },
    });
  });

  test("a Lemmy page becomes a post with a title, and its link an attachment", () => {
    const post = read(samples.lemmyPage);
    expect(post).toMatchObject({
      type: "Page",
      title: "Post-mortems without blame",
      practice: null,
    });
    expect(post.attachments).toMatchObject([{ url: "https://news.example/article" }]);
    expect(post.language).toBe("fr");
  });

  test("a PeerTube video has its person for an author, its page, its file, and Markdown shown as text", () => {
    const post = read(samples.peertubeVideo);
    expect(post).toMatchObject({
      author: "https://tube.example/accounts/tim",
      url: "https://tube.example/w/1",
      title: "A tour of the control room",
      contentHtml: "<p>First line<br />second &lt;line&gt;</p><p>Next paragraph</p>",
      language: "en",
      tags: [{ type: "Hashtag", name: "#tour", href: null }],
    });
    expect(post.attachments).toMatchObject([
      { url: "https://tube.example/1-720.mp4", mediaType: "video/mp4", width: 1280 },
    ]);
  });

  test("a video belongs to its channel when the channel signed", () => {
    const channel = "https://tube.example/video-channels/tours";
    expect(readPostDocument(samples.peertubeVideo, rules, { actor: channel }).author).toBe(channel);
  });

  test("a practice of our kin has its own terms, and its title only once", () => {
    const post = read(samples.praxisArticle);
    expect(post).toMatchObject({
      to: [AS_PUBLIC],
      revision: 3,
      contentHtml: "<p>At six.</p>",
      practice: {
        kind: "lesson",
        label: "TLP:GREEN",
        topics: ["handover"],
        benefits: ["support"],
        license: "https://creativecommons.org/licenses/by/4.0/",
        credits: ["https://bravo.example/ap/actors/bea"],
      },
    });
  });
});

describe("what a post leaves out", () => {
  const note = { ...samples.misskeyNote };

  test("an object without addresses has those of its activity", () => {
    const { to: _to, cc: _cc, ...bare } = note;
    const post = readPostDocument(bare, rules, { to: "as:Public", cc: ["https://a.example/u"] });
    expect(post).toMatchObject({ to: ["as:Public"], cc: ["https://a.example/u"] });
  });

  test("an object with one address of its own has no other", () => {
    const { cc: _cc, ...named } = { ...note, to: "https://alpha.example/ap/org" };
    expect(readPostDocument(named, rules, { to: "as:Public", cc: "as:Public" })).toMatchObject({
      to: ["https://alpha.example/ap/org"],
      cc: [],
    });
  });

  test("without content its source stands in, as text", () => {
    const { content: _content, ...bare } = note;
    const source = { content: "a **b** <c>", mediaType: "text/markdown" };
    expect(read({ ...bare, source }).contentHtml).toBe("<p>a **b** &lt;c&gt;</p>");
  });

  test("without content the first language that it is written in", () => {
    const { content: _content, ...bare } = note;
    expect(read({ ...bare, contentMap: { fr: "<p>oui</p>", en: "<p>yes</p>" } })).toMatchObject({
      contentHtml: "<p>oui</p>",
      language: "fr",
    });
  });
});

describe("dates within reason", () => {
  test.each([
    ["+099999-01-01T00:00:00Z"],
    ["99999-01-01T00:00:00Z"],
    ["-002026-01-01T00:00:00Z"],
    ["0001-01-01T00:00:00Z"],
    ["2026-13-01T00:00:00Z"],
    ["yesterday"],
    [1_772_000_000],
    [{}],
  ])("%j is no date", (published) => {
    expect(read({ ...samples.misskeyNote, published }).publishedAt).toBeNull();
  });
});

describe("what is not a post of its author is refused", () => {
  const { mastodonNote: note } = samples;
  test.each([
    ["no id", { ...note, id: undefined }],
    ["an id that is not an address", { ...note, id: "tag:mastodon.example,2026:1" }],
    ["plain http", { ...note, id: "http://mastodon.example/users/mia/statuses/110" }],
    ["no author", { ...note, attributedTo: undefined }],
    ["an author on another server", { ...note, attributedTo: "https://victim.example/users/vic" }],
    ["itself as its author", { ...note, attributedTo: note.id }],
    ["a type that is no post", { ...note, type: "Arrive" }],
    ["nothing in it", { ...note, content: "<script>x</script>", contentMap: null, attachment: [] }],
    [
      "a vote in a poll",
      { ...note, content: undefined, contentMap: undefined, attachment: [], name: "Paper" },
    ],
  ])("%s", (_what, document) => {
    expect(() => read(document as Json)).toThrow(
      expect.objectContaining({ name: "AppError", code: "remote_invalid" }),
    );
  });
});
