/** What is done with what is wrong in an old store. */
export type Policy = {
  /** What is wrong. */
  readonly what: string;
  readonly policy: string;
};

/** The dirty classes and what becomes of each: what two persons sign in the plan [MIGRATION 4]. */
export const POLICIES: Readonly<Record<string, Policy>> = {
  D0: { what: 'a row that no class describes', policy: 'stops the run; by choice kept apart' },
  D1: { what: 'early issues are missing', policy: 'keep; the current issue works' },
  D2: {
    what: 'the current issue is another',
    policy: 'recompute: lowest not completed, else last',
  },
  D3: { what: 'days supply is blank or no number', policy: 'blank is none; the text is kept' },
  D4: { what: 'a completed issue has no day', policy: 'day of its last step' },
  D5: { what: 'the next step or its day is absent', policy: 'recompute' },
  D6: { what: 'a cancellation had no effect', policy: 'apply; with a dispenser: hold' },
  D7: { what: 'returned, and still nominated', policy: 'never queued' },
  D8: { what: 'the next step is another', policy: 'ours; hold if it ends it sooner' },
  D9: { what: 'delivered, and with nobody', policy: 'hold' },
  D10: { what: 'with a dispenser who is not known', policy: 'hold' },
  D11: { what: 'waits for a pharmacy in a state that does not', policy: 'not queued' },
  D12: { what: 'returned by administrators', policy: 'as a return; never queued' },
  D13: { what: 'an item cannot be so under its issue', policy: 'hold' },
  D14: { what: 'a time of the doubled hour', policy: 'order by history; the time is marked' },
  D15: { what: 'days in no order', policy: 'keep; recompute what falls due' },
  D16: { what: 'rows and history disagree', policy: 'a whole history is believed, else hold' },
  D17: { what: 'a placeholder instead of a person', policy: 'unknown-legacy' },
  D18: {
    what: 'an id twice, or spelt otherwise',
    policy: 'twice: kept apart; spelt otherwise: hold',
  },
  D19: { what: 'a claim for what nobody dispensed', policy: 'kept apart' },
  D20: {
    what: 'a message is damaged or cannot be read, or its order is not signed as it should be',
    policy: 'hold',
  },
  D21: { what: 'more dispensed than prescribed', policy: 'hold' },
  D22: { what: 'rows that belong to nothing', policy: 'kept apart' },
  D23: { what: 'bytes that are no UTF-8', policy: 'repair by rule; the bytes are kept' },
  D24: { what: 'a day that is none', policy: 'absent' },
  D25: { what: 'of a test organisation', policy: 'kept apart' },
  D26: { what: 'purged, and there', policy: 'hold' },
  D27: { what: 'the patient has no valid number', policy: 'keep' },
  D28: { what: 'a change twice, missing or cut', policy: 'twice: dropped; else stop and ask' },
  D29: { what: 'history was cut', policy: 'accept' },
  D30: { what: 'past its expiry', policy: 'expires by the usual job after the switch' },
};
