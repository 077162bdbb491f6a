import { z } from "zod";
import { AppError } from "../domain/errors.ts";

export type Role = "all" | "web" | "worker";

/** The typed configuration of one process; see docs/configuration.md. */
export interface Config {
  /** public origin without a trailing slash, for example `https://alpha.example` */
  readonly origin: string;
  /** host with port, as it stands in handles */
  readonly host: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** null = the embedded PostgreSQL below `dataDir` */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** 32 bytes or more; null = generated into `dataDir` at the first start */
  readonly secretKey: Uint8Array | null;
  readonly role: Role;
  readonly trustProxy: boolean;
  readonly allowPrivateNetwork: boolean;
  /** bearer token for `/metrics` from elsewhere than loopback; null = loopback only */
  readonly metricsToken: string | null;
  /** where people reach whoever runs the instance; it is public */
  readonly contactEmail: string;
  /** requests in five minutes that the Mastodon API takes from one client; 0 = no limits at all */
  readonly rateLimit: number;
  readonly logLevel: "debug" | "info" | "warning" | "error";
  /** sentences for the log: variables that are set but not in use */
  readonly warnings: readonly string[];
}

const flag = z
  .enum(["on", "off", "true", "false", "1", "0", "yes", "no", ""])
  .transform((value) => ["on", "true", "1", "yes"].includes(value))
  .default(false);

const variables = z.object({
  PRAXIS_ORIGIN: z.string().optional(),
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/, "must look like postgres://user:password@host:5432/database")
    .optional(),
  PRAXIS_DATA: z.string().min(1).default("./data"),
  PRAXIS_SECRET_KEY: z.string().optional(),
  PRAXIS_ROLE: z.enum(["all", "web", "worker"]).default("all"),
  PRAXIS_TRUST_PROXY: flag,
  PRAXIS_ALLOW_PRIVATE_NETWORK: flag,
  PRAXIS_METRICS_TOKEN: z.string().min(16).optional(),
  PRAXIS_CONTACT_EMAIL: z.email("must be an e-mail address").optional(),
  PRAXIS_RATE_LIMIT: z.coerce.number().int().min(0).max(1_000_000).default(1_500),
  PRAXIS_LOG_LEVEL: z.enum(["debug", "info", "warning", "error"]).default("info"),
});

/**
 * Reads the configuration from environment variables. Empty variables count as unset.
 * @throws AppError `config_invalid` that lists every problem at once; no value is repeated in it
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const problems: string[] = [];
  const parsed = variables.safeParse(given);
  if (!parsed.success) problems.push(...parsed.error.issues.map(describe));
  const port = parsed.data?.PORT ?? 3000;
  const allowPrivateNetwork = parsed.data?.PRAXIS_ALLOW_PRIVATE_NETWORK ?? false;

  const origin = given["PRAXIS_ORIGIN"] ?? `http://localhost:${port}`;
  const originProblem = checkOrigin(origin, allowPrivateNetwork);
  if (originProblem !== null) problems.push(`PRAXIS_ORIGIN ${originProblem}`);

  let secretKey: Uint8Array | null = null;
  if (given["PRAXIS_SECRET_KEY"] !== undefined) {
    secretKey = decodeSecret(given["PRAXIS_SECRET_KEY"]);
    if (secretKey === null) {
      problems.push(
        "PRAXIS_SECRET_KEY must be at least 32 random bytes in base64 (openssl rand -base64 32)",
      );
    }
  }

  if (problems.length > 0 || !parsed.success) {
    throw new AppError(
      "config_invalid",
      `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n` +
        problems.map((problem) => `  - ${problem}`).join("\n"),
    );
  }
  const values = parsed.data;
  return {
    origin: new URL(origin).origin,
    host: new URL(origin).host,
    listen: { host: values.HOST, port },
    databaseUrl: values.DATABASE_URL ?? null,
    dataDir: values.PRAXIS_DATA,
    secretKey,
    role: values.PRAXIS_ROLE,
    trustProxy: values.PRAXIS_TRUST_PROXY,
    allowPrivateNetwork,
    metricsToken: values.PRAXIS_METRICS_TOKEN ?? null,
    contactEmail: values.PRAXIS_CONTACT_EMAIL ?? postmasterOf(new URL(origin).hostname),
    rateLimit: values.PRAXIS_RATE_LIMIT,
    logLevel: values.PRAXIS_LOG_LEVEL,
    warnings: Object.keys(given)
      .filter((name) => /^(?:PRAXIS_|S3_|SMTP_)/.test(name) && !(name in variables.shape))
      .map((name) => `${name} is set, but this version of Praxis does not use it.`),
  };
}

/** The mailbox that every mail domain has (RFC 5321); clients refuse an instance without an address. */
function postmasterOf(hostname: string): string {
  return `postmaster@${hostname.includes(".") ? hostname : "localhost.localdomain"}`;
}

function describe(issue: z.core.$ZodIssue): string {
  const name = issue.path.join(".");
  if (issue.code === "invalid_value") {
    return `${name} must be one of ${issue.values.filter((value) => value !== "").join(", ")}`;
  }
  if (name === "PORT") return "PORT must be a whole number from 0 to 65535";
  if (name === "PRAXIS_RATE_LIMIT") return `${name} must be a whole number; 0 means no limits`;
  return `${name} ${issue.message.replace(/^[A-Z]/, (letter) => letter.toLowerCase())}`;
}

/** Loopback names may stand behind plain http; anything else needs https unless the network is closed. */
function checkOrigin(text: string, allowPrivateNetwork: boolean): string | null {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    return "must be a URL such as https://praxis.example.org";
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "") {
    return "must be an origin alone: https://host, with no path, query or user";
  }
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "http:" && !loopback && !allowPrivateNetwork) {
    return "must start with https:// (plain http is for localhost and PRAXIS_ALLOW_PRIVATE_NETWORK only)";
  }
  return null;
}

function decodeSecret(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.length >= 32 ? new Uint8Array(bytes) : null;
}
