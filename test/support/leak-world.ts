import { expect, vi } from "vitest";
import { importPrivateKey } from "../../src/platform/crypto/keys.ts";
import { hashToken, randomToken } from "../../src/platform/crypto/tokens.ts";
import { decryptSecret } from "../../src/platform/crypto/secrets.ts";
import type { DeliveryOptions, ForeignActor } from "./foreign-peer.ts";
import { startForeignServer, type ForeignServer } from "./foreign-server.ts";
import { ask, type Answer, type Asking, type Signer } from "./http-answer.ts";
import { secretKeyOf, startInstance, type InstanceProcess } from "./instance-process.ts";
import { pdf } from "./media-samples.ts";
import type { ApiAnswer } from "./network.ts";

export const SOON = { timeout: 30_000, interval: 40 };
export const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

type Json = Readonly<Record<string, unknown>>;

/** A word that stands in everything about P and nowhere else. */
export const SECRET = "Zirconquartz";

/** One of the three organizations: a real server process with members who have tokens. */
export interface Party extends InstanceProcess {
  /** IRI of its Organization actor */
  readonly actor: string;
  /** asks its REST API as that member; null = without a token */
  as(member: string | null, method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  token(member: string): string;
  /** GETs a path of it, as ActivityPub unless told otherwise */
  get(path: string, asking?: Asking): Promise<Answer>;
  /** the key of one of its actors, to sign as this server does */
  signer(actor: string, algorithm?: "rsa-2048" | "ed25519"): Promise<Signer>;
}

/** A owns, B is a partner, C is an outsider; a foreign server of other people's make stands by. */
export interface LeakWorld {
  readonly a: Party;
  readonly b: Party;
  readonly c: Party;
  readonly peer: ForeignServer;
  /** delivers over the socket, signed by an actor of the foreign server */
  deliver(
    to: Party,
    by: ForeignActor,
    activity: Json,
    options?: DeliveryOptions,
  ): Promise<{ status: number; text: string }>;
  /** an activity of an actor, with a fresh id on that actor's server */
  activity(by: { readonly iri: string }, type: string, object: unknown, more?: Json): Json;
  close(): Promise<void>;
}

/** Starts one organization with those members, by handle and role; `ana` is there already. */
export async function startParty(
  name: string,
  members: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Party> {
  const instance = await startInstance(name, { PRAXIS_LOG_LEVEL: "debug", ...environment });
  const tokens = new Map<string, string>();
  for (const [handle, role] of Object.entries(members)) {
    if (handle !== "ana") {
      await instance.command(
        "member",
        "add",
        handle,
        `--email=${handle}@${name}.example`,
        `--role=${role}`,
        `--password=${PASSWORD}`,
      );
    }
  }
  for (const handle of Object.keys(members)) {
    const token = randomToken();
    tokens.set(handle, token);
    // As `praxis token create` makes it, without starting a program for each.
    await instance.database.sql`
      insert into access_tokens (token_hash, member_id, actor_id, scopes)
      select ${hashToken(token)}, m.id, m.actor_id, ${["read", "write", "follow", "push"]}
      from members m join actors a on a.id = m.actor_id where a.handle = ${handle}`;
  }
  const token = (member: string) => {
    const found = tokens.get(member);
    if (found === undefined) throw new Error(`${member} has no token at ${name}`);
    return found;
  };
  return {
    ...instance,
    actor: `${instance.origin}/ap/org`,
    token,
    as: (member, method, path, body) =>
      instance.api(member === null ? null : token(member), method, path, body),
    get: (path, asking) => ask(new URL(path, instance.origin).href, asking),
    async signer(actor, algorithm = "rsa-2048") {
      const [row] = await instance.database.sql`
        select key_iri, private_jwe from signing_keys k join actors a on a.id = k.actor_id
        where a.iri = ${actor} and k.algorithm = ${algorithm}`;
      const keyId = String(row?.["key_iri"]);
      const jwk = await decryptSecret(String(row?.["private_jwe"]), secretKeyOf(name), keyId);
      return { keyId, privateKey: importPrivateKey(jwk) };
    },
  };
}

/** Password of every member but the administrators. */
export const PASSWORD = "four quiet words here";

/** Who is there besides the administrators, by handle and role. */
interface Members {
  readonly alpha?: Readonly<Record<string, string>>;
  readonly bravo?: Readonly<Record<string, string>>;
}

const EVERYBODY: Members = {
  alpha: { rolf: "reader" },
  bravo: { bo: "author", carla: "reader" },
};

/** Starts the three servers and the foreign one, and makes A and B partners by their REST APIs. */
export async function startLeakWorld(members: Members = EVERYBODY): Promise<LeakWorld> {
  const [a, b, c, peer] = await Promise.all([
    startParty("alpha", { ana: "admin", ...members.alpha }),
    startParty("bravo", { ana: "admin", ...members.bravo }),
    startParty("charlie", { ana: "admin" }),
    startForeignServer(),
  ]);
  let activities = 0;
  const world: LeakWorld = {
    a,
    b,
    c,
    peer,
    async deliver(to, by, activity, options) {
      const request = peer.delivery(to.origin, by, activity, options);
      const response = await fetch(request);
      return { status: response.status, text: await response.text() };
    },
    activity(by, type, object, more = {}) {
      activities += 1;
      const id = `${new URL(by.iri).origin}/activities/${activities}`;
      return { id, type, actor: by.iri, object, ...more };
    },
    async close() {
      await Promise.all([a.close(), b.close(), c.close(), peer.close()]);
    },
  };
  await makePartners(a, b);
  return world;
}

/** Makes two organizations partners: proposed by the first, accepted by the second. */
export async function makePartners(a: Party, b: Party, fields: Json = {}): Promise<string> {
  const offered = await a.as("ana", "POST", "/partnerships", {
    handle: b.handle,
    terms: "# Terms\n\nKeep it between us.\n",
    label_ceiling: "TLP:AMBER+STRICT",
    ...fields,
  });
  expect(offered.status, JSON.stringify(offered.json)).toBe(201);
  const asked = await partnershipAt(b, offered.json.offer, "asked");
  const accepted = await b.as("ana", "POST", `/partnerships/${asked.id}/accept`);
  expect(accepted.status, JSON.stringify(accepted.json)).toBe(200);
  const { id } = await partnershipAt(a, offered.json.offer, "active");
  return id;
}

/** The partnership with that offer as one side has it, as soon as it is in that state. */
export function partnershipAt(
  party: Party,
  offer: string,
  state: string,
): Promise<{ id: string; in_force: boolean }> {
  return vi.waitFor(async () => {
    const { json } = await party.as("ana", "GET", "/partnerships");
    const found = json.find((each: { offer: string }) => each.offer === offer);
    expect(found?.state).toBe(state);
    return found;
  }, SOON);
}

/** A practice as the REST API shows it. */
export interface PracticeJson {
  readonly id: string;
  readonly uri: string;
  readonly url: string;
  readonly [field: string]: unknown;
}

/** Publishes through A's REST API as its administrator. */
export async function publish(a: Party, fields: Json = {}): Promise<PracticeJson> {
  const { status, json } = await a.as("ana", "POST", "/practices", {
    title: `${SECRET} handover`,
    summary: `${SECRET} summary`,
    content: `What only ${SECRET} readers may read.`,
    topics: ["zirconquartztopic"],
    ...fields,
  });
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

/** Uploads a file as a member; returns its id and address. */
export async function upload(
  a: Party,
  bytes: Buffer = pdf(SECRET),
  name = "plan.pdf",
): Promise<{ id: string; url: string }> {
  const form = new FormData();
  form.set("file", new Blob([new Uint8Array(bytes)]), name);
  const response = await fetch(`${a.origin}/api/praxis/v1/media`, {
    method: "POST",
    headers: { Authorization: `Bearer ${a.token("ana")}` },
    body: form,
  });
  const text = await response.text();
  expect(response.status, text).toBeLessThan(300);
  return JSON.parse(text);
}

/** The practice as a member of another organization finds it there, once it has arrived. */
export function arrived(at: Party, member: string, uri: string): Promise<PracticeJson> {
  return vi.waitFor(async () => {
    const found = await find(at, member, uri);
    if (found === undefined) throw new Error(`${uri} has not arrived`);
    return found;
  }, SOON);
}

/** The same, now. */
export async function find(
  at: Party,
  member: string | null,
  uri: string,
): Promise<PracticeJson | undefined> {
  const { json } = await at.as(member, "GET", "/practices?limit=100");
  return json.find((each: PracticeJson) => each.uri === uri);
}

/** A follows the other by the REST API, and is accepted. */
export async function follow(follower: Party, member: string, handle: string): Promise<void> {
  const asked = await follower.as(member, "POST", "/follows", { handle });
  expect(asked.status, JSON.stringify(asked.json)).toBe(200);
  await vi.waitFor(async () => {
    const { json } = await follower.as(member, "GET", "/follows");
    const handles = json.map((each: { actor: { handle: string } }) => each.actor.handle);
    expect(handles).toContain(handle);
  }, SOON);
}
