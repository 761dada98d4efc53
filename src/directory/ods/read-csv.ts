import { type LondonDate, parseLondonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { ODS_CODE } from '../organisation.ts';
import { readCsvLine } from './csv-line.ts';
import {
  type Link,
  type OdsItem,
  type OdsRecord,
  recordFault,
  type Role,
  type RowFault,
} from './record.ts';

/** The reports that can be read, with what each says of an organisation beside its columns [SDS 2.3]. */
export const REPORTS = {
  edispensary: { what: 'pharmacies and appliance contractors', parent: null, recordClass: 1 },
  epharmacyhq: { what: 'headquarters of pharmacies', parent: null, recordClass: 1 },
  epraccur: { what: 'prescribing cost centres', parent: 'RE4', recordClass: 1 },
  ebranchs: { what: 'branch surgeries', parent: 'RE6', recordClass: 2 },
} as const satisfies Record<
  string,
  { readonly what: string; readonly parent: string | null; readonly recordClass: 1 | 2 }
>;

export type Report = keyof typeof REPORTS;

const COLUMNS = 27;

/** Status of column 13: open or closed, or neither [SDS 2.3]. */
const STATUSES: Readonly<Record<string, 'open' | 'closed' | 'waiting'>> = {
  A: 'open',
  ACTIVE: 'open',
  C: 'closed',
  CLOSED: 'closed',
  D: 'waiting',
  DORMANT: 'waiting',
  P: 'waiting',
  PROPOSED: 'waiting',
};

/** Reads a line of a report: 27 columns without a head [SDS 2.3]. */
export function readCsvRow(line: string, report: Report): Result<OdsItem, RowFault> {
  const fields = readCsvLine(line);
  if (!fields.ok) return fail({ ods: null, reason: fields.error });
  const column = (number: number): string => (fields.value[number - 1] ?? '').trim();
  const ods = column(1).toUpperCase();
  const wrong = (reason: string) => fail({ ods: ODS_CODE.test(ods) ? ods : null, reason });
  if (fields.value.length !== COLUMNS) {
    return wrong(`it has ${fields.value.length} columns, not ${COLUMNS}`);
  }
  const state = STATUSES[column(13).toUpperCase()];
  if (state === undefined) return wrong(`column 13: "${printable(column(13))}" is no status`);
  const days = [11, 12, 16, 17].map((number) => dayOf(column(number)));
  if (days.includes(undefined)) return wrong('a day is not written as 20260329, or is none');
  const [openedOn = null, closedOn = null, joinedOn = null, leftOn = null] = days;
  if (state === 'closed' && closedOn === null) return wrong('it is closed, and no day says when');
  const roles = rolesOf(column(14), column(26), report);
  if (!roles.ok) return wrong(roles.error);
  const isActive = state === 'open';
  const record = recordOf(column, report, {
    openedOn,
    closedOn,
    isActive,
    roles: roles.value.map((one) => ({ ...one, isActive, startsOn: openedOn, endsOn: closedOn })),
  });
  const fault = recordFault(record, ODS_CODE);
  if (fault !== null) return wrong(fault);
  const parent = column(15).toUpperCase();
  if (parent === '') return ok({ record, links: [], refused: [] });
  if (!ODS_CODE.test(parent) || parent === ods) {
    const reason = `column 15: "${printable(parent)}" cannot be its parent`;
    return ok({ record, links: [], refused: [reason] });
  }
  return ok({ record, links: [linkOf(record, parent, report, { joinedOn, leftOn })], refused: [] });
}

type Parts = Pick<OdsRecord, 'openedOn' | 'closedOn' | 'isActive' | 'roles'>;

function recordOf(column: (number: number) => string, report: Report, parts: Parts): OdsRecord {
  return {
    ods: column(1).toUpperCase(),
    name: column(2),
    recordClass: REPORTS[report].recordClass,
    addressLines: [5, 6, 7].map(column).filter(Boolean),
    city: column(8),
    county: column(9),
    postcode: column(10).toUpperCase(),
    country: '',
    telephone: column(18) === '' ? null : column(18),
    contacts: [],
    lastChangedOn: null,
    ...parts,
  };
}

type Stay = { readonly joinedOn: LondonDate | null; readonly leftOn: LondonDate | null };

function linkOf(
  record: OdsRecord,
  parent: string,
  report: Report,
  { joinedOn, leftOn }: Stay,
): Link {
  return {
    kind: 'relation',
    ods: record.ods,
    uniqueId: `csv:${parent}`,
    relationId: REPORTS[report].parent,
    target: parent,
    isActive: leftOn === null && record.closedOn === null,
    startsOn: joinedOn ?? record.openedOn,
    endsOn: leftOn ?? record.closedOn,
  };
}

type RoleName = Pick<Role, 'roleId' | 'uniqueId' | 'isPrimary'>;

/** Settings of prescribing cost centres that were numbers before they were roles [SDS 2.3, 3]. */
const SETTINGS: Readonly<Record<string, string>> = { '1': 'RO87', '2': 'RO80', '4': 'RO76' };
const ROLE = /^RO\d{1,4}$/;

function rolesOf(subType: string, setting: string, report: Report): Result<RoleName[], string> {
  const role = (roleId: string, isPrimary: boolean) => ({ roleId, uniqueId: roleId, isPrimary });
  switch (report) {
    case 'edispensary':
      return subType === 'RO182' || subType === 'RO94'
        ? ok([role(subType, true)])
        : fail(
            `column 14: "${printable(subType)}" is neither RO182 (pharmacy) nor RO94 (appliance contractor)`,
          );
    case 'epharmacyhq':
      return ok([role('RO181', true)]);
    case 'ebranchs':
      return ok([role('RO96', true)]);
    case 'epraccur': {
      const further = SETTINGS[setting] ?? setting;
      if (!ROLE.test(further)) return ok([role('RO177', true)]);
      return ok([role('RO177', true), role(further, false)]);
    }
  }
}

/** Undefined: it is no day. */
function dayOf(text: string): LondonDate | null | undefined {
  if (text === '') return null;
  if (!/^\d{8}$/.test(text)) return undefined;
  return parseLondonDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`) ?? undefined;
}

/** What a file says, as it may be shown on a terminal. */
function printable(text: string): string {
  return text.slice(0, 20).replaceAll(/\p{Cc}/gu, '?');
}
