import { setTimeout as pause } from 'node:timers/promises';

/** The datacentres that an agent may go to. None is the right one: whichever answers will do [IDENTITY 2.5]. */
export type Endpoints = {
  /** The first answer that is not trouble of the service itself; null when nobody gave one. */
  ask(path: string, request?: Asking): Promise<Answer | null>;
};

export type Asking = {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Answer = { readonly status: number; readonly text: string; readonly address: string };

const TIMEOUT_MS = 5_000;
const ROUNDS_MAX = 3;
const RETRY_AFTER_MAX_MS = 2_000;
const AVOID_MS = 30_000; // one that was in trouble comes last for so long

/**
 * Goes through the addresses in their order, those lately in trouble last, until one answers. A name is looked up
 * again for every connection, and a connection is kept for one request: an agent that runs for months must not hold on
 * to a datacentre that is gone, which is what a restart of the machine cured in 2014.
 */
export function openEndpoints(addresses: readonly string[]): Endpoints {
  const troubledUntil = new Map<string, number>();
  const inOrder = (): readonly string[] => {
    const now = Date.now();
    const isAvoided = (address: string): boolean => (troubledUntil.get(address) ?? 0) > now;
    return [...addresses.filter((one) => !isAvoided(one)), ...addresses.filter(isAvoided)];
  };
  return {
    ask: async (path, request = {}) => {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        let waitMs = 0;
        for (const address of inOrder()) {
          const given = await askOne(address, path, request);
          if ('answer' in given) return given.answer;
          troubledUntil.set(address, Date.now() + AVOID_MS);
          waitMs = Math.max(waitMs, given.retryAfterMs);
        }
        if (round + 1 < ROUNDS_MAX) await pause(Math.min(waitMs, RETRY_AFTER_MAX_MS));
      }
      return null;
    },
  };
}

type Given = { readonly answer: Answer } | { readonly retryAfterMs: number };

const RETRY_AFTER_MS = 500;

async function askOne(address: string, path: string, { body, headers }: Asking): Promise<Given> {
  try {
    const response = await fetch(`${address}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body }),
      headers: { ...headers, connection: 'close' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const { status } = response;
    if (status < 500) return { answer: { status, text, address } };
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : RETRY_AFTER_MS };
  } catch {
    return { retryAfterMs: RETRY_AFTER_MS }; // no connection, or none in time
  }
}
