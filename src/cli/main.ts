#!/usr/bin/env node
import { prepareModuleLoading } from "../platform/module-loading.ts";

prepareModuleLoading();
const { runProgram } = await import("./program.ts");
process.exitCode = await runProgram(process.argv.slice(2));
