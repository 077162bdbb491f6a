import { readConfig, type Config } from "./config.ts";
import { readDemoConfig, type DemoConfig } from "./demo.ts";

/**
 * The configuration of this process. Only this file reads `process.env`.
 * @throws AppError `config_invalid`
 */
export function configFromEnvironment(): Config {
  return readConfig(process.env);
}

/** The demo's configuration. @throws AppError `config_invalid` */
export function demoFromEnvironment(): DemoConfig {
  return readDemoConfig(process.env);
}
