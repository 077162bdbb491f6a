#!/usr/bin/env node
import { requireNode } from "../platform/node-version.ts";

requireNode();
const { prepareModuleLoading } = await import("../platform/module-loading.ts");
prepareModuleLoading();
const { runProgram } = await import("./program.ts");
process.exitCode = await runProgram(process.argv.slice(2));
