import { AppError } from "../../domain/errors.ts";
import type { RemoteHandle } from "../../domain/handle.ts";
import type { HttpClient } from "../../platform/http/client.ts";
import type { Remote, RemoteActor, RemoteKey } from "../../services/remote.ts";
import { createAccounts } from "../accounts/accounts.ts";
import { confirmKeyOwner, readKeyDocument } from "../signatures/key-document.ts";
import { linksBack } from "./back-links.ts";
import { createDocumentReader, type Signer } from "./documents.ts";
import { hostIn, remoteGone, remoteInvalid } from "./problems.ts";
import { isActorDocument, readActorDocument, type ActorDocument } from "./read-actor.ts";
import { toRemoteKey } from "./read-keys.ts";
import { isPostDocument, readPostDocument } from "./read-post.ts";
import { readQuoteStamp } from "./read-quote.ts";
import { createWebFinger, type WebFingerAnswer } from "./webfinger.ts";
import { iriOf, typesOf, type Json, type WireRules } from "./wire-values.ts";

export interface RemoteOptions {
  readonly http: HttpClient;
  /** our own origin, never read over HTTP */
  readonly origin: string;
  /** plain http, for closed networks and tests */
  readonly allowPrivateNetwork: boolean;
  /** the instance actor's key; null as long as there is none, then reading is unsigned */
  readonly signer: Signer;
  /** milliseconds for each request; default 10 s */
  readonly timeoutMs?: number;
}

/** Answers about a handle that are no silence. */
const SAYS_NO = new Set(["remote_invalid", "origin_refused"]);
const TERMS_TYPES = "text/markdown, text/plain;q=0.5";
const MAX_TERMS_BYTES = 256 * 1024;

/** The services' eyes on other instances (`services/remote.ts`). */
export function createRemote(options: RemoteOptions): Remote {
  const rules: WireRules = { allowHttp: options.allowPrivateNetwork };
  const documents = createDocumentReader(options);
  const lookUp = createWebFinger({ ...options, rules, host: hostIn(options.origin) });

  async function toActor(document: Json, known?: RemoteHandle): Promise<RemoteActor> {
    const { username, ...actor } = readActorDocument(document, rules);
    const handle =
      known !== undefined && known.username.toLowerCase() === username.toLowerCase()
        ? { username, host: known.host }
        : await confirmHandle({ iri: actor.iri, username });
    return { ...actor, handle: handle.username, host: handle.host };
  }

  /**
   * The actor's handle as WebFinger has it. A server without WebFinger for its actors (some have
   * none for their instance actor) is taken at its word for its own host; one whose WebFinger names
   * another actor is not.
   */
  async function confirmHandle(
    actor: Pick<ActorDocument, "iri" | "username">,
  ): Promise<RemoteHandle> {
    const own = { username: actor.username, host: hostIn(actor.iri) };
    let answer: WebFingerAnswer;
    try {
      answer = await lookUp(own);
    } catch (error) {
      const silent = error instanceof AppError && !SAYS_NO.has(error.code);
      if (silent) return own;
      throw error;
    }
    if (answer.actors.includes(actor.iri)) return answer.handle;
    throw remoteInvalid(
      `${own.host} says that @${own.username}@${own.host} is another actor than ${actor.iri}.`,
    );
  }

  async function readKey(keyIri: string): Promise<{ key: RemoteKey; actor: RemoteActor }> {
    const { url, json } = await documents.fetch(keyIri);
    if (URL.parse(url)?.origin !== URL.parse(keyIri)?.origin) {
      throw remoteInvalid(`${hostIn(keyIri)} keeps its keys on another server.`);
    }
    const reading = readKeyDocument(json, keyIri);
    if (!reading.ok) throw unusableKey(keyIri, reading.detail);
    const { needsOwner } = reading;
    const owner = needsOwner === null ? json : await documents.load(needsOwner);
    const confirmed = needsOwner === null ? reading : confirmKeyOwner(owner, reading.key);
    if (!confirmed.ok) throw unusableKey(keyIri, confirmed.detail);
    const key = toRemoteKey(confirmed.key);
    const actor = await toActor(owner);
    const others = actor.keys.filter((other) => other.keyIri !== key.keyIri);
    return { key, actor: { ...actor, keys: [key, ...others] } };
  }

  return {
    async findActor(handle) {
      const [actor] = (await lookUp(handle)).actors;
      if (actor !== undefined) return actor;
      throw remoteInvalid(`@${handle.username}@${handle.host} is not an account of the fediverse.`);
    },
    async readActor(iri, known) {
      return toActor(await documents.load(iri), known);
    },
    readKey,
    accounts: createAccounts(options.http),
    async readObject(iri) {
      const document = await documents.load(iri, { page: true });
      if (typesOf(document).includes("Tombstone")) throw remoteGone(hostIn(iri));
      if (isActorDocument(document)) return { kind: "actor", actor: await toActor(document) };
      if (isPostDocument(document)) {
        return { kind: "post", post: readPostDocument(document, rules) };
      }
      throw remoteInvalid(`${hostIn(iri)} has neither a post nor an actor at this address.`);
    },
    linksBack: (url, targets) => linksBack(options.http, url, targets),
    async readQuoteStamp(iri) {
      const document = await documents.load(iri);
      if (iriOf(document, rules) !== iri)
        throw remoteInvalid(`${hostIn(iri)} answered with another stamp.`);
      return readQuoteStamp(document, rules);
    },
    readTerms: (url) => documents.text(url, { accept: TERMS_TYPES, maxBytes: MAX_TERMS_BYTES }),
  };
}

function unusableKey(keyIri: string, detail: string): AppError {
  return remoteInvalid(`The key ${keyIri} cannot be used.`, new Error(detail));
}
