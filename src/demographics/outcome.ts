import type { Json, JsonMap } from './json.ts';
import { pythonLiteral } from './python.ts';

/** What the service tells when it does not give what was asked, each with its answer [PDS 9]. */
export const OUTCOMES = {
  INVALID_RESOURCE_ID: { status: 400, issue: 'value', display: 'Resource Id is invalid' },
  RESOURCE_NOT_FOUND: {
    status: 404,
    severity: 'information',
    issue: 'not-found',
    display: 'Resource not found',
  },
  INVALIDATED_RESOURCE: {
    status: 404,
    issue: 'processing',
    display:
      'Resource that has been marked as invalid was requested - invalid resources cannot be retrieved',
  },
  MISSING_VALUE: { status: 400, issue: 'required', display: 'Required value is missing' },
  INVALID_VALUE: { status: 400, issue: 'value', display: 'Provided value is invalid' },
  ADDITIONAL_PROPERTIES: {
    status: 400,
    issue: 'invariant',
    display: 'Additional properties should not be included',
  },
  UNSUPPORTED_SERVICE: { status: 400, issue: 'processing', display: 'Unsupported Service' },
  UNSUPPORTED_REQUEST: {
    status: 400,
    issue: 'value',
    display: 'The request is not one that is supported.',
  },
  INVALID_SEARCH_DATA: { status: 400, issue: 'value', display: 'Search data is invalid' },
  TOO_MANY_MATCHES: {
    status: 200,
    severity: 'information',
    issue: 'multiple-matches',
    display: 'Too Many Matches',
  },
  INVALID_UPDATE: { status: 400, issue: 'structure', display: 'Update is invalid' },
  PRECONDITION_FAILED: {
    status: 412,
    issue: 'structure',
    display: 'Required condition was not fulfilled',
  },
  RESOURCE_VERSION_MISMATCH: {
    status: 409,
    issue: 'conflict',
    display: 'Resource version supplied does not match actual version',
  },
  FORBIDDEN_UPDATE: {
    status: 403,
    severity: 'information',
    issue: 'forbidden',
    display: 'Update is forbidden',
  },
  ACCESS_DENIED: { status: 401, issue: 'forbidden', display: 'Access Denied - Unauthorised' },
  INVALID_METHOD: { status: 403, issue: 'forbidden', display: '' },
  SINGLE_MATCH: { status: 200, issue: 'value', display: 'Single match found' },
  MULTIPLE_MATCHES: { status: 200, issue: 'value', display: 'Multiple matches found' },
  INVALID_CREATE: { status: 400, issue: 'value', display: 'Patient create data is invalid' },
  TOO_FEW_VALUES_SUBMITTED: { status: 400, issue: 'value', display: 'Too few values submitted' },
  TOO_MANY_VALUES_SUBMITTED: { status: 400, issue: 'value', display: 'Too many values submitted' },
  UNSUPPORTED_CHARACTERS_IN_FIELD: {
    status: 400,
    issue: 'value',
    display: 'Unsupported characters in field',
  },
  UNSUPPORTED_VALUE: { status: 400, issue: 'value', display: 'Unsupported value' },
  VALIDATION_ERROR: { status: 400, issue: 'value', display: 'Validation error' },
  INSERT_BIRTH_DEATH_STATUS_INCONSISTENT: {
    status: 400,
    issue: 'processing',
    display: 'INSERT_BIRTH_DEATH_STATUS_INCONSISTENT',
  },
  UNABLE_TO_CALL_SERVICE: { status: 408, issue: 'timeout', display: 'Unable to call service' },
  TOO_MANY_REQUESTS: { status: 429, issue: 'value', display: 'Too many requests' },
  SERVICE_UNAVAILABLE: { status: 503, issue: 'timeout', display: 'Service unavailable' },
  UNKNOWN_ERROR: { status: 500, issue: 'unknown', display: 'Unknown Error' },
} as const satisfies Record<string, OutcomeRow>;

type OutcomeRow = {
  readonly status: number;
  /** `error` unless it says otherwise. */
  readonly severity?: 'information';
  readonly issue: string;
  readonly display: string;
};

