/** Where time comes from: rules get it as a value and never read it themselves [DESIGN D9]. */
export type Clock = {
  /** Business time: expiry, windows, the time a message is dated with. */
  now(): Date;
  /** Time of tokens, sessions and certificates. */
  securityNow(): Date;
};

export const REAL_CLOCK: Clock = { now: () => new Date(), securityNow: () => new Date() };
