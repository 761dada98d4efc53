import { type Coding, type Issue, operationOutcome } from './operation-outcome.ts';

/** Faults that the gateway itself answers, before or behind the interactions [EPS-FHIR 5.1]. */
export type GatewayFault = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly issue: Issue;
};

const GATEWAY_CODES = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode';

const RETRY_AFTER_SECONDS = 5; // [EPS-FHIR 5.1]

export const REQUEST_ID_MISSING: GatewayFault = {
  status: 400,
  issue: {
    code: 'value',
    severity: 'fatal',
    details: gatewayCoding('MISSING_FIELD', 'X-Request-ID header missing or malformed'),
  },
};

export function accessDenied(diagnostics: string): GatewayFault {
  const details = gatewayCoding('ACCESS_DENIED', 'Access Denied - Unauthorised');
  return { status: 401, issue: { code: 'forbidden', severity: 'error', details, diagnostics } };
}

export function sessionUridInvalid(value: string): GatewayFault {
  const details = gatewayCoding('INVALID_VALUE', 'Provided value is invalid');
  const diagnostics = `Invalid value - '${value}' in header 'NHSD-Session-URID'`;
  return { status: 400, issue: { code: 'value', severity: 'error', details, diagnostics } };
}

export const SESSION_URID_MISSING: GatewayFault = {
  status: 400,
  issue: {
    code: 'value',
    severity: 'error',
    details: gatewayCoding('MISSING_VALUE'),
    diagnostics: "Missing value in header 'NHSD-Session-URID'",
  },
};

/** An application acts for nobody without an id of its own on the Spine. */
export const NO_ASID: GatewayFault = {
  status: 400,
  issue: {
    code: 'value',
    severity: 'error',
    details: gatewayCoding('MISSING_VALUE'),
    diagnostics: 'No ASID is associated with your app. Please contact support.',
  },
};

/** One application has sent more than its share of a minute. */
export const TOO_MANY_REQUESTS: GatewayFault = {
  status: 429,
  headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
  issue: {
    code: 'value',
    severity: 'error',
    details: gatewayCoding('TOO_MANY_REQUESTS', 'Too many requests'),
  },
};

/** Every answer comes with its request, so that there is nothing to ask for later [EPS-FHIR 2.1]. */
export const NOTHING_TO_POLL: GatewayFault = {
  status: 400,
  issue: {
    code: 'informational',
    severity: 'information',
    details: gatewayCoding('INTERACTION_NOT_SUPPORTED'),
  },
};

/** Headers for trying things out, which a live service takes from nobody. */
export function headersForbidden(names: readonly string[]): GatewayFault {
  const code = 'MISSING_OR_INVALID_HEADER';
  const display = 'There is a header missing or invalid';
  const details = { coding: [{ system: GATEWAY_CODES, code, display }] };
  const diagnostics = `Invalid headers: ${names.join(', ')}.`;
  return { status: 403, issue: { code: 'invalid', severity: 'error', details, diagnostics } };
}

export const UNAVAILABLE: GatewayFault = {
  status: 503,
  headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
  issue: {
    code: 'timeout',
    severity: 'error',
    details: gatewayCoding('SERVICE_UNAVAILABLE'),
    diagnostics:
      'The service cannot answer just now. Send the same request again, with the same X-Request-ID.',
  },
};

/** Also what the real back end answers to an unknown path, a wrong method and a body over 1 MiB. */
export const SERVER_ERROR: GatewayFault = {
  status: 500,
  issue: {
    code: 'exception',
    severity: 'fatal',
    details: {
      coding: [
        {
          system: 'https://fhir.nhs.uk/CodeSystem/http-error-codes',
          code: 'SERVER_ERROR',
          display: '500: The Server has encountered an error processing the request.',
        },
      ],
    },
  },
};

export const NOT_FOUND: GatewayFault = {
  status: 404,
  issue: {
    code: 'not-found',
    severity: 'error',
    details: gatewayCoding('NOT_FOUND', 'Resource not found'),
  },
};

export function faultBody(fault: GatewayFault): string {
  return JSON.stringify(operationOutcome([fault.issue], null));
}

function gatewayCoding(code: string, display?: string): { coding: Coding[] } {
  const coding: Coding = { system: GATEWAY_CODES, version: '1', code };
  return { coding: [display === undefined ? coding : { ...coding, display }] };
}
