/** Comma-separated rows, as spreadsheets read them. */

/** A cell that would be taken for a formula is made text. */
export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(words: string): string {
  const safe = /^[=+\-@\t\r]/.test(words) && !/^-?\d+(\.\d+)?$/.test(words) ? `'${words}` : words;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
