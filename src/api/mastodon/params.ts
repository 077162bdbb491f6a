import type { Context as HonoContext } from "hono";
import type { z } from "zod";
import { invalid } from "../../domain/errors.ts";
import { unreadable } from "./errors.ts";
import { isFormBody, readFormEntries } from "./form-body.ts";

/** Texts, lists and objects, as clients write them in whatever encoding. */
export type Param = string | number | boolean | null | Param[] | { [name: string]: Param };

const MAX_ENTRIES = 1_000;
const MAX_DEPTH = 5;
const LARGEST_JSON = 256 * 1024;

/**
 * Everything that a request says: its query, and its body as JSON, form or multipart. Brackets nest
 * (`poll[options][]=a`, `fields_attributes[0][name]=b`); what is said twice makes a list.
 * @throws AppError `request_unreadable`
 */
export async function readParams(c: HonoContext): Promise<Record<string, Param>> {
  const query = [...new URL(c.req.url).searchParams];
  const params = nest(query);
  if (c.req.method === "GET" || c.req.method === "HEAD" || c.req.raw.body === null) return params;
  const type = c.req.header("Content-Type") ?? "";
  if (isFormBody(type)) return { ...params, ...nest(await readFormEntries(c.req.raw, type)) };
  return { ...params, ...(await readJson(c)) };
}

/**
 * Reads a request by a schema. Unknown names are ignored, as clients send what other servers know.
 * @throws AppError `request_unreadable`, `invalid_request` with the names that are wrong
 */
export async function readInput<Schema extends z.ZodType>(
  c: HonoContext,
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseInput(schema, await readParams(c));
}

/** @throws AppError `invalid_request` with the names that are wrong */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  params: unknown,
): z.output<Schema> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  throw invalid(
    Object.fromEntries(
      result.error.issues.map((issue) => [
        issue.path.join(".") || "request",
        issue.message.toLowerCase(),
      ]),
    ),
  );
}

async function readJson(c: HonoContext): Promise<Record<string, Param>> {
  const text = await c.req.text();
  if (text.length > LARGEST_JSON) throw unreadable("The body is too large.", 413);
  if (text.trim() === "") return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw unreadable("The body is not JSON.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw unreadable("The body must be a JSON object.");
  }
  return parsed as Record<string, Param>;
}

/** `a[b][]=c` → `{ a: { b: ["c"] } }`. @throws AppError `request_unreadable` for too much of it */
export function nest(entries: readonly (readonly [string, string])[]): Record<string, Param> {
  if (entries.length > MAX_ENTRIES) throw unreadable("The request has too many parameters.");
  const root: Record<string, Param> = {};
  for (const [name, value] of entries) {
    const path = pathOf(name);
    if (path !== null) put(root, path, value);
  }
  return root;
}

function pathOf(name: string): string[] | null {
  const [first = "", ...rest] = name.split("[");
  const path = [first, ...rest.map((part) => part.replace(/\]$/, ""))];
  const forbidden = path.some((part) => part === "__proto__" || part === "constructor");
  return first === "" || forbidden || path.length > MAX_DEPTH ? null : path;
}

function put(target: Record<string, Param>, [name = "", ...rest]: string[], value: string): void {
  if (rest.length === 0) {
    const present = target[name];
    // `id=1&id=2` is a list as well; of a single value the last one counts.
    target[name] = Array.isArray(present) ? [...present, value] : value;
    return;
  }
  if (rest[0] === "" && rest.length === 1) {
    const present = target[name];
    target[name] = [...(Array.isArray(present) ? present : []), value];
    return;
  }
  const below = target[name];
  const next: Record<string, Param> = isObject(below) ? below : {};
  target[name] = next;
  put(next, rest[0] === "" ? ["0", ...rest.slice(1)] : rest, value);
}

function isObject(value: Param | undefined): value is Record<string, Param> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
