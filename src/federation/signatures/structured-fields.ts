/**
 * The part of Structured Fields (RFC 8941) that HTTP signatures are made of: a dictionary whose members
 * are inner lists of strings (`Signature-Input`) or byte sequences (`Signature`), with parameters.
 */
export type BareItem = string | number | boolean | Uint8Array | Token;

export interface Token {
  readonly token: string;
}

export type Parameters = ReadonlyMap<string, BareItem>;

export interface Item {
  readonly value: BareItem;
  readonly params: Parameters;
}

export interface Member {
  /** An inner list's items; null for a plain item. */
  readonly items: readonly Item[] | null;
  readonly value: BareItem;
  readonly params: Parameters;
}

const KEY = /[a-z*][a-z0-9_.*-]*/y;
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const INTEGER = /-?\d{1,15}(?![\d.])/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;
const BOOLEAN = /\?([01])/y;
const TOKEN = /[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y;

/** The dictionary's members by key, or null when the text is not such a dictionary or repeats a key. */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | null {
  const cursor = new Cursor(text.trim());
  const members = new Map<string, Member>();
  try {
    while (!cursor.atEnd) {
      const key = cursor.take(KEY)[0];
      if (members.has(key)) return null;
      members.set(key, cursor.skip("=") ? parseMember(cursor) : flag(cursor));
      cursor.skipSpace();
      if (cursor.atEnd) break;
      cursor.expect(",");
      cursor.skipSpace();
      if (cursor.atEnd) return null; // a trailing comma
    }
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  return members;
}

/** An inner list with its parameters in canonical form: the value of `@signature-params` (RFC 9421 §2.3). */
export function serializeInnerList(items: readonly Item[], params: Parameters): string {
  const inner = items.map((item) => serializeBare(item.value) + serializeParams(item.params));
  return `(${inner.join(" ")})${serializeParams(params)}`;
}

function parseMember(cursor: Cursor): Member {
  if (!cursor.skip("(")) {
    const value = parseBare(cursor);
    return { items: null, value, params: parseParams(cursor) };
  }
  const items: Item[] = [];
  for (;;) {
    cursor.skipSpace();
    if (cursor.skip(")")) return { items, value: true, params: parseParams(cursor) };
    const value = parseBare(cursor);
    items.push({ value, params: parseParams(cursor) });
  }
}

function flag(cursor: Cursor): Member {
  return { items: null, value: true, params: parseParams(cursor) };
}

function parseParams(cursor: Cursor): Parameters {
  const params = new Map<string, BareItem>();
  while (cursor.skip(";")) {
    cursor.skipSpace();
    const key = cursor.take(KEY)[0];
    // RFC 8941 lets the last one win; two key ids in one signature are no honest mistake.
    if (params.has(key)) throw new SyntaxError(`repeated parameter ${key}`);
    params.set(key, cursor.skip("=") ? parseBare(cursor) : true);
  }
  return params;
}

function parseBare(cursor: Cursor): BareItem {
  const next = cursor.peek;
  if (next === '"') return (cursor.take(STRING)[1] ?? "").replace(/\\(.)/g, "$1");
  if (next === ":") return Buffer.from(cursor.take(BYTES)[1] ?? "", "base64");
  if (next === "?") return cursor.take(BOOLEAN)[1] === "1";
  if (/[-\d]/.test(next)) return Number(cursor.take(INTEGER)[0]);
  return { token: cursor.take(TOKEN)[0] };
}

function serializeParams(params: Parameters): string {
  return Array.from(params, ([key, value]) =>
    value === true ? `;${key}` : `;${key}=${serializeBare(value)}`,
  ).join("");
}

function serializeBare(value: BareItem): string {
  if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "?1" : "?0";
  if (value instanceof Uint8Array) return `:${Buffer.from(value).toString("base64")}:`;
  return value.token;
}

class Cursor {
  private readonly text: string;
  private position = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  get peek(): string {
    return this.text.charAt(this.position);
  }

  /** The match of a sticky pattern here. Throws a SyntaxError when there is none. */
  take(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match === null) throw new SyntaxError(`unexpected text at ${this.position}`);
    this.position = pattern.lastIndex;
    return match;
  }

  skip(character: string): boolean {
    if (this.peek !== character) return false;
    this.position += 1;
    return true;
  }

  expect(character: string): void {
    if (!this.skip(character)) throw new SyntaxError(`expected ${character} at ${this.position}`);
  }

  skipSpace(): void {
    while (this.peek === " " || this.peek === "\t") this.position += 1;
  }
}
