import { requireNode } from "./platform/node-version.ts";

// Before anything else is imported: see node-version.ts, and module-loading.ts for what follows.
requireNode();
const loading = await import("./platform/module-loading.ts");
loading.prepareModuleLoading();
const { start } = await import("./start.ts");
loading.finishModuleLoading();
await start();
