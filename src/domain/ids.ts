/** Database ids are time-ordered 63-bit integers; at every edge they travel as decimal strings. */
export type Id = bigint;

/** No id is larger. */
export const MAX_ID: Id = 2n ** 63n - 1n;

/** The id written in `text`, or null when it is not a decimal 63-bit number. */
export function parseId(text: string): Id | null {
  if (!/^[0-9]{1,19}$/.test(text)) return null;
  const id = BigInt(text);
  return id <= MAX_ID ? id : null;
}

/**
 * A version 7 UUID (RFC 9562): 48 bits of `now` in milliseconds and 74 bits of `random`, of which
 * the first ten bytes are used. It orders by time, yet nobody can guess one.
 */
export function uuidV7(now: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  let rest = now;
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
