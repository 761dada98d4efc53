const TELL_EVERY_MS = 1_000;

/** How far a file is read: the part of its bytes, 0 to 1, and the rows so far. */
export type Progress = { readonly part: number; readonly rows: number };

/** Tells how far an import is, once a second at the most and not in its first one. */
export function progressTo(
  tell: (line: string) => void,
  now: () => number = () => performance.now(),
): (file: { readonly name: string }, progress: Progress) => void {
  let toldAt = now();
  return ({ name }, { part, rows }) => {
    if (now() - toldAt < TELL_EVERY_MS) return;
    toldAt = now();
    tell(`${name}: ${Math.floor(part * 100)} %, ${rows} rows`);
  };
}
