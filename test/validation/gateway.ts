import { currentKey, signAccessToken } from '../../src/identity/index.ts';
import type { AccessTokenClaims } from '../../src/identity/index.ts';
import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import { ORDER, RETURN } from '../bad-input/kinds.ts';
import {
  type Answer,
  type CallOptions,
  LEGACY,
  PRESCRIBING,
  startSpine,
  type TestSpine,
} from '../support/server.ts';
import { OF_NOTHING_ELSE, type Rule } from './catalogued.ts';
import { invalid } from './rule.ts';

/** What the gateway tells before anything of a message is looked at [EPS-FHIR 5.1]. */
const SYSTEM = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode';

function told(code: string, display: string | null, issue: Partial<Issue> = {}): Issue {
  const coding = { system: SYSTEM, version: '1', code, ...(display === null ? {} : { display }) };
  return { severity: 'error', code: 'value', details: { coding: [coding] }, ...issue };
}

type Options = CallOptions & { readonly path?: string };
type Asked = Options | ((spine: TestSpine) => Promise<Options>);

function gate(when: string, status: number, issue: Issue, asked: Asked): Rule {
  return {
    ...OF_NOTHING_ELSE,
    message: ORDER.name,
    source: '[EPS-FHIR 5.1]',
    when,
    status,
    issues: [issue],
    send: async (spine, facts) => {
      const options = typeof asked === 'function' ? await asked(spine) : asked;
      const { path = `${LEGACY}${ORDER.path}` } = options;
      return spine.call(path, { body: ORDER.build(facts), ...options });
    },
  };
}

/** The same of a return and of a search, which are behind the same gate. */
function everywhere(
  when: string,
  status: number,
  issue: Issue,
  headers: CallOptions['headers'] = {},
): Rule[] {
  const posted = gate(when, status, issue, { headers });
  return [
    posted,
    {
      ...posted,
      message: RETURN.name,
      send: (spine, facts) =>
        spine.call(`${LEGACY}${RETURN.path}`, {
          as: RETURN.as,
          body: RETURN.build(facts),
          headers,
        }),
    },
    {
      ...posted,
      message: 'tracker search',
      send: (spine) => spine.call(`${LEGACY}/Task?identifier=A`, { headers }),
    },
  ];
}

/** With a token of the installation's own that says something else. */
function withToken(changes: Partial<AccessTokenClaims>, at = (): Date => new Date()) {
  return async ({ database }: TestSpine): Promise<Options> => {
    const claims = { ...claimsOf(PERSONAS.prescriber, null), ...changes };
    const token = signAccessToken(await currentKey(database), claims, at());
    return { headers: { authorization: `Bearer ${token}` } };
  };
}

function denied(diagnostics: string): Issue {
  return told('ACCESS_DENIED', 'Access Denied - Unauthorised', { code: 'forbidden', diagnostics });
}

const NO_REQUEST_ID = told('MISSING_FIELD', 'X-Request-ID header missing or malformed', {
  severity: 'fatal',
});
const HOUR_MS = 3_600_000;
const TWO_ROLES = [1, 2].map((n) => ({
  id: `55550000000${n}`,
  organisation: 'A83008',
  job: 'R8000',
  activities: [],
}));

const WHO: readonly Rule[] = [
  ...everywhere('there is no X-Request-ID', 400, NO_REQUEST_ID, { 'x-request-id': undefined }),
  ...everywhere('the X-Request-ID is no GUID', 400, NO_REQUEST_ID, { 'x-request-id': 'ABC' }),
  ...everywhere('there is no token', 401, denied('Invalid access token'), {
    authorization: undefined,
  }),
  ...everywhere('the token is not of this service', 401, denied('Invalid Access Token'), {
    authorization: 'Bearer a.b.c',
  }),
  gate(
    'the token is an hour old',
    401,
    denied('Access Token expired'),
    withToken({}, () => new Date(Date.now() - HOUR_MS)),
  ),
  ...everywhere(
    'the role is none of the user’s',
    400,
    told('INVALID_VALUE', 'Provided value is invalid', {
      diagnostics: "Invalid value - '1' in header 'NHSD-Session-URID'",
    }),
    { 'nhsd-session-urid': '1' },
  ),
  gate(
    'the user has several roles, and none is named',
    400,
    told('MISSING_VALUE', null, { diagnostics: "Missing value in header 'NHSD-Session-URID'" }),
    withToken({ roles: TWO_ROLES }),
  ),
  gate(
    'the application has no ASID',
    400,
    told('MISSING_VALUE', null, {
      diagnostics: 'No ASID is associated with your app. Please contact support.',
    }),
    withToken({ asid: null }),
  ),
];

