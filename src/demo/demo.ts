import { once } from "node:events";
import { demoFromEnvironment } from "../config/environment.ts";
import { AppError } from "../domain/errors.ts";
import { createHttpClient } from "../platform/http/client.ts";
import { followEachOther } from "./follow.ts";
import { foundOrganization } from "./found.ts";
import { agreePartnerships } from "./partner.ts";
import { waitFor } from "./poll.ts";
import { checkPorts } from "./ports.ts";
import { openProgress, saveProgress } from "./progress-file.ts";
import { publishPractices, waitForArrival } from "./publish.ts";
import { startServer, type ServerProcess } from "./server-process.ts";
import { demoSites, type Site } from "./site.ts";
import type { Stage } from "./stage.ts";
import { summary } from "./summary.ts";

const START_PATIENCE_S = 120;

/** The visitor ends the demo: not a failure. */
class Farewell extends Error {}

/**
 * Starts three organizations, sets them up at the first run, and keeps them running until Ctrl-C or
 * SIGTERM. Returns the exit status; when it returns, every process it started has ended.
 */
export async function runDemo(): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const ending = new AbortController();
  const end = (): void => ending.abort(new Farewell());
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  const servers: ServerProcess[] = [];
  const http = createHttpClient({ allowPrivateNetwork: true, userAgent: "Praxis demo" });
  try {
    const config = demoFromEnvironment();
    const sites = demoSites(config);
    const finished = await openProgress(config.dataDir, sites);
    await checkPorts(sites);
    say(`Starting three organizations; their data is in ${config.dataDir}`);
    const stage: Stage = { sites, http, signal: ending.signal, say };
    for (const site of sites) {
      const server = startServer(site);
      servers.push(server);
      void server.ended.then((error) => ending.abort(error));
    }
    await Promise.all(sites.map((site) => waitUntilReady(stage, site)));
    if (!finished) {
      await setUp(stage);
      await saveProgress(config.dataDir, sites, true);
    }
    say(summary(sites, config.dataDir));
    if (!ending.signal.aborted) await once(ending.signal, "abort");
    ending.signal.throwIfAborted();
    return 0;
  } catch (error) {
    // Whatever was under way fails in its own words when the demo ends; the reason is what counts.
    const reason: unknown = ending.signal.aborted ? ending.signal.reason : error;
    if (reason instanceof Farewell) {
      say("\nStopping the three organizations …");
      return 0;
    }
    process.stderr.write(`\nThe demo cannot go on. ${describe(reason)}\n`);
    return 1;
  } finally {
    await http.close();
    await Promise.all(servers.map((server) => server.stop()));
    if (servers.length > 0) say("All three have stopped.");
  }
}

async function waitUntilReady({ http, signal, say }: Stage, site: Site): Promise<void> {
  await waitFor(
    `the server of ${site.organization.name} is ready (see ${site.logFile})`,
    async () => {
      const answer = await http.request({ method: "GET", url: `${site.origin}/readyz` }).then(
        ({ status }) => status,
        () => 0,
      );
      return answer === 200 ? true : null;
    },
    { seconds: START_PATIENCE_S, signal },
  );
  say(`${site.organization.name}: database ready, server at ${site.origin}`);
}

/** Organizations, members, follows, practices; leaves alone what is there already. */
async function setUp(stage: Stage): Promise<void> {
  const all = await Promise.all(stage.sites.map((site) => foundOrganization(stage, site)));
  await followEachOther(stage, all);
  await agreePartnerships(stage, all);
  await Promise.all(all.map((founded) => publishPractices(stage, founded)));
  await waitForArrival(stage, all);
}

function describe(error: unknown): string {
  if (error instanceof AppError) return error.safe;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
