import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { SignatureSpec } from "../../src/federation/signatures/claim.ts";
import { signRequest } from "../../src/federation/signatures/sign.ts";

type Document = Readonly<Record<string, unknown>>;
type Answer = Document | ((request: Request) => Promise<Response> | Response);

/** An actor of the foreign server, able to sign. */
export interface ForeignActor {
  readonly iri: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly followers: string;
}

export interface DeliveryOptions {
  readonly spec?: SignatureSpec;
  readonly date?: Date;
  readonly contentType?: string;
  /** the path of the inbox; default the shared one */
  readonly path?: string;
  /** signs for this address instead of the one that the request goes to */
  readonly signedUrl?: string;
  /** changes the finished request */
  readonly headers?: Readonly<Record<string, string>>;
  /** the bytes that are sent; the signature is made for the activity */
  readonly sentBody?: string;
}

/**
 * A server of other people's make: it serves whatever documents it is given, signs whatever it is
 * told, and remembers what it is asked and sent. It does nothing by itself.
 */
export interface ForeignPeer {
  readonly origin: string;
  /** path → document, or what answers instead */
  readonly documents: Map<string, Answer>;
  /** the document at a path; throws where there is none */
  document(path: string): Document;
  /** paths that were asked for, in order */
  readonly asked: string[];
  /** activities that reached one of its inboxes */
  readonly inbox: Document[];
  fetch(request: Request): Promise<Response>;
  /** makes an actor with a key of its own and serves its document */
  actor(name: string, changes?: Document): ForeignActor;
  /** a signed request that carries the activity to an instance at that origin */
  delivery(to: string, by: ForeignActor, activity: Document, options?: DeliveryOptions): Request;
  /** a note by an actor, addressed to everybody unless changed; served at its id */
  note(by: ForeignActor, name: string, changes?: Document): Document;
}

/** Real keys take a while to make: the same few serve all tests of a file. */
const KEYS = Array.from({ length: 4 }, () => generateKeyPairSync("rsa", { modulusLength: 2048 }));
const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
const CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"];

export function createForeignPeer(origin: string): ForeignPeer {
  const documents = new Map<string, Answer>();
  const asked: string[] = [];
  const inbox: Document[] = [];
  let actors = 0;

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "POST") {
      const received: unknown = await request.json();
      if (typeof received === "object" && received !== null) inbox.push({ ...received });
      return new Response(null, { status: 202 });
    }
    asked.push(pathname);
    const found =
      documents.get(`${pathname}${new URL(request.url).search}`) ?? documents.get(pathname);
    if (typeof found === "function") return found(request);
    if (found !== undefined) return activityJson(found);
    if (pathname === "/.well-known/webfinger") return webFinger(searchParams.get("resource") ?? "");
    return new Response("nothing here", { status: 404 });
  }

  function webFinger(resource: string): Response {
    const name = /^acct:([^@]+)@/.exec(resource)?.[1] ?? "";
    if (!documents.has(`/users/${name}`)) return new Response("nothing here", { status: 404 });
    const link = {
      rel: "self",
      type: "application/activity+json",
      href: `${origin}/users/${name}`,
    };
    return Response.json({ subject: resource, links: [link] });
  }

  return {
    origin,
    documents,
    asked,
    inbox,
    fetch: answer,
    document(path) {
      const found = documents.get(path);
      if (found === undefined || typeof found === "function") throw new Error(`no ${path}`);
      return found;
    },
    actor(name, changes = {}) {
      const pair = KEYS[actors % KEYS.length];
      actors += 1;
      if (pair === undefined) throw new Error("no key");
      const iri = `${origin}/users/${name}`;
      const keyId = `${iri}#main-key`;
      documents.set(`/users/${name}`, {
        "@context": CONTEXT,
        id: iri,
        type: "Person",
        preferredUsername: name,
        name,
        inbox: `${iri}/inbox`,
        outbox: `${iri}/outbox`,
        followers: `${iri}/followers`,
        endpoints: { sharedInbox: `${origin}/inbox` },
        publicKey: {
          id: keyId,
          owner: iri,
          publicKeyPem: pair.publicKey.export({ type: "spki", format: "pem" }),
        },
        ...changes,
      });
      return { iri, keyId, privateKey: pair.privateKey, followers: `${iri}/followers` };
    },
    delivery(to, by, activity, options = {}) {
      const url = `${to}${options.path ?? "/ap/inbox"}`;
      const body = JSON.stringify({ "@context": CONTEXT, ...activity });
      const headers = signRequest({
        method: "POST",
        url: options.signedUrl ?? url,
        body,
        keyId: by.keyId,
        privateKey: by.privateKey,
        spec: options.spec ?? "draft-cavage",
        ...(options.date === undefined ? {} : { date: options.date }),
      });
      return new Request(url, {
        method: "POST",
        headers: {
          "content-type": options.contentType ?? "application/activity+json",
          ...headers,
          ...options.headers,
        },
        body: options.sentBody ?? body,
      });
    },
    note(by, name, changes = {}) {
      const path = `/notes/${name}`;
      const note = {
        "@context": CONTEXT,
        id: `${origin}${path}`,
        type: "Note",
        attributedTo: by.iri,
        content: `<p>${name}</p>`,
        published: new Date().toISOString(),
        to: [PUBLIC],
        cc: [by.followers],
        ...changes,
      };
      documents.set(path, note);
      return note;
    },
  };
}

function activityJson(document: Document): Response {
  return new Response(JSON.stringify(document), {
    headers: { "content-type": "application/activity+json" },
  });
}