/** Sent to a service of its own whose database is taken away. */
async function withoutDatabase(body: object): Promise<Answer> {
  const lone = await startSpine();
  await lone.drop();
  const answer = await lone.call(`${LEGACY}${ORDER.path}`, { body });
  await lone.datacentre.close();
  return answer;
}

const LIVE = 'live, one request a minute';
const TRIALS = 'Invalid headers: x-skip-validation, x-raw-response.';

const SERVED: readonly Rule[] = [
  {
    ...gate(
      'the application has had its requests of this minute (the limit is a setting)',
      429,
      told('TOO_MANY_REQUESTS', 'Too many requests'),
      {},
    ),
    on: LIVE,
    before: [async (spine) => void (await spine.call(`${LEGACY}/Task?identifier=A`))],
  },
  {
    ...gate(
      'it has headers that are for trying things out, and the service is live',
      403,
      {
        severity: 'error',
        code: 'invalid',
        details: {
          coding: [
            {
              system: SYSTEM,
              code: 'MISSING_OR_INVALID_HEADER',
              display: 'There is a header missing or invalid',
            },
          ],
        },
        diagnostics: TRIALS,
      },
      {
        path: `${PRESCRIBING}${ORDER.path}`,
        headers: { 'x-raw-response': 'true', 'x-skip-validation': 'true' },
      },
    ),
    on: LIVE,
  },
  {
    ...gate(
      'the database is away (Retry-After: 5)',
      503,
      told('SERVICE_UNAVAILABLE', null, {
        code: 'timeout',
        diagnostics:
          'The service cannot answer just now. Send the same request again, with the same X-Request-ID.',
      }),
      {},
    ),
    send: (_spine, facts) => withoutDatabase(ORDER.build(facts)),
  },
];

const SERVER_ERROR: Issue = {
  severity: 'fatal',
  code: 'exception',
  details: {
    coding: [
      {
        system: 'https://fhir.nhs.uk/CodeSystem/http-error-codes',
        code: 'SERVER_ERROR',
        display: '500: The Server has encountered an error processing the request.',
      },
    ],
  },
};
const BODY_MAX_BYTES = 1_048_576;
const NO_JSON = 'Failed to parse JSON encoded FHIR content: Unexpected token in JSON';

const ADDRESSED: readonly Rule[] = [
  gate('it is no JSON', 400, invalid(NO_JSON), { body: '<Bundle xmlns="http://hl7.org/fhir"/>' }),
  gate('there is no such path', 500, SERVER_ERROR, { path: `${LEGACY}/$nothing` }),
  gate('the method is another', 500, SERVER_ERROR, { method: 'PUT' }),
  gate('it is longer than 1 MiB', 500, SERVER_ERROR, { body: ' '.repeat(BODY_MAX_BYTES + 1) }),
  {
    ...OF_NOTHING_ELSE,
    message: 'any',
    source: '[EPS-FHIR 5.1]',
    when: 'the path is none of the API',
    status: 404,
    issues: [told('NOT_FOUND', 'Resource not found', { code: 'not-found' })],
    send: (spine) => spine.call('/fhir-prescribing/nothing'),
  },
  {
    ...OF_NOTHING_ELSE,
    message: '_poll',
    source: '[EPS-FHIR 2.1]',
    when: 'an answer is asked for later: each comes at once',
    issues: [
      told('INTERACTION_NOT_SUPPORTED', null, { severity: 'information', code: 'informational' }),
    ],
    send: (spine) => spine.call('/electronic-prescriptions/_poll/1', { as: 'dispenser' }),
  },
];

export const GATEWAY: readonly Rule[] = [...WHO, ...SERVED, ...ADDRESSED];
