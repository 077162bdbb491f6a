import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/** Folder below src → folders that it may import. Itself is always allowed. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  config: [],
  platform: [],
  persistence: ["domain", "platform"],
  jobs: ["domain", "platform", "persistence"],
  services: ["domain", "config", "platform", "persistence", "jobs"],
  federation: ["domain", "config", "platform", "services"],
  api: ["domain", "config", "platform", "services"],
  oauth: ["domain", "config", "platform", "services"],
  web: ["domain", "config", "platform", "services"],
  cli: ["domain", "config", "platform", "services"],
  demo: ["domain", "config", "platform", "services", "cli"],
};
/** The only thing of ours that a leaf may know. */
const ERROR_TYPE = "domain/errors.ts";
const LEAVES = new Set(["config", "platform"]);

/** Package → the folders below src that may import it. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  undici: ["platform/http"],
  jose: ["platform/crypto"],
  "sanitize-html": ["platform/html"],
  "markdown-it": ["platform/markdown"],
  sharp: ["platform/media"],
  postgres: ["persistence"],
  "pg-boss": ["jobs"],
  "web-push": ["platform/push"],
  "@fedify/fedify": ["federation"],
};

interface Import {
  readonly from: string;
  /** erased by the compiler */
  readonly isType: boolean;
  /** path below src, or the name of a package */
  readonly to: string;
  readonly isPackage: boolean;
}

const SRC = join(import.meta.dirname, "../../src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((path) =>
  /\.tsx?$/.test(path),
);
const IMPORT =
  /(?:^|[\s;])(?:import|export)\s[^;"']*?from\s*"([^"]+)"|import\(\s*"([^"]+)"\s*\)|^import "([^"]+)"/gm;

const imports: Import[] = files.flatMap((from) =>
  [...readFileSync(join(SRC, from), "utf8").matchAll(IMPORT)].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? "";
    const isPackage = !name.startsWith(".");
    const isType = /^\s*(?:import|export) type\b/.test(match[0]);
    return { from, isType, to: isPackage ? name : normalize(join(dirname(from), name)), isPackage };
  }),
);

const folderOf = (path: string) => (path.includes("/") ? (path.split("/")[0] ?? "") : "");

describe("the layers", () => {
  it("are looked at in earnest: the imports are found", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(500);
    expect(imports).toContainEqual({
      from: "services/keys.ts",
      to: "platform/crypto/keys.ts",
      isPackage: false,
      isType: false,
    });
  });

  it("import one way only", () => {
    const wrong = imports.filter(({ from, to, isPackage }) => {
      const [layer, target] = [folderOf(from), folderOf(to)];
      if (isPackage || layer === "" || layer === target) return false;
      if (LEAVES.has(layer) && to === ERROR_TYPE) return false;
      // The programs in cli and demo start what the composition roots compose.
      if (target === "") return !["cli", "demo"].includes(layer);
      return !(LAYERS[layer] ?? []).includes(target);
    });
    expect(wrong).toEqual([]);
  });

  it("keep the domain pure: no packages, no I/O", () => {
    const packages = imports.filter(
      ({ from, isPackage }) => isPackage && folderOf(from) === "domain",
    );
    expect(packages).toEqual([]);
  });

  it("let only its own folder import a package that others must go through", () => {
    const wrong = imports.filter(({ from, to, isPackage }) => {
      if (!isPackage) return false;
      const owners = Object.entries(PACKAGES).find(
        ([name]) => to === name || to.startsWith(`${name}/`),
      )?.[1];
      return owners !== undefined && !owners.some((owner) => from.startsWith(`${owner}/`));
    });
    expect(wrong).toEqual([]);
  });

  it("read the environment in one file", () => {
    const readers = files.filter((path) =>
      readFileSync(join(SRC, path), "utf8").includes("process.env"),
    );
    const inCode = readers.filter((path) =>
      readFileSync(join(SRC, path), "utf8")
        .split("\n")
        .some((line) => line.includes("process.env") && !/^\s*(?:\*|\/\/|\/\*)/.test(line)),
    );
    expect(inCode).toEqual(["config/environment.ts"]);
  });

  it("have no cycle", () => {
    const edges = new Map<string, string[]>();
    for (const { from, to, isPackage, isType } of imports) {
      if (!isPackage && !isType) edges.set(from, [...(edges.get(from) ?? []), to]);
    }
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path))
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      if (done.has(path) || trail.includes(path)) return;
      for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of files) visit(path, []);
    expect(cycles).toEqual([]);
  });
});

describe("visibility", () => {
  it("is granted by the policy alone: nobody else casts to Visible", () => {
    const casts = files.filter(
      (path) =>
        !path.startsWith("domain/audience/") &&
        /\bas (?:unknown as )?Visible\b/.test(readFileSync(join(SRC, path), "utf8")),
    );
    expect(casts).toEqual([]);
  });
});
