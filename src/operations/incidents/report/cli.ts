import { writeFileSync } from 'node:fs';

import { type Command, EXIT, type Invocation, textOption } from '../../../cli/command.ts';
import { statusCommand } from '../../../installation/status-folder.ts';
import { findStore } from '../../../installation/store-command.ts';
import { type Database, DatabaseUnavailable, openDatabase } from '../../../platform/database.ts';
import { messageOf } from '../../../platform/trouble.ts';
import { parseNumber } from '../../numbers.ts';
import { incidentsIn } from '../../record.ts';
import { openStore, type Store } from '../../store/repository.ts';
import { refused, wrong } from '../answers.ts';
import type { Incident } from '../incident.ts';
import { writeReport, type Written } from './handle.ts';

const PATIENCE_MS = 5_000;

/** The report that is due after every incident of severity 1 or 2 [EXPERIENCE 6.4]. */
export const reportCommand: Command = statusCommand({
  name: 'incident report',
  summary: 'write the report of an incident from its events, with the proof that nothing was lost',
  usage: '<number>',
  options: [{ flag: 'out', value: 'file', help: 'where the report goes; else it is printed' }],
  examples: [
    { line: 'spine incident report INC-20141016-01', explanation: 'Markdown' },
    {
      line: 'spine incident report INC-20141016-01 --out report.md',
      explanation: 'into a file, for people to write the cause and the prevention',
    },
    {
      line: 'spine incident report INC-20141016-01 -o json',
      explanation: 'with every row of the reconciliation',
    },
  ],
  work: async (invocation, folder) => {
    const number = parseNumber(invocation.words[0] ?? '', 'INC');
    if (!number.ok) return wrong(invocation, number.error);
    const store = openStore(folder);
    try {
      const incident = incidentsIn(store).find((one) => one.number === number.value);
      if (incident === undefined) return refused(invocation, { kind: 'NotFound' });
      return tell(invocation, await written(invocation, store, incident));
    } finally {
      store.close();
    }
  },
});

/** The report is written without the database too: it says so. */
async function written(invocation: Invocation, store: Store, incident: Incident): Promise<Written> {
  const found = findStore(invocation);
  const now = new Date();
  if ('problem' in found) return writeReport(store, incident, { database: null, now });
  const database: Database = openDatabase({
    url: found.url,
    connections: 1,
    connectWithinMs: PATIENCE_MS,
  });
  try {
    return await writeReport(store, incident, { database, now });
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    return writeReport(store, incident, { database: null, now });
  } finally {
    await database.close();
  }
}

function tell(invocation: Invocation, { report, reconciliation }: Written): number {
  const { output } = invocation;
  const file = textOption(invocation, 'out');
  if (file === null) {
    output.result(report, { report, reconciliation });
    return EXIT.ok;
  }
  try {
    writeFileSync(file, report, { flag: 'wx' });
  } catch (error) {
    return wrong(invocation, `--out: ${messageOf(error)}`);
  }
  output.result(`The report: ${file}`, { file, reconciliation });
  return EXIT.ok;
}
