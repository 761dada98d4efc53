import { randomUUID } from 'node:crypto';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { findOrganisations, isClosedOn, type Organisation } from '../../directory/index.ts';
import { storeCommand } from '../../installation/store-command.ts';
import { present } from '../../kernel/bug.ts';
import { DISPENSING_SITES } from '../../kernel/dispensing-site.ts';
import { type LondonDate, londonDate, parseLondonDate } from '../../kernel/london.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { recordReading } from '../repository.ts';
import { FILE_READER } from '../told/repository.ts';
import {
  countNominations,
  type NominatedCount,
  type Nomination,
  nominationsOf,
  patientsNominating,
} from './repository.ts';

const LIST_MAX = 1_000;

/** What an operator finds out of nominations; who looks at patients leaves a line in the audit trail. */
export const nominationCommands: readonly Command[] = [
  storeCommand({
    name: 'nomination closed',
    summary: 'list dispensers that are closed and how many patients still have them nominated',
    options: [{ flag: 'on', value: 'yyyy-mm-dd', help: 'closed on this day; today if not said' }],
    examples: [
      { line: 'spine nomination closed', explanation: 'whose patients must nominate anew' },
      {
        line: 'spine nomination closed --on 2027-04-01 -o json',
        explanation: 'those too that close until then',
      },
      {
        line: 'DATABASE_URL=postgres://… spine nomination closed',
        explanation: 'in a database that is not of this machine',
      },
    ],
    work: closed,
  }),
  storeCommand({
    name: 'nomination list',
    summary: 'list the patients who have a dispenser nominated, 1,000 at a time',
    usage: '<ods-code>',
    options: [{ flag: 'after', value: 'nhs-number', help: 'from the one after this number' }],
    examples: [
      { line: 'spine nomination list FA565', explanation: 'with the kind of their nomination' },
      {
        line: 'spine nomination list FA565 --after 9990000018',
        explanation: 'the next ones of a long list',
      },
      {
        line: 'spine nomination list FA565 -o ndjson',
        explanation: 'a line each, for a letter to them',
      },
    ],
    work: listed,
  }),
  storeCommand({
    name: 'nomination history',
    summary: 'show which dispensers a patient nominated, when and through whom',
    usage: '<nhs-number>',
    options: [],
    examples: [
      { line: 'spine nomination history 9990000018', explanation: 'the first one first' },
      {
        line: "spine nomination history '999 000 0018'",
        explanation: 'as a number is written on paper',
      },
      {
        line: 'spine nomination history 9990000018 -o json',
        explanation: 'with the ids of the requests, which the audit trail has too',
      },
    ],
    work: history,
  }),
];

/** A dispenser that is closed, or that the directory does not say to be open yet, and who has it nominated. */
async function closed(invocation: Invocation, database: Database): Promise<number> {
  const { output } = invocation;
  const typed = textOption(invocation, 'on');
  const day = typed === null ? londonDate(new Date()) : parseLondonDate(typed);
  if (day === null) {
    output.progress('spine nomination closed: --on is a day, as 2027-04-01');
    return EXIT.wrongUse;
  }
  const counts = await countNominations(database, null);
  const rows = rowsOf(await closedAmong(database, counts, day), counts);
  const lines = rows.map(
    ({ ods, closedOn, patients, site, name }) =>
      `${ods.padEnd(8)} ${closedOn}  ${site} ${String(patients).padStart(7)}  ${name}`,
  );
  if (rows.length === 0) output.progress('No patient has a closed dispenser nominated.');
  output.result(lines.join('\n'), rows);
  return EXIT.ok;
}

async function closedAmong(
  database: Database,
  counts: readonly NominatedCount[],
  day: LondonDate,
): Promise<Map<string, Organisation>> {
  const codes = [...new Set(counts.map(({ ods }) => ods))];
  const known = await findOrganisations(database, codes);
  return new Map(known.filter((one) => isClosedOn(one, day)).map((one) => [one.ods, one]));
}

function rowsOf(
  organisations: ReadonlyMap<string, Organisation>,
  counts: readonly NominatedCount[],
) {
  return counts.flatMap(({ ods, site, patients }) => {
    const { name, closedOn } = organisations.get(ods) ?? { name: '', closedOn: null };
    return closedOn === null ? [] : [{ ods, name, closedOn, site, patients }];
  });
}

async function listed(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const ods = (words[0] ?? '').toUpperCase();
  const after = textOption(invocation, 'after') ?? '';
  if (ods === '' || (after !== '' && parseNhsNumber(after) === null)) {
    output.progress('spine nomination list: name an ODS code; --after is an NHS number');
    return EXIT.wrongUse;
  }
  const found = await patientsNominating(database, ods, { after, most: LIST_MAX });
  await looked(database, 'nomination-list', found);
  output.result(found.map(({ nhsNumber, site }) => `${nhsNumber}  ${site}`).join('\n'), found);
  return EXIT.ok;
}

async function history({ words, output }: Invocation, database: Database): Promise<number> {
  const nhsNumber = parseNhsNumber((words[0] ?? '').replaceAll(/[\s-]/g, ''));
  if (nhsNumber === null) {
    output.progress('spine nomination history: name an NHS number');
    return EXIT.wrongUse;
  }
  const found = await nominationsOf(database, nhsNumber);
  await looked(database, 'nomination-history', found.length === 0 ? [] : [{ nhsNumber }]);
  if (found.length === 0) output.progress('Nothing was ever nominated under this number.');
  output.result(found.map(lineOf).join('\n'), found);
  return EXIT.ok;
}

function lineOf({ site, ods, began, ended }: Nomination): string {
  const until = ended === null ? 'until now' : `until ${ended.at.slice(0, 16)} ${byOf(ended)}`;
  const note = began.consentNote === null ? '' : `\n    consent: ${began.consentNote}`;
  const kind = `${site} ${DISPENSING_SITES[site]}`;
  return `${kind}  ${ods}  from ${began.at.slice(0, 16)} ${byOf(began)}, ${until}${note}`;
}

/** Who it was, as far as one may know: the patient, or somebody of an organisation. */
function byOf({ access, userId, organisation, asid }: Nomination['began']): string {
  if (access === 'import') return 'with a file';
  if (access === 'migration') return 'in an older Spine';
  if (access === 'patient') return 'by the patient';
  return `by ${userId ?? asid ?? 'an application'} of ${organisation ?? 'no organisation'}`;
}

async function looked(
  database: Database,
  interaction: string,
  patients: readonly { readonly nhsNumber: string }[],
): Promise<void> {
  const act = {
    requestId: present(parseUuid(randomUUID()), 'UUID'),
    actor: { ...FILE_READER, session: `spine ${interaction.replace('-', ' ')}` },
    access: 'application',
    interaction,
    at: new Date(),
  } as const;
  const numbers = new Set(patients.map(({ nhsNumber }) => nhsNumber));
  await recordReading(database, act, [...numbers]);
}
