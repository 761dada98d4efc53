import type { Refusal } from '../outcome.ts';

/** How much may come; null: without limit [PDS 3.1]. */
export type Limits = {
  readonly requestsPerMinute: number | null;
  readonly requestsPerSecond: number | null;
  /** Of all callers together. */
  readonly createsPerSecond: number | null;
  /** Whether one more of this key is within its limit, of all processes together. */
  readonly takeOfMinute: Take;
  readonly takeOfSecond: Take;
};

type Take = (key: string, most: number) => boolean | Promise<boolean>;

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
