/**
 * The machine or the set-up does not allow what was asked, and a person can change that: no stack
 * trace, but what happened and what to do about it.
 */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's code (`ENOENT`, `EADDRINUSE`) of what was thrown; null when it has none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}
