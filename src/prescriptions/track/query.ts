import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { invalidIssue, valueIssue } from '../fhir/rules.ts';
import { CODE, ID } from '../fhir/systems.ts';

/** What is searched for: all that is given must fit [EPS-FHIR 2.2]. */
export type TrackQuery = {
  readonly shortForms: readonly string[];
  readonly nhsNumber: string | null;
  readonly businessStatus: string | null;
  readonly authoredOn: readonly { readonly comparator: 'eq' | 'le' | 'ge'; readonly day: string }[];
};

type Raw = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Each parameter's system, which may stand before the value with a pipe; those that suffice alone come first. */
const SYSTEMS = {
  'focus:identifier': ID.shortForm,
  identifier: ID.shortForm,
  'patient:identifier': ID.nhsNumber,
  'business-status': CODE.businessStatus,
} as const;

const ALONE = ['focus:identifier', 'identifier', 'patient:identifier'] as const;

export function parseTrackQuery(raw: Raw): Result<TrackQuery, readonly Issue[]> {
  const issues = [...combinationIssues(raw), ...systemIssues(raw), ...dateIssues(raw)];
  if (issues.length > 0) return fail(issues);
  const shortForms = (['focus:identifier', 'identifier'] as const).flatMap((name) => {
    const value = valueOf(raw, name);
    return value === null ? [] : [value];
  });
  return ok({
    shortForms,
    nhsNumber: valueOf(raw, 'patient:identifier'),
    businessStatus: valueOf(raw, 'business-status'),
    authoredOn: all(raw['authored-on']).map(dateOf),
  });
}

function combinationIssues(raw: Raw): Issue[] {
  const hasOne = ALONE.some((name) => all(raw[name]).length > 0);
  const isRepeated = Object.keys(SYSTEMS).some((name) => all(raw[name]).length > 1);
  return [
    ...(hasOne
      ? []
      : [
          invalidIssue(
            `At least one of the following query parameters must be provided: ${ALONE.join(', ')}.`,
          ),
        ]),
    ...(isRepeated ? [invalidIssue('Invalid combination of query parameters.')] : []),
  ];
}

function systemIssues(raw: Raw): Issue[] {
  const wrong = Object.entries(SYSTEMS).filter(([name, system]) =>
    all(raw[name]).some((value) => value.includes('|') && !value.startsWith(`${system}|`)),
  );
  const isDateWithSystem = all(raw['authored-on']).some((value) => value.includes('|'));
  return [
    ...wrong.map(([name, system]) =>
      valueIssue(`Query parameter ${name} must have system ${system} if specified.`),
    ),
    ...(isDateWithSystem
      ? [valueIssue('Query parameter authored-on must not have a system specified.')]
      : []),
  ];
}

const DATE = /^(eq|le|ge)(\d{4}-\d{2}-\d{2})$/;

function dateIssues(raw: Raw): Issue[] {
  const isWrong = all(raw['authored-on']).some(
    (value) => !value.includes('|') && !DATE.test(value),
  );
  return isWrong
    ? [
        invalidIssue(
          'Value for date param authored-on should match pattern /(eq|le|ge)\\d{4}-\\d{2}-\\d{2}/.',
        ),
      ]
    : [];
}

function dateOf(value: string): TrackQuery['authoredOn'][number] {
  const [, comparator, day = ''] = DATE.exec(value) ?? [];
  return { comparator: comparator === 'le' || comparator === 'ge' ? comparator : 'eq', day };
}

function valueOf(raw: Raw, name: keyof typeof SYSTEMS): string | null {
  const [value] = all(raw[name]);
  return value === undefined ? null : (value.split('|').at(-1) ?? null);
}

function all(value: Raw[string]): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
