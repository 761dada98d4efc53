/** How long what is issued lives, in milliseconds as the platform's settings say it [IDENTITY 3.2]. */
export type Lifetimes = {
  readonly accessTokenMs: number;
  readonly refreshTokenMs: number;
  /** From the first of a chain of refresh tokens to the end of its last. */
  readonly refreshChainMs: number;
};

const ACCESS_TOKEN_MS = 600_000;
const REFRESH_CHAIN_MS = 43_200_000;
const REFRESH_TOKEN_MS = { cis2: 43_200_000, nhsLogin: 3_600_000 } as const;

/** The lifetimes that a request asks for: its reducers are for tests, and never make one longer. */
export function lifetimesOf(
  provider: 'cis2' | 'nhsLogin',
  field: (name: string) => string | null,
): Lifetimes {
  const reduced = (name: string, ms: number): number => {
    const text = field(name);
    const wanted = text !== null && /^\d{1,12}$/.test(text) ? Number(text) : ms;
    return Math.min(wanted, ms);
  };
  return {
    accessTokenMs: reduced('_access_token_expiry_ms', ACCESS_TOKEN_MS),
    refreshTokenMs: reduced('_refresh_token_expiry_ms', REFRESH_TOKEN_MS[provider]),
    refreshChainMs: reduced('_refresh_tokens_validity_ms', REFRESH_CHAIN_MS),
  };
}

/** What is left, in whole seconds: 600,000 ms that have begun are 599 s, as the platform counts. */
export function secondsLeft(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000) - 1);
}

/** A refresh token ends after its own time, and with its chain at the latest: so its life falls with each refresh. */
export function refreshEnd(
  { refreshTokenMs, refreshChainMs }: Lifetimes,
  firstIssuedAt: Date,
  at: Date,
): Date {
  return new Date(
    Math.min(at.getTime() + refreshTokenMs, firstIssuedAt.getTime() + refreshChainMs),
  );
}
