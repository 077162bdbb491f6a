import { type Refusal, refuse } from "./refusal.ts";

/** Headers as the Fetch API or as Node's `http` (`IncomingHttpHeaders`) gives them. */
export type HeaderSource =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Header values by lower-case name, repeated ones joined by ", " (RFC 9110 §5.3). */
export type RequestHeaders = ReadonlyMap<string, string>;

const MAX_HEADER_LENGTH = 8_192;
/** One value each by their own definition: a second one means that somebody along the way sees another request. */
const SINGLE = new Set(["date", "host", "content-length", "content-type"]);

/** One reading of the headers for signing and checking alike, or a refusal when they are not fit to be judged. */
export function readHeaders(source: HeaderSource): RequestHeaders | Refusal {
  const headers = new Map<string, string>();
  for (const [rawName, rawValue] of entriesOf(source)) {
    if (rawValue === undefined) continue;
    const name = rawName.toLowerCase();
    const values = typeof rawValue === "string" ? [rawValue] : rawValue;
    const repeated = values.length > 1 || headers.has(name);
    if (repeated && SINGLE.has(name)) return refuse("duplicate_header", name);
    const before = headers.get(name);
    const joined = values.map((value) => value.trim()).join(", ");
    headers.set(name, before === undefined ? joined : `${before}, ${joined}`);
  }
  for (const name of ["signature", "signature-input", "digest", "content-digest", "date"]) {
    if ((headers.get(name)?.length ?? 0) > MAX_HEADER_LENGTH)
      return refuse("header_too_large", name);
  }
  return headers;
}

function entriesOf(
  source: HeaderSource,
): Iterable<[string, string | readonly string[] | undefined]> {
  return source instanceof Headers ? source.entries() : Object.entries(source);
}
