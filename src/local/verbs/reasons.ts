/** The code as one of the table's own; null when it is none of them. */
export function keyOf<Code extends string>(
  table: Readonly<Record<Code, string>>,
  code: string | null,
): Code | null {
  for (const key in table) if (key === code) return key;
  return null;
}
