import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { signLinkToken } from "../../src/platform/crypto/link-tokens.ts";
import type { ForeignActor } from "../support/foreign-peer.ts";
import { ask, whole, type Answer, type Asking, type Signer } from "../support/http-answer.ts";
import { secretKeyOf } from "../support/instance-process.ts";
import {
  arrived,
  publish,
  SECRET,
  SOON,
  startLeakWorld,
  upload,
  type LeakWorld,
  type Party,
  type PracticeJson,
} from "../support/leak-world.ts";
import { pdf, telephonePhoto } from "../support/media-samples.ts";
import { createSharedCache } from "../support/shared-cache.ts";

/**
 * Cases 1 to 5, 10, 18, 19 and 20 of the leak suite. P is a practice of A for its partner B alone,
 * with a PDF and a photo; O is a public one. C and a person of a foreign server who follows A are
 * strangers to P.
 */
let world: LeakWorld;
let a: Party;
let b: Party;
let P: PracticeJson;
let O: PracticeJson;
let files: { pdf: string; photo: string };
let fay: ForeignActor;
let partner: Signer;
let strangers: Map<string, Signer | undefined>;

beforeAll(async () => {
  world = await startLeakWorld();
  ({ a, b } = world);
  fay = world.peer.actor("fay");
  await world.deliver(a, fay, world.activity(fay, "Follow", a.actor));
  const [plan, photo] = [await upload(a), await upload(a, await telephonePhoto(), "board.jpg")];
  files = { pdf: plan.url, photo: photo.url };
  const partnerOnly = [`partner:${b.handle}`];
  P = await publish(a, { audience: partnerOnly, media_ids: [plan.id, photo.id], credits: ["ana"] });
  O = await publish(a, {
    title: "Open handover",
    content: "For all.",
    summary: "All.",
    topics: [],
  });
  partner = await b.signer(b.actor);
  strangers = new Map<string, Signer | undefined>([
    ["somebody who does not sign", undefined],
    ["the outsider's organization", await world.c.signer(world.c.actor)],
    ["the outsider's server", await world.c.signer(`${world.c.origin}/ap/instance`)],
    ["a follower on another server", fay],
    ["somebody with a key that nobody has", { ...fay, keyId: `${world.peer.origin}/users/no#key` }],
    ["somebody who signs in the partner's name", { ...fay, keyId: partner.keyId }],
  ]);
  await arrived(b, "carla", P.uri);
}, 120_000);

afterAll(() => world.close());

/** Everything of P that has an address, each with the address of something like it that is missing. */
async function addressesOfP(): Promise<[string, string][]> {
  const [create] = await a.database.sql`
    select iri from activities where type = 'Create' and audience @> ${[`partner:${b.actor}`]}`;
  const otherKey = (address: string) => address.replace(/[0-9a-f-]{36}/, randomUUID());
  const api = `${a.origin}/api/praxis/v1/practices/`;
  const documents = [P.uri, `${P.uri}/replies`, String(create?.["iri"]), P.url];
  const media = [files.pdf, files.photo, `${files.photo}?thumbnail`];
  const ofApi = ["", "/revisions", "/discussion"].map((more): [string, string] => [
    `${api}${P.id}${more}`,
    `${api}${BigInt(P.id) + 999n}${more}`,
  ]);
  return [
    ...[...documents, ...media].map((url): [string, string] => [url, otherKey(url)]),
    ...ofApi,
    [`${a.origin}/posts/${P.id}`, `${a.origin}/posts/${BigInt(P.id) + 999n}`],
  ];
}

