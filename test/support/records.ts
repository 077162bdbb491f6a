import type { Visible } from "../../src/domain/audience/policy.ts";
import { localIris } from "../../src/domain/iris.ts";
import type { ActorRecord } from "../../src/persistence/repositories/actors.ts";
import type { PostRecord, PracticePart } from "../../src/persistence/repositories/posts.ts";

export const ALPHA = localIris("https://alpha.example");
const PUBLISHED = new Date("2026-11-02T08:00:00.000Z");

/** The organization Alpha as it stands in the database; change what the test is about. */
export function actorRecord(changes: Partial<ActorRecord> = {}): ActorRecord {
  const iri = ALPHA.organization;
  return {
    id: 1n,
    iri,
    kind: "organization",
    type: "Organization",
    handle: "alpha",
    host: "alpha.example",
    name: "Alpha Power",
    summary: "",
    url: "https://alpha.example/",
    inbox: ALPHA.inbox(iri),
    sharedInbox: ALPHA.sharedInbox,
    followersIri: ALPHA.followers(iri),
    followingIri: ALPHA.following(iri),
    outboxIri: ALPHA.outbox(iri),
    featuredIri: ALPHA.featured(iri),
    iconUrl: null,
    imageUrl: null,
    iconDescription: "",
    imageDescription: "",
    fields: [],
    alsoKnownAs: [],
    movedTo: null,
    manuallyApprovesFollowers: true,
    discoverable: true,
    indexable: true,
    hidesCollections: false,
    showsMedia: true,
    showsMediaOfReplies: true,
    showsFeatured: true,
    kin: null,
    followersCount: 0,
    followingCount: 0,
    postsCount: 0,
    lastPostAt: null,
    publishedAt: PUBLISHED,
    fetchedAt: null,
    goneAt: null,
    suspendedAt: null,
    createdAt: PUBLISHED,
    ...changes,
  };
}

/** A public practice of Alpha, as if `reveal` had let it through. */
export function practiceRecord(
  changes: Partial<PostRecord> = {},
  practice: Partial<PracticePart> = {},
): Visible<PostRecord> {
  const authorActor = changes.authorActor ?? actorRecord();
  const record: PostRecord = {
    id: 7n,
    iri: ALPHA.practice("7"),
    url: ALPHA.practicePage("night-shift-handover"),
    authorId: authorActor.id,
    local: true,
    type: "Article",
    inReplyToIri: null,
    inReplyToId: null,
    contextIri: ALPHA.context("7"),
    relayedBy: null,
    title: "Night-shift handover",
    summary: "Ten minutes at the desk & a checklist",
    contentHtml: "<p>Meet at the desk.</p>",
    language: null,
    sensitive: false,
    quiet: false,
    audience: [{ kind: "public" }],
    label: "TLP:CLEAR",
    attachments: [],
    tags: [{ type: "Hashtag", name: "#handover", href: null }],
    hashtags: ["handover"],
    revision: 3,
    repliesCount: 0,
    favouritesCount: 0,
    boostsCount: 0,
    quotesCount: 0,
    publishedAt: PUBLISHED,
    editedAt: new Date("2026-11-03T09:30:00.000Z"),
    withdrawnAt: null,
    createdAt: PUBLISHED,
    author: authorActor.iri,
    publishedBy: "organization",
    withdrawn: false,
    authorActor,
    practice: {
      postId: 7n,
      slug: "night-shift-handover",
      objectKey: "7",
      kind: "practice",
      topics: ["handover"],
      benefits: [],
      license: "CC-BY-4.0",
      credits: [ALPHA.member("ana")],
      reviewBy: null,
      markdown: "Meet at the desk.",
      ...practice,
    },
    ...changes,
  };
  return record as Visible<PostRecord>;
}
