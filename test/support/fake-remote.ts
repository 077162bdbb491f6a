import { generateKeyPairSync } from "node:crypto";
import { AppError } from "../../src/domain/errors.ts";
import type { RemoteHandle } from "../../src/domain/handle.ts";
import type { Remote, RemoteActor, RemoteKey, RemotePost } from "../../src/services/remote.ts";

export const AS_PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

/** Other instances as the services see them, with everything that was asked of them. */
export class FakeRemote implements Remote {
  readonly actors = new Map<string, RemoteActor>();
  readonly posts = new Map<string, RemotePost>();
  readonly terms = new Map<string, string>();
  /** what is thrown when that IRI is read */
  readonly failures = new Map<string, Error>();
  readonly asked: string[] = [];
  readonly accounts = {
    register: () => Promise.reject(failure("sign_in_not_offered")),
    identify: () => Promise.reject(failure("sign_in_refused")),
  };
  /** pages that link back: address → target */
  readonly backLinks = new Map<string, string>();
  /** the `known` handle of the last reading of an actor */
  lastKnown: RemoteHandle | undefined;

  async findActor({ username, host }: RemoteHandle): Promise<string> {
    await this.#ask(`@${username}@${host}`);
    const found = [...this.actors.values()].find(
      (actor) => actor.handle === username && actor.host === host,
    );
    if (found === undefined) throw failure("remote_not_found");
    return found.iri;
  }

  async linksBack(url: string, targets: readonly string[]): Promise<boolean> {
    await this.#ask(url);
    return targets.includes(this.backLinks.get(url) ?? "");
  }

  async readActor(iri: string, known?: RemoteHandle): Promise<RemoteActor> {
    await this.#ask(iri);
    this.lastKnown = known;
    const actor = this.actors.get(iri);
    if (actor === undefined) throw failure("remote_not_found");
    return actor;
  }

  async readKey(keyIri: string): Promise<{ key: RemoteKey; actor: RemoteActor }> {
    await this.#ask(keyIri);
    for (const actor of this.actors.values()) {
      const key = actor.keys.find((each) => each.keyIri === keyIri);
      if (key !== undefined) return { key, actor };
    }
    throw failure("remote_not_found");
  }

  async readObject(iri: string) {
    await this.#ask(iri);
    const actor = this.actors.get(iri);
    if (actor !== undefined) return { kind: "actor" as const, actor };
    const post = this.posts.get(iri);
    if (post === undefined) throw failure("remote_not_found");
    return { kind: "post" as const, post };
  }

  readQuoteStamp(iri: string): Promise<never> {
    return Promise.reject(new Error(`nobody keeps stamps here: ${iri}`));
  }

  async readTerms(url: string): Promise<string> {
    await this.#ask(url);
    const terms = this.terms.get(url);
    if (terms === undefined) throw failure("remote_not_found");
    return terms;
  }

  async #ask(iri: string): Promise<void> {
    this.asked.push(iri);
    await Promise.resolve();
    const problem = this.failures.get(iri);
    if (problem !== undefined) throw problem;
  }
}

export function failure(code: string, cause?: unknown): AppError {
  return new AppError(code, "The other server did something.", { status: 502, cause });
}

const { publicKey: rsa } = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const RSA_PEM = rsa.export({ type: "spki", format: "pem" });

export function remoteActor(iri: string, changes: Partial<RemoteActor> = {}): RemoteActor {
  const { host, pathname } = new URL(iri);
  const name = pathname.split("/").at(-1) ?? "";
  return {
    iri,
    type: "Person",
    handle: name,
    host,
    name,
    summary: "",
    url: iri,
    inbox: `${iri}/inbox`,
    sharedInbox: null,
    followersIri: `${iri}/followers`,
    followingIri: null,
    outboxIri: null,
    featuredIri: null,
    iconUrl: null,
    imageUrl: null,
    fields: [{ name: "Site", value: "x" }],
    alsoKnownAs: [],
    movedTo: null,
    manuallyApprovesFollowers: false,
    discoverable: true,
    indexable: true,
    iconDescription: "",
    imageDescription: "",
    kin: null,
    publishedAt: null,
    keys: [{ keyIri: `${iri}#main-key`, algorithm: "rsa", pem: RSA_PEM }],
    ...changes,
  };
}

export function remotePost(
  iri: string,
  author: string,
  changes: Partial<RemotePost> = {},
): RemotePost {
  return {
    iri,
    url: `${iri}/page`,
    author,
    type: "Note",
    inReplyTo: null,
    context: null,
    title: "",
    summary: "",
    contentHtml: "<p>hello</p>",
    language: null,
    sensitive: false,
    to: [AS_PUBLIC],
    cc: [],
    attachments: [],
    tags: [],
    publishedAt: new Date("2026-03-01T10:00:00Z"),
    updatedAt: null,
    revision: null,
    practice: null,
    poll: null,
    quote: null,
    ...changes,
  };
}
