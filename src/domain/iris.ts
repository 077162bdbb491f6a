/** The IRIs and pages of everything that this instance owns, for one pinned origin. */
export interface LocalIris {
  readonly origin: string;
  readonly organization: string;
  readonly instance: string;
  readonly sharedInbox: string;
  member(handle: string): string;
  /** of any of our actors */
  inbox(actor: string): string;
  outbox(actor: string): string;
  followers(actor: string): string;
  following(actor: string): string;
  featured(actor: string): string;
  /** `number` counts the rotations, from 1 */
  key(actor: string, algorithm: "rsa-2048" | "ed25519", number: number): string;
  practice(key: string): string;
  /** the replies below one of our practices or replies */
  replies(post: string): string;
  /** a reply by one of our members */
  post(key: string): string;
  context(key: string): string;
  activity(key: string): string;
  /** a file of a post */
  media(key: string): string;
  /** what a person on another kind of server is told of a practice */
  notice(key: string): string;
  /** a terms document, for the two parties */
  terms(key: string): string;
  /** consent that one of our posts is quoted */
  quoteApproval(key: string): string;
  /** a circle, for its members; it is told, never served */
  circle(id: string): string;
  /** page of a practice */
  practicePage(slug: string): string;
  /** page of a post, by its id */
  postPage(id: string): string;
  /** where a notice leads to */
  noticePage(key: string): string;
  /** page of a hashtag, given without `#` */
  tagPage(name: string): string;
  /** page of a member */
  memberPage(handle: string): string;
}

/** All local IRIs are made here and only here, so that none is ever derived from a request. */
export function localIris(origin: string): LocalIris {
  const ap = `${origin}/ap`;
  return {
    origin,
    organization: `${ap}/org`,
    instance: `${ap}/instance`,
    sharedInbox: `${ap}/inbox`,
    member: (handle) => `${ap}/actors/${handle}`,
    inbox: (actor) => `${actor}/inbox`,
    outbox: (actor) => `${actor}/outbox`,
    followers: (actor) => `${actor}/followers`,
    following: (actor) => `${actor}/following`,
    featured: (actor) => `${actor}/featured`,
    key: (actor, algorithm, number) =>
      `${actor}#${algorithm === "ed25519" ? "ed25519-key" : "main-key"}${number === 1 ? "" : `-${number}`}`,
    practice: (key) => `${ap}/practices/${key}`,
    replies: (post) => `${post}/replies`,
    post: (key) => `${ap}/posts/${key}`,
    context: (key) => `${ap}/contexts/${key}`,
    activity: (key) => `${ap}/activities/${key}`,
    media: (key) => `${ap}/media/${key}`,
    notice: (key) => `${ap}/notices/${key}`,
    terms: (key) => `${ap}/terms/${key}`,
    quoteApproval: (key) => `${ap}/quote-approvals/${key}`,
    circle: (id) => `${ap}/circles/${id}`,
    practicePage: (slug) => `${origin}/practices/${slug}`,
    postPage: (id) => `${origin}/posts/${id}`,
    noticePage: (key) => `${origin}/n/${key}`,
    tagPage: (name) => `${origin}/tags/${encodeURIComponent(name.toLowerCase())}`,
    memberPage: (handle) => `${origin}/@${handle}`,
  };
}
