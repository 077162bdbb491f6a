import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttpClient, type HttpClient } from "../../src/platform/http/client.ts";
import { htmlToText } from "../../src/platform/html/text.ts";
import { eventually, isRunning } from "../support/database-processes.ts";
import { demoCommand, freePorts, startDemo, type DemoProcess } from "../support/demo-process.ts";

const READY = "Ctrl-C ends the demo";
const SLOW = 180_000;

interface Practice {
  readonly id: string;
  readonly title: string;
  readonly content_html: string;
  readonly revision: number;
}

let folder = "";
let ports: number[] = [];
let demo: DemoProcess;
let http: HttpClient;
const started: DemoProcess[] = [];

async function start(): Promise<DemoProcess> {
  const process = await startDemo(folder, ports);
  started.push(process);
  return process;
}

const alpha = () => ports[0] ?? 0;
const bravo = () => ports[1] ?? 0;
const charlie = () => ports[2] ?? 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "praxis-demo-"));
  ports = await freePorts(3);
  http = createHttpClient({ allowPrivateNetwork: true, userAgent: "test" });
  demo = await start();
  await demo.says(READY);
}, SLOW);

afterAll(async () => {
  for (const each of started) each.signal("SIGTERM");
  await Promise.all(started.map((each) => each.ended));
  await http.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}, SLOW);

async function get<Answer>(origin: string, path: string, token?: string): Promise<Answer> {
  const answer = await http.request({
    method: "GET",
    url: `${origin}/api/praxis/v1${path}`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    maxBytes: 8 * 1024 * 1024,
  });
  expect(answer.status, answer.body.toString()).toBe(200);
  return JSON.parse(answer.body.toString()) as Answer;
}

async function tokenOf(member: string, as = "member"): Promise<string> {
  const { access_token } = await demoCommand<{ access_token: string }>(
    { folder, handle: "bravo", port: bravo() },
    ["token", "create", "--member", member, "--as", as, "--scopes", "read"],
  );
  return access_token;
}

function fromAlpha(token?: string): Promise<Practice[]> {
  const organization = encodeURIComponent(`@alpha@alpha.localhost:${alpha()}`);
  return get(`http://bravo.localhost:${bravo()}`, `/practices?organization=${organization}`, token);
}

test(
  "a practice of Alpha is at Bravo, whole and in its second revision",
  async () => {
    const own = (await get<Practice[]>(`http://alpha.localhost:${alpha()}`, "/practices")).find(
      ({ title }) => title.startsWith("Handing over"),
    );
    const arrived = (await fromAlpha(await tokenOf("yusuf"))).find(({ title }) =>
      title.startsWith("Handing over"),
    );
    expect(own?.revision).toBe(2);
    expect(arrived?.content_html).toContain("<table>");
    expect(arrived?.content_html).toContain("that was the only discussion it needed.");
    expect(wordsOf(arrived)).toEqual(wordsOf(own));
    expect(wordsOf(own).length).toBeGreaterThan(600);
  },
  SLOW,
);

test(
  "what Alpha shares with its partner Bravo is read by every member of Bravo, and by nobody at Charlie",
  async () => {
    const title = "Near miss: a bushing that was five days from failing";
    const arrived = (await fromAlpha(await tokenOf("yusuf"))).find((each) => each.title === title);
    expect(arrived?.content_html).toContain("eleven");
    const elsewhere = [
      `http://charlie.localhost:${charlie()}`,
      `http://alpha.localhost:${alpha()}`,
      `http://bravo.localhost:${bravo()}`,
    ];
    for (const origin of elsewhere) {
      const titles = (await get<Practice[]>(origin, "/practices?limit=100")).map(
        (each) => each.title,
      );
      expect(titles).not.toContain(title);
    }
    const { access_token } = await demoCommand<{ access_token: string }>(
      { folder, handle: "charlie", port: charlie() },
      ["token", "create", "--member", "chen", "--as", "organization", "--scopes", "read"],
    );
    const atCharlie = await get<Practice[]>(
      `http://charlie.localhost:${charlie()}`,
      "/practices?limit=100",
      access_token,
    );
    expect(atCharlie.map((each) => each.title)).not.toContain(title);
  },
  SLOW,
);

test("what Alpha publishes for followers is at Bravo for the member who follows, and for nobody else", async () => {
  const title = "Borescope inspection of an aeroderivative turbine in one shift";
  const titles = async (token?: string) => (await fromAlpha(token)).map((each) => each.title);
  expect(await titles(await tokenOf("bo"))).toContain(title);
  expect(await titles(await tokenOf("yusuf"))).not.toContain(title);
  expect(await titles()).not.toContain(title);
}, 60_000);

test("one request waits for Charlie's approval, so Bravo has nothing of Charlie", async () => {
  const token = await tokenOf("bo", "organization");
  const waiting = await get<{ actor: { handle: string } }[]>(
    `http://bravo.localhost:${bravo()}`,
    "/follows?state=pending",
    token,
  );
  expect(waiting.map(({ actor }) => actor.handle)).toEqual([
    `@charlie@charlie.localhost:${charlie()}`,
  ]);
  const organization = encodeURIComponent(`@charlie@charlie.localhost:${charlie()}`);
  const path = `/practices?organization=${organization}`;
  expect(await get(`http://bravo.localhost:${bravo()}`, path, token)).toEqual([]);
}, 60_000);

test(
  "it says how to sign in and what to try",
  () => {
    expect(demo.said()).toContain("bo@bravo.example (admin)");
    expect(demo.said()).toContain("Three things to try");
  },
  SLOW,
);

test(
  "a second demo at the same ports says so and ends",
  async () => {
    const second = await start();
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain("cannot be used: perhaps another demo is running");
  },
  SLOW,
);

test(
  "Ctrl-C ends every process, and the next start finds everything as it was",
  async () => {
    const before = (await fromAlpha(await tokenOf("yusuf"))).map(({ title }) => title);
    const processes = await demo.processes();
    expect(processes).toHaveLength(10);
    demo.signal("SIGINT");
    expect(await demo.ended).toBe(0);
    expect(processes.filter(isRunning)).toEqual([]);

    demo = await start();
    await demo.says(READY);
    expect(demo.said()).not.toContain("set up, with");
    expect((await fromAlpha(await tokenOf("yusuf"))).map(({ title }) => title)).toEqual(before);
  },
  SLOW,
);

test(
  "when one server dies the demo says which one and stops the others",
  async () => {
    const processes = await demo.processes();
    const server = Number(processes[1]);
    process.kill(server, "SIGKILL");
    expect(await demo.ended).toBe(1);
    expect(demo.said()).toContain("The server of Alpha Power has ended");
    // Nobody is left to wait for the database of a server that was killed: it stops by itself.
    await eventually("every process has ended", () => !processes.some(isRunning));
    expect(await readFile(join(folder, "demo.json"), "utf8")).toContain('"finished":true');
  },
  SLOW,
);

function wordsOf(practice: Practice | undefined): string[] {
  return htmlToText(practice?.content_html ?? "", 100_000).split(/\s+/);
}
