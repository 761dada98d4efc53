import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Answered } from './answered.ts';
import type { Counted } from './metrics.ts';

const SHIFTED_MS = 1_000; // so far from real time, the clock of a test system was moved
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * One line a request. All of it is made by us, but for the id of the request: callers make it up, so that only a UUID is
 * written, as anything else may be text about somebody [RELIABILITY I24].
 */
export function requestLogTo(log: Log, clock: Pick<Clock, 'now'>): RequestLog {
  return ({ request, response }, counted) => {
    const { organisation, asid, reason, ...told } = counted;
    const id = response.about?.requestId ?? request.headers['x-request-id'] ?? '';
    const { traceId } = response.about ?? {};
    const at = clock.now();
    log({
      event: 'request',
      ...(UUID.test(id) ? { requestId: id } : {}),
      ...told,
      elapsedMs: Math.round(told.elapsedMs * 10) / 10,
      status: response.status,
      ...(organisation === null ? {} : { organisation }),
      ...(asid === null ? {} : { asid }),
      ...(reason === null ? {} : { reason }),
      ...(traceId === undefined ? {} : { traceId }),
      ...(Math.abs(at.getTime() - Date.now()) < SHIFTED_MS ? {} : { businessAt: at.toISOString() }),
    });
  };
}

export type RequestLog = (answered: Answered, counted: Counted) => void;
