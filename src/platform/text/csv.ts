/** What a spreadsheet program would take for a formula, also behind a tab or a line break. */
const FORMULA = /^[=+\-@\t\r\n]/;

/**
 * Rows as CSV (RFC 4180, all fields quoted). A field that a spreadsheet would run as a formula gets
 * an apostrophe in front: what is in the file may come from other people.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
