/**
 * `text`, or its beginning of at most `maxLength` characters (code points), cut at a word where possible
 * and ended by `…`.
 */
export function shorten(text: string, maxLength: number): string {
  // A code point is at most two units: long enough text need not be split into code points whole.
  if (text.length <= maxLength) return text;
  const characters = Array.from(text.slice(0, maxLength * 2 + 2));
  if (characters.length <= maxLength) return text;
  const kept = characters.slice(0, Math.max(0, maxLength - 1)).join("");
  const endsWithWord = /\s/.test(characters[maxLength - 1] ?? " ");
  const lastBlank = kept.search(/\s\S*$/);
  const atWord = !endsWithWord && lastBlank > kept.length / 2 ? kept.slice(0, lastBlank) : kept;
  return `${atWord.trimEnd()}…`;
}
