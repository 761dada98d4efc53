import type { Refusal } from '../outcome.ts';

export const BASE_PATH = '/personal-demographics/FHIR/R4';

/** What a request is for, by its method and path [PDS 1]. */
export type Route =
  | { readonly kind: 'search' | 'create' | 'birth' | 'coverage' | 'cover' | 'poll' | 'unknown' }
  | { readonly kind: 'retrieve' | 'update' | 'related'; readonly nhsNumber: string };

const GATE = /^(\/Patient(\/.*)?|\/Coverage|\/_poll\/.*|\/_status|\/_ping)$/;

/** What stands behind the base path; the gate lets pass what begins as some service does [PDS 1]. */
export function pathRefusal(suffix: string): Refusal | null {
  if (GATE.test(suffix)) return null;
  return { code: 'UNSUPPORTED_REQUEST', diagnostics: `Unsupported path - '${suffix}'` };
}

export function routeOf(method: string, suffix: string): Route {
  const [, kind = '', first, second] = suffix.split('/');
  if (kind === '_poll' && method === 'GET') return { kind: 'poll' };
  if (kind === 'Coverage') {
    if (method === 'GET') return { kind: 'coverage' };
    return { kind: method === 'POST' ? 'cover' : 'unknown' };
  }
  if (kind !== 'Patient' || suffix.split('/').length > 4) return { kind: 'unknown' };
  if (first === undefined || first === '') return whole(method);
  if (first === '$process-birth-details' && second === undefined) {
    return { kind: method === 'POST' ? 'birth' : 'unknown' };
  }
  if (second === undefined) {
    if (method === 'GET') return { kind: 'retrieve', nhsNumber: first };
    return method === 'PATCH' ? { kind: 'update', nhsNumber: first } : { kind: 'unknown' };
  }
  return method === 'GET' && second === 'RelatedPerson'
    ? { kind: 'related', nhsNumber: first }
    : { kind: 'unknown' };
}

function whole(method: string): Route {
  if (method === 'GET') return { kind: 'search' };
  return { kind: method === 'POST' ? 'create' : 'unknown' };
}

const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** [PDS 1.1] */
export function requestIdRefusal(id: string | undefined): Refusal | null {
  if (id === undefined || id === '') {
    const text = 'X-Request-ID header must be supplied to access this resource';
    return { code: 'MISSING_VALUE', diagnostics: `Invalid request with error - ${text}` };
  }
  if (REQUEST_ID.test(id)) return null;
  return { code: 'INVALID_VALUE', diagnostics: `Invalid value - '${id}' in header 'X-Request-ID'` };
}

/** [PDS 9] */
export function roleRefusal(value: string): Refusal {
  const guide =
    'Refer to the guidance for this header in our API Specification https://digital.nhs.uk/developer/api-catalogue/personal-demographics-service-fhir';
  return {
    code: 'INVALID_VALUE',
    diagnostics: `Invalid value - '${value}' in header 'NHSD-Session-URID'. ${guide}`,
  };
}

/** [PDS 2] */
export const NO_ASID: Refusal = {
  code: 'MISSING_VALUE',
  diagnostics: 'No ASID is associated with your app. Please contact support.',
};
