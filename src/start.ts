import { configFromEnvironment } from "./config/environment.ts";
import { AppError } from "./domain/errors.ts";
import { logger, startLogging, stopLogging } from "./platform/logging.ts";
import { run, type Running } from "./run.ts";
import { createSetupLink } from "./services/setup.ts";

/** Starts this process in its role, and stops it cleanly on SIGTERM and SIGINT. */
export async function start(): Promise<void> {
  try {
    const config = configFromEnvironment();
    await startLogging(config.logLevel);
    for (const warning of config.warnings) logger("start").warning(warning);
    const running = await run(config);
    await greet(running);
    stopOnSignals(running);
  } catch (error) {
    const safe = error instanceof AppError ? error.safe : describe(error);
    process.stderr.write(`Praxis cannot start. ${safe}\n`);
    // Whatever was opened before the failure must not keep the process alive.
    process.exit(1);
  }
}

async function greet({ instance: { context }, port }: Running): Promise<void> {
  const { origin, role } = context.config;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  if (port === null) return say(`Praxis works for ${origin} (role ${role}).`);
  say(`Praxis is at ${origin} (listening on port ${port}).`);
  const link = await createSetupLink(context);
  if (link !== null) {
    say(`Not set up yet. Open this link once, within a day, to create the first administrator:`);
    say(`  ${link}`);
  }
}

function stopOnSignals(running: Running): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    logger("start").info("{signal}: finishing what is in hand", { signal });
    running
      .stop()
      .then(stopLogging)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger("start").error("the shutdown failed: {error}", { error });
          process.exit(1);
        },
      );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  const port = "port" in error ? ` ${String(error.port)}` : "";
  if (code === "EADDRINUSE") {
    return `The port${port} is in use already. Stop what uses it, or set PORT to another one.`;
  }
  if (code === "EACCES") {
    return `The port${port} may not be opened by this user. Set PORT to one above 1023.`;
  }
  return error.stack ?? error.message;
}
