/** What the gateway before the service answers: no OperationOutcome, but its own form of a fault. */
export const FAULTS = {
  KeyMissing: {
    status: 401,
    text: 'Failed to resolve API Key variable request.header.apikey',
    code: 'steps.oauth.v2.FailedToResolveAPIKey',
  },
  KeyWrong: { status: 401, text: 'Invalid ApiKey', code: 'oauth.v2.InvalidApiKey' },
  OverQuota: {
    status: 429,
    text: 'Rate limit quota violation. Quota limit exceeded.',
    code: 'policies.ratelimit.QuotaViolation',
  },
  OverSpike: {
    status: 429,
    text: 'Spike arrest violation.',
    code: 'policies.ratelimit.SpikeArrestViolation',
  },
} as const satisfies Record<
  string,
  { readonly status: number; readonly text: string; readonly code: string }
>;

export type FaultKind = keyof typeof FAULTS;

/** The fault as a body [SDS 1]. */
export function faultBody(kind: FaultKind): object {
  const { text, code } = FAULTS[kind];
  return { fault: { faultstring: text, detail: { errorcode: code } } };
}
