import { readFileSync } from 'node:fs';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { statusFolderNamed } from '../../installation/status-folder.ts';
import { storeCommand } from '../../installation/store-command.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { messageOf } from '../../platform/trouble.ts';
import type { Incident } from '../incidents/incident.ts';
import { INSTANT, parseWhen } from '../options.ts';
import { parseNumber } from '../numbers.ts';
import { incidentsIn } from '../record.ts';
import { openStore } from '../store/repository.ts';
import { type Asked, reconcile } from './handle.ts';
import { csvOf, isBalanced, type Reconciliation, textOf } from './reconciliation.ts';

const DAY_MS = 86_400_000;
const ROWS_MAX = 100_000;
const ROWS_DEFAULT = '50';

/** After an incident: what each site should look at, and the proof that nothing was lost [EXPERIENCE 6.6]. */
export const reconcileCommand: Command = storeCommand({
  name: 'reconcile',
  summary: 'list for each site what was not taken, returned, doubled or is safe to send again',
  options: [
    { flag: 'site', value: 'ods', help: 'of one site' },
    { flag: 'asid', value: 'asid', help: 'of the systems of one supplier, by their ASID' },
    { flag: 'incident', value: 'number', help: 'from when it began until it was over' },
    { flag: 'since', value: 'instant', help: 'from then on; a day ago if nothing is said' },
    { flag: 'until', value: 'instant', help: 'until then; now if nothing is said' },
    { flag: 'sent', value: 'file', help: 'ids of messages that the site sent, one a line' },
    { flag: 'limit', value: 'n', help: 'rows of each kind', default: ROWS_DEFAULT },
  ],
  formats: ['csv'],
  examples: [
    {
      line: 'spine reconcile --incident INC-20141016-01',
      explanation: 'all sites; ends with 5 if anything received is neither stored nor rejected',
    },
    {
      line: 'spine reconcile --site FA565 --since 2014-10-16T06:00:00Z -o csv',
      explanation: 'of one pharmacy, for a spreadsheet',
    },
    {
      line: 'spine reconcile --asid 200000001234 --sent ids.txt -o json',
      explanation: 'of one system, with what it sent and nobody received',
    },
  ],
  work: run,
});

async function run(invocation: Invocation, database: Database): Promise<number> {
  const { output } = invocation;
  const asked = askedOf(invocation, new Date());
  if (!asked.ok) {
    output.progress(`spine reconcile: ${asked.error}`);
    return EXIT.wrongUse;
  }
  const found = await reconcile(database, asked.value);
  tell(invocation, found);
  return isBalanced(found.balance) ? EXIT.ok : EXIT.verificationFailed;
}

function tell({ output }: Invocation, found: Reconciliation): void {
  if (output.format === 'csv') output.raw(csvOf(found).trimEnd());
  else output.result(textOf(found), found);
}

function askedOf(invocation: Invocation, now: Date): Result<Asked, string> {
  const window = windowOf(invocation, now);
  if (!window.ok) return window;
  const most = Number(textOption(invocation, 'limit'));
  if (!Number.isInteger(most) || most < 1 || most > ROWS_MAX) {
    return fail(`--limit is a number from 1 to ${ROWS_MAX}`);
  }
  const file = textOption(invocation, 'sent');
  const sent = file === null ? ok([]) : idsIn(file);
  if (!sent.ok) return sent;
  return ok({
    ...window.value,
    site: textOption(invocation, 'site')?.toUpperCase() ?? null,
    asid: textOption(invocation, 'asid'),
    most,
    sent: sent.value,
  });
}

function windowOf(
  invocation: Invocation,
  now: Date,
): Result<Pick<Asked, 'from' | 'until'>, string> {
  const of = incidentOf(invocation);
  if (!of.ok) return of;
  const [since, until] = [textOption(invocation, 'since'), textOption(invocation, 'until')];
  const start = since === null ? (of.value?.beganAt ?? null) : parseWhen(since);
  const end = until === null ? (of.value?.resolvedAt ?? null) : parseWhen(until);
  if (since !== null && start === null) return fail(`--since is ${INSTANT}, not "${since}"`);
  if (until !== null && end === null) return fail(`--until is ${INSTANT}, not "${until}"`);
  const window = {
    from: new Date(start ?? now.getTime() - DAY_MS),
    until: new Date(end ?? now),
  };
  return window.from < window.until ? ok(window) : fail('--since must be before --until');
}

/** Null: none is named. */
function incidentOf(invocation: Invocation): Result<Incident | null, string> {
  const typed = textOption(invocation, 'incident');
  if (typed === null) return ok(null);
  const number = parseNumber(typed, 'INC');
  if (!number.ok) return number;
  const folder = statusFolderNamed(invocation);
  if (folder === null) return fail('OPENSPINE_STATUS_FOLDER names no folder with incidents');
  const store = openStore(folder);
  try {
    const incident = incidentsIn(store).find((one) => one.number === number.value);
    return incident === undefined ? fail(`${number.value} is not known here`) : ok(incident);
  } finally {
    store.close();
  }
}

const IDS_MAX = 100_000;

/** The ids of a file, one a line. */
function idsIn(file: string): Result<Uuid[], string> {
  try {
    const lines = readFileSync(file, 'utf8').split(/\r?\n/);
    const words = lines.map((line) => line.trim()).filter((line) => line !== '');
    const ids = words.map(parseUuid);
    const wrong = ids.indexOf(null);
    if (wrong !== -1) return fail(`--sent: "${words[wrong]}" is no id of a message (a UUID)`);
    if (words.length > IDS_MAX) return fail(`--sent takes at most ${IDS_MAX} ids`);
    return ok(ids.filter((id) => id !== null));
  } catch (error) {
    return fail(`--sent: ${messageOf(error)}`);
  }
}
