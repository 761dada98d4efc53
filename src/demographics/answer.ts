import type { JsonMap } from './json.ts';
import { outcomeBody, type Refusal, RETRY_AFTER_SECONDS, statusOf } from './outcome.ts';

/** An answer of the service, before it is written down. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonMap;
  /** Its code, when it is one. */
  readonly refusal?: string;
};

export function etagOf(version: number): Record<string, string> {
  return { ETag: `W/"${version}"` };
}

export function refused(refusal: Refusal): Answer {
  const status = statusOf(refusal);
  const wait = status === 503 ? { 'Retry-After': String(RETRY_AFTER_SECONDS) } : {};
  return { status, headers: wait, body: outcomeBody(refusal), refusal: refusal.code };
}

/** A list of what was found; `entry` only when there is one [PDS 5.5, 8]. */
export function searchset(at: Date, entry: readonly JsonMap[], more: JsonMap = {}): JsonMap {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    timestamp: `${at.toISOString().slice(0, 19)}+00:00`,
    ...more,
    total: entry.length,
    ...(entry.length === 0 ? {} : { entry: [...entry] }),
  };
}
