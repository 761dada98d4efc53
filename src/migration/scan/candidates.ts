/** What a line of a file may say of a person. */
export type Said = {
  /** Digits that can be NHS numbers, however they are written; an old store's may be wrong ones [MIGRATION 4, D27]. */
  readonly numbers: readonly string[];
  /** How many of the values that nobody else has are in it. */
  readonly canaries: number;
};

const TEN_DIGITS = /(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)/g;

/** `canaries`: in lower case. */
export function saidIn(line: string, canaries: readonly string[]): Said {
  const numbers = (line.match(TEN_DIGITS) ?? []).map((text) => text.replaceAll(/[ -]/g, ''));
  const lower = line.toLowerCase();
  return { numbers, canaries: canaries.filter((canary) => lower.includes(canary)).length };
}
