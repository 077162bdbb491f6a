import { resolve } from "node:path";
import { AppError } from "../domain/errors.ts";

/** Where the demo keeps its data and where its organizations listen. */
export interface DemoConfig {
  /** absolute path */
  readonly dataDir: string;
  /** one port for each of the three organizations */
  readonly ports: readonly [number, number, number];
  /** what the demo's processes inherit: everything but the settings of a Praxis instance */
  readonly environment: Readonly<Record<string, string>>;
}

const DEFAULT_PORTS = "3001,3002,3003";
const INSTANCE_SETTING = /^(?:PRAXIS_.*|S3_.*|SMTP_URL|DATABASE_URL|HOST|PORT)$/;

/**
 * Reads `PRAXIS_DEMO_DATA` (a folder, default `demo-data`) and `PRAXIS_DEMO_PORTS` (three ports
 * with commas). Empty variables count as unset.
 * @throws AppError `config_invalid`
 */
export function readDemoConfig(
  environment: Readonly<Record<string, string | undefined>>,
): DemoConfig {
  const ports = (environment["PRAXIS_DEMO_PORTS"] || DEFAULT_PORTS).split(",").map(readPort);
  const [first, second, third, ...more] = ports;
  if (!first || !second || !third || more.length > 0 || new Set(ports).size < 3) {
    throw new AppError(
      "config_invalid",
      `PRAXIS_DEMO_PORTS must be three different ports with commas, such as ${DEFAULT_PORTS}.`,
    );
  }
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !INSTANCE_SETTING.test(name)) inherited[name] = value;
  }
  return {
    dataDir: resolve(environment["PRAXIS_DEMO_DATA"] || "demo-data"),
    ports: [first, second, third],
    environment: inherited,
  };
}

/** 1 to 65535, or 0 for what is none. */
function readPort(text: string): number {
  const port = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : 0;
  return port <= 65_535 ? port : 0;
}
