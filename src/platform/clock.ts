/** Where time comes from: rules get it as a value and never read it themselves [DESIGN D9]. */
export type Clock = {
  /** Business time: expiry, windows, the time a message is dated with. */
  now(): Date;
  /** Time of tokens, sessions and certificates. */
  securityNow(): Date;
};

/** Once the machine's clock was found right it is carried on by a time that nobody sets; see `watchClock`. */
export const REAL_CLOCK: Clock = { now: carriedOn, securityNow: carriedOn };

/** Right at a moment of the process's own time; null: nobody has looked, and the machine's clock is believed. */
let right: { readonly dateMs: number; readonly atMs: number } | null = null;

function carriedOn(): Date {
  return right === null ? new Date() : new Date(right.dateMs + performance.now() - right.atMs);
}

/** The machine's clock is right now; false: from now on it is believed whatever it shows. */
export function carryOn(isRight: boolean): void {
  right = isRight ? { dateMs: Date.now(), atMs: performance.now() } : null;
}
