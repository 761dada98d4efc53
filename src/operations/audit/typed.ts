import type { FieldError } from '../../pages/index.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import { instantIn } from '../london-fields.ts';
import { numberOf } from './look/number.ts';

/** What is looked for, as it was typed into the page. */
export type Typed = Readonly<Record<(typeof FIELDS)[number], string>>;

const FIELDS = [
  'patient',
  'user',
  'organisation',
  'prescription',
  'interaction',
  'request',
  'since',
  'until',
] as const;

export function typedIn(query: (name: string) => string): Typed {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an entry for each field
  return Object.fromEntries(FIELDS.map((field) => [field, query(field).trim()])) as Typed;
}

export function isNothing(typed: Typed): boolean {
  return FIELDS.every((field) => typed[field] === '');
}

/** What is wrong with it, in the order of the fields. */
export function problemsOf(typed: Typed): FieldError[] {
  const { patient, request, since, until } = typed;
  const [from, end] = [instantIn(since), instantIn(until)];
  const problems: (FieldError | null)[] = [
    patient !== '' && numberOf(patient) === null
      ? { field: 'patient', text: 'Enter an NHS number, such as 999 000 0018' }
      : null,
    request !== '' && parseUuid(request) === null
      ? { field: 'request', text: 'Enter an id such as 0f7d4a3e-9a5b-4c57-8a44-2f4f0a9d2f10' }
      : null,
    since !== '' && from === null ? { field: 'since', text: DATE_AND_TIME } : null,
    until !== '' && end === null ? { field: 'until', text: DATE_AND_TIME } : null,
    from !== null && end !== null && end <= from
      ? { field: 'until', text: 'The end must come after the beginning' }
      : null,
  ];
  return problems.filter((one) => one !== null);
}

const DATE_AND_TIME = 'Enter a date and a time in London';

/** The same search again, at another address; of what came before a line alone, where that is named. */
export function addressOf(path: string, typed: Typed, before: number | null): string {
  const given = FIELDS.flatMap((field) => (typed[field] === '' ? [] : [[field, typed[field]]]));
  if (before !== null) given.push(['before', String(before)]);
  return `${path}?${new URLSearchParams(given).toString()}`;
}
