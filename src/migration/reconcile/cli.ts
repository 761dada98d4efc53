import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { storeCommand } from '../../installation/store-command.ts';
import type { Database } from '../../platform/database.ts';
import { KEY, openNamed } from '../named-dump.ts';
import { signingKeyIn } from '../signing-key.ts';
import { readSigned, writeSigned } from '../signed-file.ts';
import { reconcile, type Reconciled } from './reconcile.ts';
import { reportJson } from './report.ts';
import { keepReport, totals } from './repository.ts';

/** The two stores are not the same [MIGRATION 7]. */
const DIFFERENCES = 8;
const NOT_VERIFIED = 12;

const REPORT = {
  flag: 'report',
  value: 'file',
  help: 'where the signed report goes; its key lies beside it',
  default: 'reconciliation.json',
} as const;

/** `version` is that of the program. */
export function reconcileCommand(version: string): Command {
  return storeCommand({
    name: 'migrate reconcile',
    summary: 'compare each id of an export with the store, and sign what was found',
    usage: '<export>',
    options: [KEY, REPORT],
    examples: [
      {
        line: 'spine migrate reconcile ./export --key key.pem',
        explanation: 'reads both stores, and writes reconciliation.json with its signature',
      },
      {
        line: 'spine migrate reconcile ./export --key key.pem --report after-cutover.json',
        explanation: 'another report; each names the one before it in its folder',
      },
      {
        line: 'openssl pkeyutl -verify -pubin -inkey report-key.pem -rawin -in reconciliation.json -sigfile reconciliation.json.sig',
        explanation: 'anybody can verify it',
      },
    ],
    work: (invocation, database) => run(invocation, database, version),
  });
}

async function run(invocation: Invocation, database: Database, version: string): Promise<number> {
  const { words, output } = invocation;
  const [folder] = words;
  if (folder === undefined) {
    output.progress('spine migrate reconcile: name the folder of the export');
    return EXIT.wrongUse;
  }
  const file = textOption(invocation, REPORT.flag) ?? REPORT.default;
  const dump = await openNamed(invocation, folder);
  const started = new Date();
  const found = await reconcile(database, dump, (ids) => {
    if (ids % SHOW_EVERY_IDS === 0) output.progress(`${ids} ids compared`);
  });
  const ended = new Date();
  const { exportId } = dump.manifest;
  const reportId = randomUUID();
  const report = reportJson(dump, found, {
    ...(await totals(database, exportId)),
    reportId,
    version,
    started: started.toISOString(),
    ended: ended.toISOString(),
    seconds: Math.max(1, ended.getTime() - started.getTime()) / 1000,
    previous: existsSync(file)
      ? createHash('sha256')
          .update(await readFile(file))
          .digest('hex')
      : null,
  });
  await writeSigned(file, report, await signingKeyIn(dirname(file)));
  const { changeSeq, differences } = found;
  const kept = { reportId, exportId, changeSeq, differences: differences.length };
  await keepReport(database, kept);
  output.result(linesOf(found, file), report);
  return found.differences.length === 0 ? EXIT.ok : DIFFERENCES;
}

const SHOW_EVERY_IDS = 50_000;

function linesOf(
  { ids, events, differences, explained, buckets }: Reconciled,
  file: string,
): string {
  const classes = Object.entries(explained).map(([name, count]) => `${name} ${count}`);
  const shown = differences
    .slice(0, 20)
    .map(({ id, what }) => `  ${id === '' ? 'store' : id}: ${what}`);
  return [
    `${ids} ids and ${events} events compared: ${differences.length} differences, ${buckets.differing} of 4096 buckets differ`,
    `explained by class: ${classes.length === 0 ? 'none' : classes.join(', ')}`,
    ...shown,
    `signed report: ${file}`,
  ].join('\n');
}

/** `spine migrate verify-report`: needs no store and no network. */
export const verifyReportCommand: Command = {
  name: 'migrate verify-report',
  summary: 'check that a report is what was signed',
  usage: '<report>',
  options: [{ ...KEY, help: 'public key of who signed it; otherwise the one beside it' }],
  examples: [
    {
      line: 'spine migrate verify-report reconciliation.json',
      explanation: 'by the key beside it',
    },
    {
      line: 'spine migrate verify-report reconciliation.json --key report-key.pem',
      explanation: 'by a key that you were given',
    },
    {
      line: 'spine migrate verify-report reconciliation.json -o json',
      explanation: 'with all that it says',
    },
  ],
  async run(invocation) {
    const { words, output } = invocation;
    const [file] = words;
    if (file === undefined) {
      output.progress('spine migrate verify-report: name the report');
      return EXIT.wrongUse;
    }
    const key = textOption(invocation, KEY.flag) ?? join(dirname(file), 'report-key.pem');
    try {
      const report = await readSigned(file, await readFile(key, 'utf8'));
      output.result(`${file} is what was signed`, report);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      output.progress(`spine migrate verify-report: ${error.message}`);
      return NOT_VERIFIED;
    }
  },
};
