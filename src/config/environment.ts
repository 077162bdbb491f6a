import { readConfig, type Config } from "./config.ts";

/**
 * The configuration of this process. The only place that reads `process.env`.
 * @throws AppError `config_invalid`
 */
export function configFromEnvironment(): Config {
  return readConfig(process.env);
}
