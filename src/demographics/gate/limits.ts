import type { Refusal } from '../outcome.ts';

/** How much may come; null: without limit [PDS 3.1]. */
export type Limits = {
  readonly requestsPerMinute: number | null;
  readonly requestsPerSecond: number | null;
  /** Of all callers together. */
  readonly createsPerSecond: number | null;
  /** Whether one more of this key is within its minute, of all processes together. */
  readonly takeOfMinute: (key: string, perMinute: number) => boolean | Promise<boolean>;
};

const DETAILS =
  'Please see: https://digital.nhs.uk/developer/guides-and-documentation/reference-guide#rate-limits for more details.';

export function overSpike(application: string): Refusal {
  return tooMany(
    `Your application, ${application}, has created a spike in traffic and is being rate limited. Please reduce the frequency of your requests. ${DETAILS}`,
  );
}

export function overQuota(application: string, perMinute: number): Refusal {
  return tooMany(
    `Your application, ${application}, has exceeded its quota of ${perMinute} requests every 1 minute(s) and is being rate limited. ${DETAILS}`,
  );
}

export const OVER_CREATES: Refusal = tooMany(
  'There have been too many Create Patient requests. Please try again later.',
);

function tooMany(diagnostics: string): Refusal {
  return { code: 'TOO_MANY_REQUESTS', diagnostics };
}

/** Counts of one process within the last second. */
export type Spikes = {
  /** Whether one more of this key comes within `perSecond`. */
  readonly take: (key: string, perSecond: number, nowMs: number) => boolean;
};

const SECOND_MS = 1_000;
const KEYS_MAX = 10_000;

export function openSpikes(): Spikes {
  const taken = new Map<string, number[]>();
  return {
    take: (key, perSecond, nowMs) => {
      const lately = (taken.get(key) ?? []).filter((at) => nowMs - at < SECOND_MS);
      const isWithin = lately.length < perSecond;
      if (isWithin) lately.push(nowMs);
      if (taken.size >= KEYS_MAX) taken.clear();
      taken.set(key, lately);
      return isWithin;
    },
  };
}
