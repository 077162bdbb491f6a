import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readConfig } from "../../src/config/config.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const namesIn = (text: string, pattern: RegExp) =>
  new Set([...text.matchAll(pattern)].map((match) => match[1]));

const services = z
  .object({
    services: z.record(
      z.string(),
      z.looseObject({
        image: z.string(),
        ports: z.array(z.string()).optional(),
        environment: z.record(z.string(), z.string()).optional(),
        volumes: z.array(z.string()).optional(),
        stop_grace_period: z.string().optional(),
        cap_drop: z.array(z.string()).optional(),
        security_opt: z.array(z.string()).optional(),
      }),
    ),
  })
  .parse(parse(read("compose.yaml"), { merge: true })).services;

/** What Compose does with `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
function substitute(text: string, given: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind, rest) => {
    const value = given[name] ?? "";
    if (value !== "") return value;
    if (kind === "?") throw new Error(String(rest));
    return kind === "-" ? String(rest) : "";
  });
}

function praxisEnvironment(given: Readonly<Record<string, string>>) {
  const environment = Object.entries(services["praxis"]?.environment ?? {});
  return Object.fromEntries(environment.map(([name, value]) => [name, substitute(value, given)]));
}

describe("the configuration guide", () => {
  it("explains each variable that the configuration reads, and no other", () => {
    const known = namesIn(read("src/config/config.ts"), /^ {2}([A-Z][A-Z_]+): /gm);
    const explained = namesIn(read("docs/configuration.md"), /^\| `([A-Z_]+)`/gm);
    expect(known.size).toBeGreaterThan(8);
    expect(explained).toEqual(known);
  });
});

describe("compose.yaml", () => {
  it("gives Praxis a configuration that it accepts without a warning", () => {
    const config = readConfig(
      praxisEnvironment({ PRAXIS_HOST: "praxis.example.org", POSTGRES_PASSWORD: "0123abcd" }),
    );
    expect(config).toMatchObject({
      origin: "https://praxis.example.org",
      databaseUrl: "postgres://praxis:0123abcd@postgres:5432/praxis",
      trustProxy: true,
      secretKey: null,
      warnings: [],
    });
  });

  it.each(["PRAXIS_HOST", "POSTGRES_PASSWORD"])("says what to do when %s is missing", (missing) => {
    const given = {
      PRAXIS_HOST: "praxis.example.org",
      POSTGRES_PASSWORD: "0123abcd",
      [missing]: "",
    };
    expect(() => praxisEnvironment(given)).toThrow(`set ${missing} in .env`);
  });

  it("asks for nothing that .env.example does not show", () => {
    const asked = namesIn(read("compose.yaml"), /\$\{(\w+)/g);
    const shown = namesIn(read(".env.example"), /^#?([A-Z_]+)=/gm);
    expect(shown).toEqual(asked);
  });

  it("lets nobody but Caddy be reached from outside", () => {
    const reachable = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
    expect(reachable.map(([name]) => name)).toEqual(["caddy"]);
  });

  it("takes every privilege away that is not given back by name", () => {
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
      });
    }
  });

  it("stays on one major version of PostgreSQL, with its data where that version keeps it", () => {
    expect(services["postgres"]?.image).toMatch(/^postgres:\d+$/);
    expect(services["postgres"]?.volumes).toEqual(["postgres:/var/lib/postgresql"]);
  });

  it("gives Praxis more time to stop than it may take", () => {
    expect(Number.parseInt(services["praxis"]?.stop_grace_period ?? "0", 10)).toBeGreaterThan(30);
  });
});