async function expectSameAsMissing(asking: Asking): Promise<void> {
  for (const accept of ["application/activity+json", "text/html", "*/*"]) {
    for (const [hidden, missing] of await addressesOfP()) {
      const [one, other] = await Promise.all(
        [hidden, missing].map((url) => ask(url, { ...asking, accept })),
      );
      // A document is JSON: whoever takes none of it is told so before anything is looked up.
      const isRefused = accept === "text/html" && new URL(hidden).pathname.startsWith("/ap/");
      const isFile = hidden.includes("/ap/media/");
      expect(one?.status, hidden).toBe(isRefused && !isFile ? 406 : 404);
      expect(whole(one as Answer), `${accept} ${hidden}`).toEqual(whole(other as Answer));
    }
  }
}

test("1 an unsigned GET of P, by any of its addresses, is byte for byte the answer for a missing one", async () => {
  await expectSameAsMissing({});
});

test("2 a GET of P that an outsider signed is byte for byte the answer for a missing one", async () => {
  expect(strangers.size).toBe(6);
  for (const [index, signer] of [...strangers.values()].entries()) {
    await expectSameAsMissing({ signer, spec: index % 2 === 0 ? "draft-cavage" : "rfc9421" });
  }
});

test("3 a GET of P that the partner signed is answered whole, for the partner alone", async () => {
  const signers = [partner, await b.signer(`${b.origin}/ap/instance`)];
  for (const signer of [...signers, await b.signer(`${b.origin}/ap/actors/bo`)]) {
    const { status, headers, json } = await ask(P.uri, { signer });
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("private, no-store");
    expect(headers["vary"]?.toLowerCase().split(/,\s*/)).toEqual(
      expect.arrayContaining(["accept", "signature", "signature-input"]),
    );
    const article = json();
    expect(article.content).toContain(`What only ${SECRET} readers may read.`);
    expect([article.to, article.cc ?? []]).toEqual([[b.actor], []]);
    expect(article.attachment).toHaveLength(2);
  }
});

describe("4 a cache between us and everybody", () => {
  const askers = (): [string, string, Asking, number][] => [
    ["the partner", P.uri, { signer: partner }, 200],
    ["a stranger", P.uri, {}, 404],
    ["the partner, for the page", P.url, { signer: partner }, 200],
    ["a stranger, for the page", P.url, { accept: "text/html" }, 404],
    ["a stranger, for the page as ActivityPub", P.url, {}, 404],
    ["the public page", O.url, { accept: "text/html" }, 200],
    ["the public page as ActivityPub", O.url, {}, 200],
    ["the public page as the partner", O.url, { signer: partner }, 200],
    ["the organization's page", `${a.origin}/`, { accept: "text/html" }, 200],
    ["the organization as ActivityPub", `${a.origin}/`, {}, 200],
    ["the file, for the partner", files.pdf, { signer: partner, accept: "*/*" }, 200],
    ["the file, for a stranger", files.pdf, { accept: "*/*" }, 404],
  ];

  test.each([["forwards"], ["backwards"]])(
    "4 a shared cache serves neither HTML for JSON nor P to a stranger, asked %s",
    async (way) => {
      const cache = createSharedCache();
      const inOrder = way === "forwards" ? askers() : askers().toReversed();
      for (const [who, url, asking, status] of [...inOrder, ...inOrder]) {
        const answer = await cache.get(url, asking);
        expect(answer.status, who).toBe(status);
        const isHtml = /text\/html/.test(answer.headers["content-type"] ?? "");
        expect(isHtml, who).toBe(asking.accept === "text/html");
        if (status === 404) expect(answer.text, who).not.toContain(SECRET);
      }
      expect(cache.hits()).toBeGreaterThan(0);
    },
  );
});

test("5 the outbox counts and lists P for the partner, and for nobody else", async () => {
  async function outbox(signer: Signer | undefined) {
    const collection = (await a.get("/ap/org/outbox", { signer })).json();
    const page = await a.get("/ap/org/outbox?page=true", { signer });
    const items = page
      .json()
      .orderedItems.map((item: { object: { id: string } }) => item.object.id);
    return { total: collection.totalItems, items, text: page.text };
  }
  const forPartner = await outbox(partner);
  expect(forPartner).toMatchObject({ total: 2, items: [O.uri, P.uri] });
  for (const [who, signer] of strangers) {
    const { total, items, text } = await outbox(signer);
    expect([total, items], who).toEqual([1, [O.uri]]);
    expect(text, who).not.toContain(SECRET);
  }
});