export type OutcomeCode = keyof typeof OUTCOMES;

/** One such answer; `status`, `issue` and `display` only where they are not the usual ones. */
export type Refusal = {
  readonly code: OutcomeCode;
  readonly diagnostics?: string;
  readonly status?: number;
  readonly issue?: string;
  readonly display?: string;
};

const CODES = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode';

export function statusOf({ code, status }: Refusal): number {
  return status ?? OUTCOMES[code].status;
}

/** The OperationOutcome that says so: one issue, one coding [PDS 9]. */
export function outcomeBody({ code, diagnostics, issue, display }: Refusal): JsonMap {
  const row: OutcomeRow = OUTCOMES[code];
  const coding = { system: CODES, version: '1', code, display: display ?? row.display };
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: row.severity ?? 'error',
        code: issue ?? row.issue,
        details: { coding: [coding] },
        ...(diagnostics === undefined ? {} : { diagnostics }),
      },
    ],
  };
}

export function missingValue(field: string): Refusal {
  return { code: 'MISSING_VALUE', diagnostics: `Missing value - '${field}'` };
}

export function invalidValue(value: string, field: string): Refusal {
  return { code: 'INVALID_VALUE', diagnostics: `Invalid value - '${value}' in field '${field}'` };
}

export function tooFew(value: readonly Json[], field: string): Refusal {
  return {
    code: 'TOO_FEW_VALUES_SUBMITTED',
    diagnostics: `Too few values submitted - ${quoted(value)} in field '${field}'`,
  };
}

export function tooMany(value: readonly Json[], field: string): Refusal {
  return {
    code: 'TOO_MANY_VALUES_SUBMITTED',
    diagnostics: `Too many values submitted - ${quoted(value)} in field '${field}'`,
  };
}

const LITERAL_MAX = 200; // letters of a value that is quoted

function quoted(value: readonly Json[]): string {
  const text = pythonLiteral([...value]);
  return text.length > LITERAL_MAX ? '<json too long to display>' : text; // [PDS 7.1]
}

/** Members or parameters that have no place there [PDS 5.1, 6.1]. */
export function additional(names: readonly string[]): Refusal {
  const list = names.map((name) => `'${name}'`).join(', ');
  const were = names.length === 1 ? 'was' : 'were';
  const text = `Additional properties are not allowed (${list} ${were} unexpected)`;
  return { code: 'ADDITIONAL_PROPERTIES', diagnostics: `Invalid request with error - ${text}` };
}

export function invalidUpdate(text: string): Refusal {
  return { code: 'INVALID_UPDATE', diagnostics: `Invalid update with error - ${text}` };
}

export function forbiddenUpdate(text: string): Refusal {
  return { code: 'FORBIDDEN_UPDATE', diagnostics: `Forbidden update with error - ${text}` };
}

export function invalidSearch(text: string): Refusal {
  return {
    code: 'INVALID_SEARCH_DATA',
    diagnostics: `Invalid search data provided - '${text}'`,
  };
}

/** Line breaks and other characters that steer and are not written; those that no JSON of ours holds are refused before [PDS 9]. */
export function unsupportedCharacters(value: string, field: string): Refusal | null {
  if (!/\p{Cc}/u.test(value)) return null;
  const diagnostics = `Unsupported characters - '${value}' in field '${field}'`;
  return { code: 'UNSUPPORTED_CHARACTERS_IN_FIELD', diagnostics };
}

/** What cannot be read now [PDS 9]. */
export const UNREADABLE: Refusal = { code: 'UNABLE_TO_CALL_SERVICE' };

/** What cannot be written now, and may be tried again with the same X-Request-ID [PDS 9]. */
export const UNAVAILABLE: Refusal = {
  code: 'SERVICE_UNAVAILABLE',
  diagnostics:
    "The downstream domain processing has not completed within the configured timeout period. Using the same 'X-Request-ID' header, retry your request after the time specified by the 'Retry-After' response header.",
};

export const RETRY_AFTER_SECONDS = 5; // [PDS 1.2]

export function isOutcomeCode(text: string): text is OutcomeCode {
  return Object.hasOwn(OUTCOMES, text);
}
