import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Hono } from "hono";
import { compress } from "hono/compress";

// The same folder from `src/web` and from `dist/web`.
const FOLDER = new URL("../../src/web/assets/", import.meta.url);
const TYPES = {
  "praxis.css": "text/css; charset=utf-8",
  "favicon.svg": "image/svg+xml",
} as const;
type AssetName = keyof typeof TYPES;

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer<ArrayBuffer>;
}

const assets = new Map(
  (Object.keys(TYPES) as AssetName[]).map((name): [AssetName, Asset] => {
    const body = readFileSync(new URL(name, FOLDER));
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
    return [name, { path: `/assets/${hash}/${name}`, type: TYPES[name], body }];
  }),
);

/** Where an asset is served: the path changes with its content. */
export function assetPath(name: AssetName): string {
  const asset = assets.get(name);
  if (asset === undefined) throw new Error(`no asset ${name}`);
  return asset.path;
}

/** Serves every asset below the path of its content, to be kept for ever. */
export function assetRoutes(): Hono {
  const app = new Hono();
  // Pages are not compressed here: beside a form token, the length would tell what is in them (BREACH).
  app.use("/assets/*", compress());
  for (const { path, type, body } of assets.values()) {
    app.get(path, (c) =>
      c.body(body, 200, {
        "Content-Type": type,
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
      }),
    );
  }
  return app;
}
