import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DemoConfig } from "../config/demo.ts";
import { DEMO_ORGANIZATIONS, type DemoOrganization } from "./organizations.ts";

/** One organization of the demo in its place on this machine. */
export interface Site {
  readonly organization: DemoOrganization;
  readonly port: number;
  readonly origin: string;
  /** `@alpha@alpha.localhost:3001` */
  readonly address: string;
  readonly logFile: string;
  /** environment of its server and of its command line */
  readonly environment: Readonly<Record<string, string>>;
}

/** The three organizations with their ports, folders and origins. */
export function demoSites(config: DemoConfig): Site[] {
  return DEMO_ORGANIZATIONS.map((organization, index) => {
    const { handle } = organization;
    const port = config.ports[index] ?? 0;
    // A host name each: browsers keep cookies by host, whatever the port.
    const host = `${handle}.localhost:${port}`;
    const origin = `http://${host}`;
    return {
      organization,
      port,
      origin,
      address: `@${handle}@${host}`,
      logFile: join(config.dataDir, `${handle}.log`),
      environment: {
        ...config.environment,
        PORT: String(port),
        PRAXIS_ORIGIN: origin,
        PRAXIS_DATA: join(config.dataDir, handle),
        PRAXIS_ALLOW_PRIVATE_NETWORK: "on",
      },
    };
  });
}

/** A program of this build, by its path below the build folder and without extension. */
export function programPath(name: "main" | "cli/main"): string {
  return fileURLToPath(new URL(`../${name}.js`, import.meta.url));
}

/** A file of the sample content. It is not compiled, so it stays with the sources. */
export function contentPath(organization: DemoOrganization, file: string): string {
  return fileURLToPath(
    new URL(`../../src/demo/content/${organization.handle}/${file}`, import.meta.url),
  );
}
