import { requireNode } from "../platform/node-version.ts";

requireNode();
const { runDemo } = await import("./demo.ts");
process.exitCode = await runDemo();
