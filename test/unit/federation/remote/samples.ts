/** Documents in the shape in which other servers send them, made up by hand. */
const AS = "https://www.w3.org/ns/activitystreams";
const PUBLIC = `${AS}#Public`;

export const mastodonNote = {
  "@context": [AS, { ostatus: "http://ostatus.org#", conversation: "ostatus:conversation" }],
  id: "https://mastodon.example/users/mia/statuses/110",
  type: "Note",
  summary: null,
  inReplyTo: "https://mastodon.example/users/max/statuses/109",
  published: "2026-03-01T08:30:00Z",
  updated: "2026-03-01T09:00:00Z",
  url: "https://mastodon.example/@mia/110",
  attributedTo: "https://mastodon.example/users/mia",
  to: [PUBLIC],
  cc: ["https://mastodon.example/users/mia/followers", "https://mastodon.example/users/max"],
  sensitive: false,
  conversation: "tag:mastodon.example,2026-03-01:objectId=7:objectType=Conversation",
  content:
    '<p>Try a <strong>checklist</strong> <a href="https://mastodon.example/tags/handover">#handover</a></p>',
  contentMap: {
    de: '<p>Try a <strong>checklist</strong> <a href="https://mastodon.example/tags/handover">#handover</a></p>',
  },
  attachment: [
    {
      type: "Document",
      mediaType: "image/png",
      url: "https://files.mastodon.example/a.png",
      name: "A whiteboard",
      blurhash: "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
      width: 800,
      height: 600,
    },
  ],
  tag: [
    { type: "Mention", href: "https://mastodon.example/users/max", name: "@max" },
    { type: "Hashtag", href: "https://mastodon.example/tags/handover", name: "#handover" },
    {
      id: "https://mastodon.example/emojis/1",
      type: "Emoji",
      name: ":wave:",
      icon: {
        type: "Image",
        mediaType: "image/png",
        url: "https://files.mastodon.example/wave.png",
      },
    },
  ],
  replies: { id: "https://mastodon.example/users/mia/statuses/110/replies", type: "Collection" },
};

export const mastodonPoll = {
  ...mastodonNote,
  id: "https://mastodon.example/users/mia/statuses/111",
  type: "Question",
  content: "<p>Which one?</p>",
  contentMap: undefined,
  inReplyTo: null,
  endTime: "2026-03-02T08:30:00Z",
  oneOf: [
    { type: "Note", name: "Paper", replies: { type: "Collection", totalItems: 3 } },
    { type: "Note", name: "Screen & <b>pen</b>", replies: { type: "Collection", totalItems: 1 } },
  ],
};

/** GoToSocial sends single values where one would expect lists. */
export const gotosocialNote = {
  "@context": [AS, { sensitive: "as:sensitive" }],
  attachment: {
    type: "Image",
    mediaType: "image/jpeg",
    name: "A board",
    url: "https://gts.example/fileserver/1.jpg",
  },
  attributedTo: "https://gts.example/users/gus",
  cc: [],
  content: "<p>hello</p>",
  contentMap: { en: "<p>hello</p>" },
  id: "https://gts.example/users/gus/statuses/01H",
  published: "2026-03-01T10:00:00+02:00",
  sensitive: true,
  summary: "Long &amp; winding",
  tag: { type: "Mention", href: "https://alpha.example/ap/org", name: "@alpha@alpha.example" },
  to: "https://alpha.example/ap/org",
  type: "Note",
  url: "https://gts.example/@gus/statuses/01H",
};

/** Misskey keeps its own markup beside the HTML. */
export const misskeyNote = {
  id: "https://misskey.example/notes/9abc",
  type: "Note",
  attributedTo: "https://misskey.example/users/9xyz",
  summary: null,
  content: "<p><span>good idea</span></p>",
  _misskey_content: "good idea",
  source: { content: "good idea", mediaType: "text/x.misskeymarkdown" },
  published: "2026-03-01T10:00:00.000Z",
  to: ["as:Public"],
  cc: ["https://misskey.example/users/9xyz/followers"],
  inReplyTo: null,
  attachment: [],
  sensitive: false,
  tag: [],
};

