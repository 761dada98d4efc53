import { type Command, EXIT, type Invocation, textOption } from '../../../cli/command.ts';
import { storeCommand } from '../../../installation/store-command.ts';
import { parseUuid } from '../../../kernel/uuid.ts';
import type { AuditRow } from '../../../platform/audit/entry.ts';
import type { Database } from '../../../platform/database.ts';
import { numbersOf } from '../../../prescriptions/index.ts';
import { RANGE, timeOf } from '../options.ts';
import { byCommand, type Wanted } from '../repository.ts';
import { search, type Told, whoLooked } from './handle.ts';
import { numberOf } from './number.ts';

const LINES_MAX = 10_000;
const LINES_DEFAULT = '100';

/** Who did or saw what; whoever looks leaves a line of their own. */
export const lookCommands: readonly Command[] = [
  storeCommand({
    name: 'audit search',
    summary: 'find lines of the audit trail: who did or saw what of whom, the latest first',
    options: [
      {
        flag: 'patient',
        value: 'nhs-number',
        help: 'of the patient, and of records merged with it',
      },
      { flag: 'user', value: 'id', help: 'of a person, twelve digits' },
      { flag: 'organisation', value: 'ods', help: 'in whose name' },
      { flag: 'prescription', value: 'id', help: 'short-form id' },
      { flag: 'interaction', value: 'name', help: 'as patient-search or PORX_IN020101SM31' },
      { flag: 'request', value: 'uuid', help: 'X-Request-ID, or the id of a message' },
      ...RANGE,
      { flag: 'limit', value: 'n', help: `lines, up to ${LINES_MAX}`, default: LINES_DEFAULT },
    ],
    examples: [
      {
        line: 'spine audit search --user 555086689106 --from 2026-11-29',
        explanation: 'what one person did',
      },
      {
        line: 'spine audit search --prescription 83C40E-A23856-00123C -o json',
        explanation: 'all that was done with one prescription',
      },
      {
        line: 'spine audit search --organisation A83008 --interaction patient-search',
        explanation: 'whom a practice looked for',
      },
    ],
    work: searched,
  }),
  storeCommand({
    name: 'audit patient',
    summary:
      'show who saw or changed the records of a patient, when and for what, as the patient is told',
    usage: '<nhs-number>',
    options: [...RANGE],
    examples: [
      { line: 'spine audit patient 9990000018', explanation: 'the latest first' },
      {
        line: "spine audit patient '999 000 0018' --from 2026-01-01",
        explanation: 'of one year; a number as it is written on paper',
      },
      {
        line: 'spine audit patient 9990000018 -o json',
        explanation: 'for a letter to the patient',
      },
    ],
    work: ofPatient,
  }),
];

async function searched(invocation: Invocation, database: Database): Promise<number> {
  const { output } = invocation;
  const wanted = await wantedOf(invocation, database);
  const limit = Number(textOption(invocation, 'limit'));
  const problem =
    typeof wanted === 'string'
      ? wanted
      : Number.isInteger(limit) && limit >= 1 && limit <= LINES_MAX
        ? null
        : `--limit is a number from 1 to ${LINES_MAX}`;
  if (problem !== null || typeof wanted === 'string') {
    output.progress(`spine audit search: ${problem}`);
    return EXIT.wrongUse;
  }
  const how = { most: limit, before: null, withinMs: null };
  const { rows } = await search(database, wanted, how, byCommand('audit search'));
  output.result(rows.map(lineOf).join('\n'), rows);
  return EXIT.ok;
}

/** A text is what is wrong. */
async function wantedOf(invocation: Invocation, database: Database): Promise<Wanted | string> {
  const option = (flag: string): string | null => textOption(invocation, flag);
  const [from, to] = [timeOf('from', option('from')), timeOf('to', option('to'))];
  if (!from.ok) return from.error;
  if (!to.ok) return to.error;
  const typed = option('patient');
  const patient = typed === null ? null : numberOf(typed);
  if (typed !== null && patient === null) return `--patient is an NHS number, not "${typed}"`;
  const request = option('request');
  if (request !== null && parseUuid(request) === null) return '--request is a UUID';
  return {
    from: from.value,
    to: to.value,
    user: option('user'),
    organisation: option('organisation')?.toUpperCase() ?? null,
    interaction: option('interaction'),
    prescription: option('prescription')?.toUpperCase() ?? null,
    request,
    patient: patient === null ? null : await numbersOf(database, patient),
  };
}

function lineOf(row: AuditRow): string {
  const { recordedAt, interaction, userId, organisation, asid, session, sourceAddress } = row;
  const who = userId ?? asid ?? session ?? '-';
  const from = sourceAddress === null ? '' : ` from ${sourceAddress}`;
  const whom = row.prescriptionId ?? row.nhsNumber ?? '-';
  return `${recordedAt.slice(0, 19)}Z  ${interaction}  ${who} of ${organisation ?? '-'}${from}  ${whom}  ${row.outcome}`;
}

async function ofPatient(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const nhsNumber = numberOf(words[0] ?? '');
  const range = await wantedOf(invocation, database);
  if (nhsNumber === null || typeof range === 'string') {
    const problem = typeof range === 'string' ? range : 'name an NHS number';
    output.progress(`spine audit patient: ${problem}`);
    return EXIT.wrongUse;
  }
  const asked = { nhsNumber, from: range.from, to: range.to, most: LINES_MAX };
  const told = await whoLooked(database, asked, byCommand('audit patient'));
  if (told.length === LINES_MAX) {
    output.progress(`These are the latest ${LINES_MAX}; --to shows earlier ones.`);
  }
  output.result(told.map(toldLine).join('\n'), told);
  return EXIT.ok;
}

function toldLine(told: Told): string {
  const { at, organisation, organisationName, user, interaction, outcome, prescription } = told;
  const where = organisation === null ? '' : ` of ${organisationName ?? organisation}`;
  const what = prescription === null ? '' : ` of prescription ${prescription}`;
  return `${at.slice(0, 19)}Z  ${user ?? 'nobody'}${where}: ${interaction}${what}, ${outcome}`;
}
