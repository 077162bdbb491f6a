import { requireNode } from "./platform/node-version.ts";

// Before anything else is imported: see node-version.ts, and module-loading.ts for what follows.
requireNode();
const { prepareModuleLoading } = await import("./platform/module-loading.ts");
prepareModuleLoading();
const { start } = await import("./start.ts");
await start();
