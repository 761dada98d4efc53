const PER_SECOND_MAX = 100_000;

/** A rate that an operator sets; null: without limit. */
export function perSecondOf(name: string, text: string, problems: string[]): number | null {
  if (text === 'none') return null;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > PER_SECOND_MAX) {
    problems.push(`${name} must be none, or a number from 1 to ${PER_SECOND_MAX}`);
  }
  return value;
}