/** Pleroma names the actor twice and says "Public" in short. */
export const pleromaNote = {
  "@context": [AS, "https://pleroma.example/schemas/litepub-0.1.jsonld"],
  actor: "https://pleroma.example/users/pia",
  attributedTo: "https://pleroma.example/users/pia",
  attachment: [
    {
      type: "Document",
      mediaType: "image/png",
      name: "",
      url: [
        {
          type: "Link",
          href: "https://pleroma.example/media/x.png",
          mediaType: "image/png",
          width: 10,
          height: 20,
        },
      ],
    },
  ],
  content: "fine",
  context: "https://pleroma.example/contexts/1",
  conversation: "https://pleroma.example/contexts/1",
  id: "https://pleroma.example/objects/1",
  published: "2026-03-01T10:00:00.123456Z",
  sensitive: null,
  source: { content: "fine", mediaType: "text/plain" },
  summary: "",
  tag: [],
  to: ["Public"],
  cc: ["https://pleroma.example/users/pia/followers"],
  type: "Note",
};

export const wordpressArticle = {
  "@context": [AS, { Hashtag: "as:Hashtag", sensitive: "as:sensitive" }],
  id: "https://blog.example/?p=12",
  type: "Article",
  attachment: [
    { type: "Image", url: "https://blog.example/a.jpg", mediaType: "image/jpeg", name: "A chart" },
  ],
  attributedTo: "https://blog.example/?author=1",
  content: '<h2>Why</h2><p>Because.</p><script>alert(1)</script><img src="x" onerror="alert(1)">',
  contentMap: { "en-GB": "" },
  name: "How we plan &amp; review",
  nameMap: { "en-GB": "How we plan &amp; review" },
  published: "2026-02-01T10:00:00Z",
  summary: "<p>In short: we plan.</p>",
  tag: [
    { type: "Hashtag", href: "https://blog.example/tag/planning", name: "#Planning" },
    { type: "Hashtag", href: "https://blog.example/tag/team-work", name: "#Team-Work" },
  ],
  updated: "2026-02-03T10:00:00Z",
  url: "https://blog.example/how-we-plan/",
  to: [PUBLIC, "https://blog.example/wp-json/activitypub/1.0/actors/1/followers"],
  cc: [],
  mediaType: "text/html",
};

export const nodebbArticle = {
  "@context": AS,
  id: "https://forum.example/post/5",
  type: "Article",
  to: [PUBLIC],
  cc: ["https://forum.example/uid/2/followers"],
  inReplyTo: null,
  published: "2026-02-01T10:00:00.000Z",
  updated: null,
  url: "https://forum.example/post/5",
  attributedTo: "https://forum.example/uid/2",
  context: "https://forum.example/topic/3",
  audience: "https://forum.example/category/4/tools",
  summary: null,
  name: "Which tools?",
  preview: { type: "Note", content: "<p>Which</p>" },
  content: "<p>Which tools do you use?</p>\n",
  source: { content: "Which tools do you use?", mediaType: "text/markdown" },
  tag: [{ type: "Hashtag", href: "https://forum.example/tags/tools", name: "#tools" }],
  attachment: [],
};

export const lemmyPage = {
  "@context": ["https://join-lemmy.org/context.json", AS],
  type: "Page",
  id: "https://lemmy.example/post/1",
  attributedTo: "https://lemmy.example/u/lea",
  to: ["https://lemmy.example/c/ops", PUBLIC],
  cc: [],
  name: "Post-mortems without blame",
  content: "<p>Read this</p>\n",
  mediaType: "text/html",
  source: { content: "Read this", mediaType: "text/markdown" },
  attachment: [
    { type: "Link", href: "https://news.example/article", mediaType: "text/html; charset=utf-8" },
  ],
  sensitive: false,
  published: "2026-01-01T10:00:00.000000Z",
  language: { identifier: "fr", name: "Français" },
  audience: "https://lemmy.example/c/ops",
};

