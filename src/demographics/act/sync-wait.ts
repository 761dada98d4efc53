import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Refusal } from '../outcome.ts';

/** How long a write is waited for, in seconds, when the request does not say, and when it does [PDS 1.1]. */
const USUAL_S = 10;
const LEAST_S = 0.25;
const MOST_S = 29;

/** Reads the header `X-Sync-Wait`, in milliseconds; refused when it is no such number of seconds. */
export function syncWaitMs(header: string | undefined): Result<number, Refusal> {
  if (header === undefined || header === '') return ok(USUAL_S * 1000);
  const seconds = Number(header);
  const isRight = /^\d{1,2}(\.\d{1,3})?$/.test(header) && seconds >= LEAST_S && seconds <= MOST_S;
  if (isRight) return ok(seconds * 1000);
  const diagnostics = `Invalid value - '${header}' in header 'X-Sync-Wait'`;
  return fail({ code: 'INVALID_VALUE', diagnostics });
}
