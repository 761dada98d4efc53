import { fail, ok, type Result } from '../../kernel/result.ts';
import { addMonths, type LondonDate, parseLondonDate } from '../../kernel/london.ts';
import { NHS_NUMBER_SYSTEM } from '../codes.ts';
import { firstFault, unknownMember } from '../fields/members.ts';
import type { Query } from '../gate/ask.ts';
import { at, type Json, type JsonMap, listAt, textAt } from '../json.ts';
import { invalidSearch, invalidValue, missingValue, type Refusal, tooMany } from '../outcome.ts';
import { pythonText } from '../python.ts';

/** The number of `subscriber:identifier=…`; null when the query is not exactly that [PDS 8.2]. */
export function coverageNumber(query: Query): string | null {
  const names = Object.keys(query);
  const value = query['subscriber:identifier'];
  const isOne = names.length === 1 && typeof value === 'string' && /^\d{10}$/.test(value);
  return isOne ? value : null;
}

export const WRONG_QUERY: Refusal = invalidSearch(
  'Coverage search request must follow the format /Coverage?subscriber:identifier=NHS_NUMBER',
);

/** What must be there, in the order in which it is told [PDS 8.2]. */
const REQUIRED: readonly (readonly (string | number)[])[] = [
  ['identifier', 0, 'value'],
  ['beneficiary', 'identifier', 'value'],
  ['status'],
  ['subscriber', 'identifier', 'value'],
  ['period'],
];
const MEMBERS = [
  'resourceType',
  'status',
  'subscriber',
  'identifier',
  'payor',
  'beneficiary',
  'period',
  'type',
];
const CARD_NUMBER = /^[a-zA-Z0-9\-,/:'. ]{1,25}$/;
const INSTITUTION = /^[a-zA-Z0-9\-,/:'. ]{1,30}$/;
const YEARS = 150; // to either side of today [PDS 8.2]

/** Reads a Coverage that is to be kept; of what is sent only that which is answered again is kept [PDS 8.2]. */
export function readCoverage(body: JsonMap, today: LondonDate): Result<JsonMap, Refusal> {
  const missing = REQUIRED.find((steps) => at(body, ...steps) === undefined);
  if (missing !== undefined) return fail(missingValue(missing.join('/')));
  const fault = firstFault([unknownMember(body, MEMBERS), valueFault(body, today)]);
  if (fault !== null) return fail(fault);
  const country = textAt(body, 'identifier', 0, 'assigner', 'identifier', 'value');
  return ok({
    resourceType: 'Coverage',
    status: 'active',
    subscriber: {
      type: 'Patient',
      identifier: {
        system: NHS_NUMBER_SYSTEM,
        value: textAt(body, 'subscriber', 'identifier', 'value'),
      },
    },
    identifier: [
      {
        value: textAt(body, 'identifier', 0, 'value'),
        assigner: {
          identifier: { system: 'urn:iso:std:iso:3166', value: country },
          display: COUNTRIES[country] ?? country,
        },
      },
    ],
    payor: [{ identifier: { value: textAt(body, 'payor', 0, 'identifier', 'value') } }],
    beneficiary: {
      type: 'Patient',
      identifier: { value: textAt(body, 'beneficiary', 'identifier', 'value') },
    },
    period: { end: textAt(body, 'period', 'end') },
  });
}

function valueFault(body: JsonMap, today: LondonDate): Refusal | null {
  const payors = listAt(body, 'payor');
  const identifiers = listAt(body, 'identifier');
  if (identifiers.length > 1) return tooMany(identifiers, 'identifier');
  if (payors.length > 1) return tooMany(payors, 'payor');
  const end = at(body, 'period', 'end');
  const country = ['identifier', 0, 'assigner', 'identifier', 'value'];
  return firstFault([
    shaped(body, ['status'], /^active$/),
    shaped(body, ['identifier', 0, 'value'], CARD_NUMBER),
    shaped(body, country, /^[A-Z]{3}$/),
    shaped(body, ['payor', 0, 'identifier', 'value'], INSTITUTION),
    shaped(body, ['beneficiary', 'identifier', 'value'], /^.{1,25}$/u),
    isNear(end, today) ? null : invalidValue(pythonText(end), 'period/end'),
  ]);
}

function shaped(body: Json, steps: readonly (string | number)[], shape: RegExp): Refusal | null {
  const value = at(body, ...steps);
  if (value === undefined) return missingValue(steps.join('/'));
  const isRight = typeof value === 'string' && shape.test(value);
  return isRight ? null : invalidValue(pythonText(value), steps.join('/'));
}

function isNear(day: Json | undefined, today: LondonDate): boolean {
  if (typeof day !== 'string' || parseLondonDate(day) === null) return false;
  return day >= addMonths(today, -12 * YEARS) && day <= addMonths(today, 12 * YEARS);
}

/** Whose cover is recognised here. */
const COUNTRIES: Readonly<Record<string, string>> = {
  AUT: 'Austria',
  BEL: 'Belgium',
  BGR: 'Bulgaria',
  CHE: 'Switzerland',
  CYP: 'Cyprus',
  CZE: 'Czechia',
  DEU: 'Germany',
  DNK: 'Denmark',
  ESP: 'Spain',
  EST: 'Estonia',
  FIN: 'Finland',
  FRA: 'France',
  GBR: 'United Kingdom',
  GRC: 'Greece',
  HRV: 'Croatia',
  HUN: 'Hungary',
  IRL: 'Ireland',
  ISL: 'Iceland',
  ITA: 'Italy',
  LIE: 'Liechtenstein',
  LTU: 'Lithuania',
  LUX: 'Luxembourg',
  LVA: 'Latvia',
  MLT: 'Malta',
  NLD: 'Netherlands',
  NOR: 'Norway',
  POL: 'Poland',
  PRT: 'Portugal',
  ROU: 'Romania',
  SVK: 'Slovakia',
  SVN: 'Slovenia',
  SWE: 'Sweden',
};
