/** Lines for a spreadsheet or a program; nothing that a spreadsheet would take for a formula. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return [...rows.map((cells) => cells.map(cellOf).join(',')), ''].join('\r\n');
}

function cellOf(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
