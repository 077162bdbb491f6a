import { fork, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, verify } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { signRequest } from "../../src/federation/signatures/sign.ts";
import type { Order, Usage } from "./inbox-server.ts";

/** What one run measured; CPU in milliseconds for each activity. */
export interface InboxFigures {
  readonly actors: number;
  readonly activities: number;
  readonly nodeMs: number;
  readonly postgresMs: number;
  readonly perSecond: number;
}

const CONNECTIONS = 16;
const ACTIVITIES = 1_000;
const SERVER = fileURLToPath(new URL("inbox-server.ts", import.meta.url));

/**
 * Sends signed Creates of notes to a real inbox in another process, from one and from a hundred
 * actors that it knows. `databaseUrl` is an empty database of its own.
 */
export async function measureInbox(databaseUrl: string): Promise<InboxFigures[]> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  const peer = createServer((request, response) => {
    const { port } = peer.address() as AddressInfo;
    const path = request.url ?? "";
    const known = path.startsWith("/users/");
    response.writeHead(known ? 200 : 404, { "content-type": "application/activity+json" });
    response.end(known ? actorDocument(`http://127.0.0.1:${port}${path}`, pem) : "");
  });
  await new Promise<void>((resolve) => peer.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`;
  const port = await freePort();
  const server = fork(SERVER, {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PORT: `${port}`,
      PRAXIS_ORIGIN: `http://127.0.0.1:${port}`,
      PRAXIS_ALLOW_PRIVATE_NETWORK: "on",
      PRAXIS_RATE_LIMIT: "0",
      PRAXIS_SECRET_KEY: Buffer.alloc(32, 1).toString("base64"),
    },
  });
  try {
    await once(server, "message");
    const target = `http://127.0.0.1:${port}/ap/inbox`;
    const names = Array.from({ length: 100 }, (_, index) => `${origin}/users/u${index}`);
    await ask(server, { follow: names });
    const run = async (actors: number, activities: number): Promise<InboxFigures> => {
      const deliveries = Array.from({ length: activities }, (_, index) =>
        sign(target, names[index % actors] ?? origin, privateKey),
      );
      const before = (await ask(server, "usage")) as Usage;
      const start = performance.now();
      await post(target, deliveries);
      const seconds = (performance.now() - start) / 1000;
      const after = (await ask(server, "usage")) as Usage;
      return {
        actors,
        activities,
        nodeMs: (after.node - before.node) / activities,
        postgresMs: (after.postgres - before.postgres) / activities,
        perSecond: activities / seconds,
      };
    };
    await run(100, 300); // warms code, connections and keys
    return [await run(1, ACTIVITIES), await run(100, ACTIVITIES)];
  } finally {
    server.disconnect();
    await once(server, "exit");
    peer.closeAllConnections();
    peer.close();
  }
}

/** CPU milliseconds of what no server can do without: one RSA-2048 verification. */
export function measureFloor(): number {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const text = Buffer.from("text");
  const url = "https://a.example/inbox";
  signRequest({ method: "POST", url, body: "", keyId: url, privateKey, spec: "draft-cavage" });
  const signature = Buffer.alloc(256);
  const before = process.cpuUsage();
  for (let count = 0; count < 1_000; count += 1) verify("sha256", text, publicKey, signature);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / 1_000;
}

interface Delivery {
  readonly headers: Record<string, string>;
  readonly body: string;
}

let notes = 0;

function sign(
  target: string,
  actor: string,
  privateKey: Parameters<typeof signRequest>[0]["privateKey"],
): Delivery {
  notes += 1;
  const id = `${actor}/notes/${notes}`;
  const to = ["https://www.w3.org/ns/activitystreams#Public"];
  const cc = [`${actor}/followers`];
  const published = new Date().toISOString();
  const body = JSON.stringify({
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
    id: `${id}/activity`,
    type: "Create",
    actor,
    published,
    to,
    cc,
    object: {
      id,
      type: "Note",
      attributedTo: actor,
      content: `<p>Handover at six, <a href="https://example.org/${notes}">the list</a> is on the board. ${"Talk before you sign. ".repeat(15)}</p>`,
      published,
      url: id,
      to,
      cc,
      tag: [{ type: "Hashtag", name: "#handover", href: "https://example.org/tags/handover" }],
    },
  });
  const headers = signRequest({
    method: "POST",
    url: target,
    body,
    keyId: `${actor}#main-key`,
    privateKey,
    spec: "draft-cavage",
  });
  return { headers: { ...headers, "content-type": "application/activity+json" }, body };
}

async function post(target: string, deliveries: readonly Delivery[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const queue = deliveries[Symbol.iterator]();
  const send = ({ headers, body }: Delivery): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(target, { method: "POST", headers, agent }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      });
      request.on("error", reject).end(body);
    });
  const worker = async (): Promise<void> => {
    for (const delivery of queue) {
      const status = await send(delivery);
      if (status !== 202) throw new Error(`the inbox answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  agent.destroy();
}

async function ask(server: ChildProcess, order: Order): Promise<unknown> {
  server.send(order);
  const [answer] = await once(server, "message");
  return answer;
}

function actorDocument(iri: string, pem: string): string {
  const keyId = `${iri}#main-key`;
  return JSON.stringify({
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
    id: iri,
    type: "Person",
    preferredUsername: iri.split("/").at(-1),
    inbox: `${iri}/inbox`,
    outbox: `${iri}/outbox`,
    followers: `${iri}/followers`,
    publicKey: { id: keyId, owner: iri, publicKeyPem: pem },
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