describe("10 an attachment", () => {
  const LIFE_MS = 60_000;

  /** A link as A makes it for a member, that ends at `expiresAt`. */
  async function linkTo(url: string, expiresAt: Date): Promise<string> {
    const [member] = await a.database.sql`
      select m.id, a.iri from members m join actors a on a.id = m.actor_id where a.handle = 'rolf'`;
    const { pathname } = new URL(url);
    const token = await signLinkToken(
      { subject: `${member?.["id"]} ${member?.["iri"]}`, audience: pathname },
      { masterKey: secretKeyOf("alpha"), purpose: "media-links" },
      expiresAt,
    );
    return `${url}?link=${token}`;
  }

  const soon = () => new Date(Math.floor((Date.now() + LIFE_MS) / 1000) * 1000);
  const past = () => new Date(Math.floor((Date.now() - LIFE_MS) / 1000) * 1000);
  const any = { accept: "*/*" };

  test("10 an attachment of P and its thumbnail are a 404 to strangers and by an expired link", async () => {
    for (const url of [files.pdf, files.photo, `${files.photo}?thumbnail`]) {
      expect((await ask(url, { ...any, signer: partner })).status).toBe(200);
      for (const [who, signer] of strangers) {
        expect((await ask(url, { ...any, signer })).status, who).toBe(404);
      }
    }
    expect((await ask(await linkTo(files.pdf, soon()), any)).text).toContain(SECRET);
    const expired = await ask(await linkTo(files.pdf, past()), any);
    const missing = await ask(await linkTo(files.pdf.replace(/.$/, "x"), past()), any);
    expect(whole(expired)).toEqual(whole(missing));
    const other = new URL(await linkTo(files.pdf, soon())).searchParams.get("link");
    expect((await ask(`${files.photo}?link=${other}`, any)).status).toBe(404);
  });

  test("10 an attachment is a 404 to everybody after the recall, here and at the partner", async () => {
    const [plan, photo] = [
      await upload(a, pdf("Recalled")),
      await upload(a, await telephonePhoto()),
    ];
    const { id, uri } = await publish(a, {
      audience: [`partner:${b.handle}`],
      media_ids: [plan.id, photo.id],
    });
    const there = await arrived(b, "carla", uri);
    const proxied = (index: number) => `${b.origin}/media/remote/${there.id}/${index}`;
    const asCarla = { ...any, headers: { Authorization: `Bearer ${b.token("carla")}` } };
    expect((await ask(proxied(0), asCarla)).text).toContain("Recalled");
    expect((await ask(proxied(0), any)).status).toBe(404);
    const link = await linkTo(plan.url, soon());
    expect((await ask(link, any)).status).toBe(200);
    expect((await a.as("ana", "DELETE", `/practices/${id}`)).status).toBe(204);
    const signer = partner;
    for (const url of [plan.url, photo.url, `${photo.url}?thumbnail`, link]) {
      expect((await ask(url, any)).status, url).toBe(404);
      expect((await ask(url, { ...any, signer })).status, url).toBe(404);
    }
    expect((await ask(proxied(0), asCarla)).status).toBe(404);
    await vi.waitFor(async () => {
      const { json } = await b.as("carla", "GET", "/practices?limit=100");
      expect(json.map((each: PracticeJson) => each.uri)).not.toContain(uri);
    }, SOON);
    expect((await ask(proxied(1), asCarla)).status).toBe(404);
  });
});