export const peertubeVideo = {
  "@context": [AS, { Hashtag: "as:Hashtag" }],
  type: "Video",
  id: "https://tube.example/videos/watch/1",
  name: "A tour of the control room",
  duration: "PT120S",
  tag: [{ type: "Hashtag", name: "tour" }],
  language: { identifier: "en", name: "English" },
  sensitive: false,
  published: "2026-01-01T10:00:00.000Z",
  updated: "2026-01-02T10:00:00.000Z",
  mediaType: "text/markdown",
  content: "First line\nsecond <line>\n\nNext paragraph",
  icon: [
    {
      type: "Image",
      url: "https://tube.example/thumb.jpg",
      mediaType: "image/jpeg",
      width: 280,
      height: 157,
    },
  ],
  url: [
    { type: "Link", mediaType: "text/html", href: "https://tube.example/w/1" },
    {
      type: "Link",
      mediaType: "video/mp4",
      href: "https://tube.example/1-720.mp4",
      height: 720,
      width: 1280,
      size: 1000,
      fps: 30,
    },
    {
      type: "Link",
      mediaType: "application/x-bittorrent",
      href: "https://tube.example/1.torrent",
      height: 720,
    },
  ],
  attributedTo: [
    { type: "Person", id: "https://tube.example/accounts/tim" },
    { type: "Group", id: "https://tube.example/video-channels/tours" },
  ],
  to: [PUBLIC],
  cc: ["https://tube.example/accounts/tim/followers"],
};

export const praxisArticle = {
  "@context": [AS, { kind: "urn:x-praxis:kind" }],
  type: "Article",
  id: "https://bravo.example/ap/practices/7",
  url: "https://bravo.example/practices/night-shift-handover",
  attributedTo: "https://bravo.example/ap/org",
  name: "Night-shift handover",
  summary: "How we hand over.",
  content: "<h1>Night-shift handover</h1><p>At six.</p>",
  preview: { type: "Note", content: "<p>At six.</p>" },
  context: "https://bravo.example/ap/contexts/7",
  to: PUBLIC,
  cc: ["https://bravo.example/ap/org/followers"],
  published: "2026-01-01T10:00:00Z",
  updated: "2026-01-02T10:00:00Z",
  tag: [
    { type: "Hashtag", name: "#handover" },
    { type: "Link", rel: "license", href: "https://creativecommons.org/licenses/by/4.0/" },
  ],
  revision: 3,
  kind: "lesson",
  label: "TLP:GREEN",
  benefits: ["support", "juggling"],
  credits: ["https://bravo.example/ap/actors/bea"],
};

/** An actor of each kind of server. */
export const mastodonActor = {
  "@context": [AS, "https://w3id.org/security/v1"],
  id: "https://mastodon.example/users/mia",
  type: "Person",
  following: "https://mastodon.example/users/mia/following",
  followers: "https://mastodon.example/users/mia/followers",
  inbox: "https://mastodon.example/users/mia/inbox",
  outbox: "https://mastodon.example/users/mia/outbox",
  featured: "https://mastodon.example/users/mia/collections/featured",
  preferredUsername: "mia",
  name: "Mia :wave:",
  summary: '<p>Engineer <script>alert(1)</script><a href="javascript:alert(1)">x</a></p>',
  url: "https://mastodon.example/@mia",
  manuallyApprovesFollowers: true,
  discoverable: false,
  published: "2020-01-01T00:00:00Z",
  alsoKnownAs: ["https://old.example/users/mia"],
  endpoints: { sharedInbox: "https://mastodon.example/inbox" },
  icon: { type: "Image", mediaType: "image/png", url: "https://files.mastodon.example/mia.png" },
  image: {
    type: "Image",
    mediaType: "image/png",
    url: "https://files.mastodon.example/header.png",
  },
  attachment: [
    {
      type: "PropertyValue",
      name: "Site",
      value: '<a href="https://mia.example" onclick="x()">mia.example</a>',
    },
    { type: "IdentityProof", name: "old" },
  ],
  tag: [],
};
