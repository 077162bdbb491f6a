const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const DIGITS = new Map(Array.from(ALPHABET, (character, value) => [character, value]));
/** Decoding is quadratic; the longest key we read (RSA-8192 with its prefix) has about 1,420 characters. */
const MAX_LENGTH = 2_048;

/** `bytes` in base58btc with the multibase prefix `z` (draft-multiformats-multibase). */
export function encodeMultibase(bytes: Uint8Array): string {
  const digits = convertBase(bytes, 256, 58);
  return `z${"1".repeat(leadingZeros(bytes))}${digits.map((digit) => ALPHABET.charAt(digit)).join("")}`;
}

/** The bytes of a base58btc multibase text, or null when it is not one (or is absurdly long). */
export function decodeMultibase(text: string): Uint8Array | null {
  if (!text.startsWith("z") || text.length > MAX_LENGTH) return null;
  const values: number[] = [];
  for (const character of text.slice(1)) {
    const value = DIGITS.get(character);
    if (value === undefined) return null;
    values.push(value);
  }
  const zeros = Array.from({ length: leadingZeros(values) }, () => 0);
  return Uint8Array.from([...zeros, ...convertBase(values, 58, 256)]);
}

function leadingZeros(values: ArrayLike<number>): number {
  let count = 0;
  while (count < values.length && values[count] === 0) count += 1;
  return count;
}

/** The same number in another base, most significant digit first, without leading zeros. */
function convertBase(source: Iterable<number>, from: number, to: number): number[] {
  const digits: number[] = []; // least significant first
  for (const value of source) {
    let carry = value;
    for (let index = 0; index < digits.length; index += 1) {
      carry += (digits[index] ?? 0) * from;
      digits[index] = carry % to;
      carry = Math.floor(carry / to);
    }
    while (carry > 0) {
      digits.push(carry % to);
      carry = Math.floor(carry / to);
    }
  }
  return digits.toReversed();
}
