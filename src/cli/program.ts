import { defineCommand, renderUsage, runCommand, type CommandDef } from "citty";
import { AppError } from "../domain/errors.ts";
import { doctor } from "./commands/doctor.ts";
import { member } from "./commands/member.ts";
import { origin } from "./commands/origin.ts";
import { partner } from "./commands/partner.ts";
import { practice } from "./commands/practice.ts";
import { setup } from "./commands/setup.ts";
import { token } from "./commands/token.ts";
import { reportError } from "./output.ts";

const program = defineCommand({
  meta: { name: "praxis", description: "Look after a Praxis instance" },
  subCommands: { setup, member, token, practice, partner, origin, doctor },
});

/** Runs one command. Returns the exit status: 0, or 1 after one clear line on standard error. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const json = args.includes("--json");
  const wanted = findCommand(args);
  if (wanted.rest.includes("--help") || wanted.rest.includes("-h") || wanted.isGroup) {
    process.stdout.write(`${await renderUsage(wanted.command, wanted.parent)}\n`);
    return wanted.isGroup && args.length > 0 && !args.includes("--help") ? 1 : 0;
  }
  try {
    refuseUnknownOptions(wanted.command, wanted.rest);
    await runCommand(program, { rawArgs: [...args] });
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    reportError(asUsageError(error), { json, verbose: args.includes("--verbose") });
    return 1;
  }
}

interface Found {
  readonly command: CommandDef;
  readonly parent: CommandDef | undefined;
  readonly rest: readonly string[];
  readonly isGroup: boolean;
}

/** Walks down the sub-commands that `args` names. */
function findCommand(args: readonly string[]): Found {
  let command: CommandDef = program;
  let parent: CommandDef | undefined;
  let rest = args;
  for (;;) {
    const children = command.subCommands as Record<string, CommandDef> | undefined;
    const name = rest[0];
    const next = name === undefined ? undefined : children?.[name];
    if (next === undefined) return { command, parent, rest, isGroup: children !== undefined };
    parent = command;
    command = next;
    rest = rest.slice(1);
  }
}

/** A misspelt option must not be ignored: `--folowers open` would set up something else. */
function refuseUnknownOptions(command: CommandDef, rest: readonly string[]): void {
  const known = Object.keys(command.args ?? {});
  for (const option of rest) {
    const name = /^--(?:no-)?([^=]+)/.exec(option)?.[1];
    if (name === undefined || known.includes(name) || name === "verbose") continue;
    throw new AppError(
      "usage",
      `There is no option --${name}; known are ${known.map((each) => `--${each}`).join(", ")}.`,
    );
  }
}

function asUsageError(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const isUsage = error.name === "CLIError";
  return isUsage ? new AppError("usage", `${error.message}.`) : error;
}
