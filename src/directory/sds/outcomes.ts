/** What is answered instead of a Bundle; the texts are those of the contract, whatever the directory is kept in [SDS 1.2]. */
export const OUTCOMES = {
  BadRequest: { status: 400, issue: 'required', code: 'BAD_REQUEST', display: 'Bad request' },
  NotFound: {
    status: 404,
    issue: 'not-found',
    code: 'NO_RECORD_FOUND',
    display: 'No record found',
    diagnostics: 'HTTP endpoint not found',
  },
  WrongMethod: {
    status: 405,
    issue: 'not-supported',
    code: 'NOT_IMPLEMENTED',
    display: 'Not implemented',
    diagnostics: 'HTTP operation not supported',
  },
  NotAcceptable: {
    status: 406,
    issue: 'not-supported',
    code: 'MISSING_OR_INVALID_HEADER',
    display: 'There is a required header missing or invalid',
    diagnostics: 'Accept type not supported',
  },
  Failed: {
    status: 500,
    issue: 'exception',
    code: 'INTERNAL_SERVER_ERROR',
    display: 'Unexpected internal server error',
  },
  Nonsense: {
    status: 502,
    issue: 'exception',
    code: 'INTERNAL_SERVER_ERROR',
    display: 'Unexpected internal server error',
    diagnostics: 'Invalid LDAP response received',
  },
  TimedOut: {
    status: 504,
    issue: 'timeout',
    code: 'INTERNAL_SERVER_ERROR',
    display: 'Unexpected internal server error',
    diagnostics: 'LDAP request timed out',
  },
} as const satisfies Record<string, OutcomeRow>;

type OutcomeRow = {
  readonly status: number;
  readonly issue: string;
  readonly code: string;
  readonly display: string;
  readonly diagnostics?: string;
};

export type OutcomeKind = keyof typeof OUTCOMES;

const CODES = 'https://fhir.nhs.uk/STU3/ValueSet/Spine-ErrorOrWarningCode-1';

/** An OperationOutcome, whose id is the correlation id of its request [SDS 1.2]. */
export function outcomeBody(kind: OutcomeKind, id: string, diagnostics: string | null): object {
  const row: OutcomeRow = OUTCOMES[kind];
  const text = diagnostics ?? row.diagnostics;
  return {
    resourceType: 'OperationOutcome',
    id,
    issue: [
      {
        severity: 'error',
        code: row.issue,
        details: { coding: [{ system: CODES, code: row.code, display: row.display }] },
        ...(text === undefined ? {} : { diagnostics: text }),
      },
    ],
  };
}