describe("18 what is written down", () => {
  test("18 exports of the record are for editors alone", async () => {
    const path = `/disclosures?format=csv&practice=${P.id}`;
    const csv = (member: string | null) =>
      ask(`${a.origin}/api/praxis/v1${path}`, {
        headers: member === null ? {} : { Authorization: `Bearer ${a.token(member)}` },
      });
    expect((await csv("ana")).text).toContain(P.uri);
    for (const member of ["rolf", null]) {
      const refused = await csv(member);
      expect(refused.status).toBeGreaterThanOrEqual(401);
      expect(refused.text).not.toContain(SECRET);
      expect(refused.text).not.toContain(P.uri);
    }
  });

  test("18 neither logs, at their most talkative, nor metrics hold a word of P, a token or a link", async () => {
    const link = await a.as("rolf", "POST", `/practices/${P.id}/attachments/0/link`);
    expect(link.status).toBe(200);
    expect((await ask(link.json.url, { accept: "*/*" })).status).toBe(200);
    const token = new URL(link.json.url).searchParams.get("link") ?? "";
    expect(token.length).toBeGreaterThan(20);
    const metrics = await Promise.all(
      [a, b].map((party) => party.get("/metrics", { accept: "*/*" })),
    );
    expect(metrics[0]?.text).toContain("# TYPE");
    const written = [a.output(), b.output(), world.c.output(), ...metrics.map((each) => each.text)];
    expect(a.output().length).toBeGreaterThan(200);
    for (const text of written) {
      for (const secret of [SECRET, "zirconquartztopic", token, a.token("ana"), b.token("carla")]) {
        expect(text.includes(secret)).toBe(false);
      }
    }
  });
});

test("19 a photo of P holds neither the place nor the maker nor the owner of the camera", async () => {
  const given = await telephonePhoto();
  const traces = ["Exif", "Spyphone", "Ana Secret", "GPS"];
  expect(traces.some((trace) => given.includes(trace))).toBe(true);
  for (const url of [files.photo, `${files.photo}?thumbnail`]) {
    const { status, bytes } = await ask(url, { accept: "*/*", signer: partner });
    expect(status).toBe(200);
    expect(bytes.length).toBeGreaterThan(50);
    for (const trace of traces) expect(bytes.includes(trace), trace).toBe(false);
  }
});

describe("20 the time that an answer takes", () => {
  const ROUNDS = 100;
  const html = { accept: "text/html" };
  const api = () => `${a.origin}/api/praxis/v1/practices/`;
  const another = (address: string) => address.replace(/[0-9a-f-]{36}/, randomUUID());
  const asked: [string, () => Asking, () => [string, string]][] = [
    ["the document, unsigned", () => ({}), () => [P.uri, another(P.uri)]],
    [
      "the document, signed by an outsider",
      () => ({ signer: strangers.get("the outsider's organization") }),
      () => [P.uri, another(P.uri)],
    ],
    ["the page", () => html, () => [P.url, another(P.url)]],
    ["the API", () => ({}), () => [`${api()}${P.id}`, `${api()}${BigInt(P.id) + 999n}`]],
  ];

  test.each(asked)(
    "20 hidden and missing take equally long: %s",
    async (_what, asking, addresses) => {
      const [hidden, missing] = addresses();
      const differences: number[] = [];
      const time = async (url: string) => {
        const start = performance.now();
        await ask(url, asking());
        return performance.now() - start;
      };
      await time(hidden);
      for (let round = 0; round < ROUNDS; round += 1) {
        // In turns, so that what else the machine does falls on both alike.
        const first = await time(round % 2 === 0 ? hidden : missing);
        const second = await time(round % 2 === 0 ? missing : hidden);
        differences.push(round % 2 === 0 ? first - second : second - first);
      }
      const slower = differences.filter((difference) => difference > 0).length / ROUNDS;
      const typical = differences.toSorted((left, right) => left - right)[ROUNDS / 2] ?? 0;
      const differs = Math.abs(slower - 0.5) > 0.25 && Math.abs(typical) > 0.3;
      expect(differs, `hidden is slower in ${slower}, typically by ${typical} ms`).toBe(false);
    },
    60_000,
  );
});
