import { configure, dispose, getConsoleSink, getLogger, type Logger } from "@logtape/logtape";
import { DEFAULT_REDACT_FIELDS, redactByField } from "@logtape/redaction";

export type LogLevel = "debug" | "info" | "warning" | "error";

/** Texts of people and secrets of the server: never in a log, whatever the level. */
const NEVER_LOGGED = [
  ...DEFAULT_REDACT_FIELDS,
  "content",
  "body",
  "title",
  "summary",
  "name",
  "activity",
  "object",
  "authorization",
  "cookie",
  "signature",
];

/** Sends the log to standard error, one line an entry, with fields that hold texts or secrets cut. */
export async function startLogging(level: LogLevel): Promise<void> {
  await configure({
    reset: true,
    sinks: {
      console: redactByField(getConsoleSink({ formatter: formatLine }), NEVER_LOGGED),
    },
    loggers: [
      { category: "praxis", lowestLevel: level, sinks: ["console"] },
      { category: "fedify", lowestLevel: "error", sinks: ["console"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["console"] },
    ],
  });
}

/** Writes out what is still held back. */
export const stopLogging = dispose;

/** The logger of one part of the server, for example `logger("delivery")`. */
export function logger(part: string): Logger {
  return getLogger(["praxis", part]);
}

function formatLine(record: {
  timestamp: number;
  level: string;
  category: readonly string[];
  message: readonly unknown[];
  properties: Record<string, unknown>;
}): readonly unknown[] {
  const message = record.message.map((part) => (typeof part === "string" ? part : inline(part)));
  const fields = Object.entries(record.properties)
    .map(([key, value]) => `${key}=${inline(value)}`)
    .join(" ");
  const time = new Date(record.timestamp).toISOString();
  const part = record.category.slice(1).join(".");
  return [
    `${time} ${record.level} ${part}: ${message.join("")}${fields === "" ? "" : ` ${fields}`}`,
  ];
}

function inline(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.stack ?? value.message);
  if (typeof value === "bigint") return value.toString();
  return JSON.stringify(value) ?? "undefined";
}
