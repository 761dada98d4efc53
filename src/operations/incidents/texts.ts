const TEXT_MAX = 2_000;

/** Control characters, and those that turn the direction of writing. */
const UNSHOWABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** Patients and staff have no place on a page that everybody reads [EXPERIENCE 6.4]; null: nothing is wrong. */
export function textProblem(text: string, most: number = TEXT_MAX): string | null {
  if (text.trim() === '') return 'it is empty';
  if (text.length > most) return `it is longer than ${most} characters`;
  if (UNSHOWABLE.test(text.replaceAll(/[\t\n]/g, ''))) {
    return 'it has characters that cannot be shown';
  }
  if (/\b\d{3}[ -]?\d{3}[ -]?\d{4}\b/.test(text)) return 'it has what looks like an NHS number';
  return null;
}
