import { prepareModuleLoading } from "./platform/module-loading.ts";

// Before anything large is imported: see module-loading.ts.
prepareModuleLoading();
const { start } = await import("./start.ts");
await start();
