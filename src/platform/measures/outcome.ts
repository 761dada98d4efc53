/** How a request ended, for whoever looks after the service. */
export const OUTCOMES = [
  'accepted',
  /** By a rule: the service works, and the sender can mend it. */
  'refused',
  /** Nobody, or somebody without the right, asked. */
  'denied',
  /** One asked too often. */
  'limited',
  /** Another try may help. */
  'unavailable',
  /** Our own mistake. */
  'failed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** `reason`: code of a refusal, which over HL7 V3 comes with 200. */
export function outcomeOf(status: number, reason: string | null): Outcome {
  if (status < 400) return reason === null ? 'accepted' : 'refused';
  if (status === 401 || status === 403) return 'denied';
  if (status === 429) return 'limited';
  if (status === 408 || status === 503) return 'unavailable';
  return status < 500 ? 'refused' : 'failed';
}
