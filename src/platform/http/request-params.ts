import { isFormBody, readBodyText, readFormEntries, unreadable } from "./request-body.ts";

/** Texts, lists and objects, as clients write them in whatever encoding. */
export type Param = string | number | boolean | null | Param[] | { [name: string]: Param };

const MAX_ENTRIES = 1_000;
const MAX_DEPTH = 5;

/**
 * Everything that a request says: its query, and its body as JSON, form or multipart. Brackets nest
 * (`poll[options][]=a`, `fields_attributes[0][name]=b`); what is said twice makes a list.
 * @throws AppError `request_unreadable`, `form_invalid`, `body_too_large`
 */
export async function readParams(request: Request): Promise<Record<string, Param>> {
  const params = nest([...new URL(request.url).searchParams]);
  if (request.method === "GET" || request.method === "HEAD" || request.body === null) return params;
  const type = request.headers.get("Content-Type") ?? "";
  if (isFormBody(type)) return { ...params, ...nest(await readFormEntries(request, type)) };
  return { ...params, ...(await readJson(request)) };
}

async function readJson(request: Request): Promise<Record<string, Param>> {
  const text = await readBodyText(request);
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
