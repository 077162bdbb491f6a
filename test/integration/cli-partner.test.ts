import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { createWorld, type World } from "../support/inbound-world.ts";
import { kinOrganization, offerOf, type KinOrganization } from "../support/kin-peer.ts";

let world: World;
let partner: KinOrganization;
let folder: string;

beforeAll(async () => {
  world = await createWorld();
  partner = kinOrganization(world.bravo, "bravo");
  folder = await mkdtemp(join(tmpdir(), "praxis-cli-"));
  vi.stubEnv("PRAXIS_ORIGIN", world.context.config.origin);
  vi.stubEnv("DATABASE_URL", world.database.url);
  vi.stubEnv("PRAXIS_DATA", folder);
  vi.stubEnv("PRAXIS_SECRET_KEY", Buffer.from(world.context.secretKey).toString("base64"));
  await world.send(
    partner,
    await offerOf(world.bravo, partner, {
      iri: "https://bravo.example/offers/1",
      to: world.organization.iri,
      markdown: "# Terms",
    }),
  );
});

afterEach(() => vi.restoreAllMocks());

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
  await world.close();
});

/** Runs a command in this process; what it wrote. */
async function praxis(...args: string[]) {
  const written = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  const status = await runProgram(args);
  vi.restoreAllMocks();
  return { status, ...written };
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
async function answer(...args: string[]): Promise<any> {
  const { status, out, err } = await praxis(...args, "--json");
  expect([status, err]).toEqual([0, ""]);
  return JSON.parse(out);
}

describe("praxis partner", () => {
  test("lists what waits, accepts, suspends, resumes, proves and ends it", async () => {
    const [asked] = await answer("partner", "list");
    expect(asked).toMatchObject({ state: "asked", partner: "@bravo@bravo.example" });
    expect((await praxis("partner", "list")).out).toContain(
      "waiting for our answer, up to TLP:GREEN",
    );
    expect(await answer("partner", "accept", asked.id)).toMatchObject({
      state: "active",
      in_force: true,
    });
    expect(await answer("partner", "suspend", asked.id)).toMatchObject({ in_force: false });
    expect(await answer("partner", "resume", asked.id)).toMatchObject({ in_force: true });
    const evidence = await answer("partner", "evidence", asked.id);
    expect(evidence.signatures).toHaveLength(2);
    expect(await answer("partner", "end", asked.id)).toMatchObject({
      state: "ended",
      end_reason: "by_us",
    });
  });

  test("proposes the terms of a file, and says why it cannot", async () => {
    const file = join(folder, "terms.md");
    await writeFile(file, "# Ours\n");
    const offered = await answer(
      "partner",
      "propose",
      "@bravo@bravo.example",
      `--terms=${file}`,
      "--label=TLP:AMBER",
      "--ends=2090-01-01",
    );
    expect(offered).toMatchObject({
      state: "offered",
      label_ceiling: "TLP:AMBER",
      ends_at: "2090-01-02T00:00:00.000Z",
      delivery: "not_yet",
    });
    expect(await answer("partner", "end", offered.id)).toMatchObject({ state: "ended" });
    for (const [args, message] of [
      [["propose", "@bravo@bravo.example", "--terms", join(folder, "none.md")], "cannot be read"],
      [
        ["propose", "@bravo@bravo.example", "--terms", file, "--label", "TLP:PINK"],
        "label_ceiling",
      ],
      [["accept", offered.id], "is over"],
      [["accept", "12345"], "There is nothing here."],
    ] as const) {
      const { status, err } = await praxis("partner", ...args);
      expect([status, err]).toEqual([1, expect.stringContaining(message)]);
    }
  });
});
