export const SERIES_MAX = 99; // two digits are printed

/** The series of a card as it is printed on it, 1 to 99; null for any other text [EXPERIENCE 4.6]. */
export function parseSeries(text: string): number | null {
  return /^[1-9]\d?$/.test(text) ? Number(text) : null;
}
