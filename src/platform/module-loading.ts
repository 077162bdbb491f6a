import { enableCompileCache, registerHooks } from "node:module";
import { setFlagsFromString } from "node:v8";

/**
 * Makes start-up fast and small; call it before anything large is imported, and
 * `finishModuleLoading` after it.
 *
 * Drizzle's package.json is 180 kB, and Node reads it again for each of Drizzle's ES modules: half a
 * second and 150 MB at every start. The package has the same code as CommonJS, where Node does not
 * need the file, so its modules are taken from there. See docs/adr/0006-loading-drizzle.md.
 */
export function prepareModuleLoading(): void {
  enableCompileCache();
  // Loading makes garbage once; without this the heap grows by 80 MB for it and never shrinks.
  setFlagsFromString("--optimize-for-size");
  // A fan-out makes short-lived garbage by the megabyte; a young generation of 3 × 8 MB holds it.
  setFlagsFromString("--max-semi-space-size=8");
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const { url } = resolved;
      if (!url.includes("/node_modules/drizzle-orm/") || !url.endsWith(".js")) return resolved;
      return { ...resolved, url: `${url.slice(0, -".js".length)}.cjs`, format: "commonjs" };
    },
  });
}

/**
 * From here on speed counts again, with a heap that grows by a quarter at a time: a fan-out to ten
 * thousand origins took 430 MB with V8's own factor, for no more speed.
 */
export function finishModuleLoading(): void {
  setFlagsFromString("--no-optimize-for-size");
  setFlagsFromString("--heap-growing-percent=25");
}
