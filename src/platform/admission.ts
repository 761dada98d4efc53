/** What is shed first when more comes than can be done, and what last [RELIABILITY F35]. */
export const URGENCIES = ['report', 'trace', 'poll', 'signOn', 'send', 'supply'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** How much of what a process does at once may be of an urgency and those below it. */
const SHARES: Readonly<Record<Urgency, number>> = {
  report: 0.5,
  trace: 0.6,
  poll: 0.7,
  signOn: 0.8,
  send: 0.9,
  supply: 1,
};

/** More has come than can be done in good time; nothing of it was done. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

/** Tells that what was admitted has ended; `isTimed`: how long it took says how busy we are. */
export type Leave = (isTimed: boolean) => void;

export type Admission = {
  /** How many are under way, and how many there may be. */
  readonly load: () => { readonly underWay: number; readonly most: number };
  /** Whether `enter` would refuse now. */
  readonly isFull: (urgency: Urgency) => boolean;
  /** Null: refused. */
  readonly enter: (urgency: Urgency) => Leave | null;
  /** Does what somebody asks, unless they have more than their share in hand while others wait; then throws `Busy`. */
  readonly share: <Done>(who: string, work: () => Promise<Done>) => Promise<Done>;
};

export type AdmissionOptions = {
  /** While the database is held everybody waits, and nobody is refused. */
  readonly isHeld: () => boolean;
  readonly now?: () => number;
};

const FIRST_MAX = 256; // until it is known how many are too many
const LEAST = 50; // at the 100 a second that half of a small and busy machine does, these take half a second
const MOST = 1_024;
const HELD_MOST = 4_096; // waiting bodies of 10 kB are 40 MB
const GOOD_MS = 500; // of most, so that 99 in 100 take less than a second [RELIABILITY F35]
const WINDOW_MS = 200;
const AVERAGE_MS = 2_000; // what ends in that says how much can be done: a link or a disk stands still for moments
const FEWER = 0.8;
const MORE = 1.1;
const AFTER_HOLD_MS = 3_000; // in which those who have waited are served
const SHARE_MAX = 0.5; // of one supplier, when the process is half full

/**
 * How much a process does at once. It takes more while that goes quickly and less when it does not, so that what is taken
 * is answered in good time and the rest is refused at once [RELIABILITY F20, F35].
 */
export function openAdmission({
  isHeld,
  now = () => performance.now(),
}: AdmissionOptions): Admission {
  const limit = openLimit();
  const inHand = new Map<string, number>();
  let underWay = 0;
  let patientUntil = 0;
  const isPatient = (): boolean => {
    if (isHeld()) patientUntil = now() + AFTER_HOLD_MS;
    return now() < patientUntil;
  };
  const isFull = (urgency: Urgency): boolean =>
    underWay >= (isPatient() ? HELD_MOST : limit.most() * SHARES[urgency]);
  return {
    load: () => ({ underWay, most: limit.most() }),
    isFull,
    enter: (urgency) => {
      if (isFull(urgency)) return null;
      underWay += 1;
      limit.met(underWay);
      const since = now();
      const wasPatient = isPatient();
      return (isTimed) => {
        underWay -= 1;
        if (isTimed && !wasPatient && !isPatient()) limit.took(now() - since, now());
      };
    },
    share: async (who, work) => {
      const mine = inHand.get(who) ?? 0;
      const half = limit.most() * SHARE_MAX;
      if (underWay >= half && mine >= half && !isPatient())
        throw new Busy('one has too much in hand');
      inHand.set(who, mine + 1);
      try {
        return await work();
      } finally {
        const left = (inHand.get(who) ?? 1) - 1;
        if (left === 0) inHand.delete(who);
        else inHand.set(who, left);
      }
    },
  };
}

/**
 * A window in which most took too long lowers it, to no less than four fifths of what ends in good time; one that was nearly
 * full and quick raises it, to no more than that.
 */
function openLimit() {
  let most = FIRST_MAX;
  let windowEnds = 0;
  let window = { quick: 0, slow: 0, peak: 0 };
  let inGoodTime = 0;
  return {
    most: () => most,
    met: (underWay: number) => {
      window.peak = Math.max(window.peak, underWay);
    },
    took: (ms: number, at: number) => {
      if (ms > GOOD_MS) window.slow += 1;
      else window.quick += 1;
      if (at < windowEnds) return;
      const { quick, slow, peak } = window;
      const lastedMs = at - windowEnds + WINDOW_MS;
      const now = ((quick + slow) * GOOD_MS) / lastedMs;
      inGoodTime += (now - inGoodTime) * Math.min(1, lastedMs / AVERAGE_MS);
      const fewer = FEWER * Math.max(Math.min(most, peak), inGoodTime);
      if (slow > quick) most = Math.max(LEAST, Math.floor(Math.min(most, fewer)));
      else if (peak >= most * SHARES.report && most < Math.max(FIRST_MAX, now)) {
        most = Math.min(MOST, Math.ceil(most * MORE));
      }
      window = { quick: 0, slow: 0, peak: 0 };
      windowEnds = at + WINDOW_MS;
    },
  };
}

const RETRY_FIRST_S = 1;
const RETRY_SPREAD_S = 5;

/** When whoever is refused may come again, in seconds: not all at once. */
export function retryAfter(): string {
  return String(RETRY_FIRST_S + Math.floor(Math.random() * RETRY_SPREAD_S));
}
