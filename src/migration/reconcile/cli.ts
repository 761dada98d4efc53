import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import type { Database } from '../../platform/database.ts';
import { openSnapshot } from '../../platform/snapshot.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { KEY, openNamed } from '../named-dump.ts';
import { signingKeyIn } from '../signing-key.ts';
import { readSigned, settleSigned, writeSigned } from '../signed-file.ts';
import { levelsOf, reconcile, type Reconciled } from './reconcile.ts';
import { reportJson } from './report.ts';
import { keepReport, totals } from './repository.ts';
import { isWhole, SCOPE_OPTIONS, scopeOf, scopeWords } from './scope.ts';

/** The two stores are not the same [MIGRATION 7]. */
const DIFFERENCES = 8;

const REPORT = {
  flag: 'report',
  value: 'file',
  help: 'where the signed report goes, its key beside it; else reconciliation.json, or reconciliation-part.json',
} as const;

/** `version` is that of the program. */
export function reconcileCommand(version: string): Command {
  return auditedCommand({
    name: 'migrate reconcile',
    summary: 'compare each id of an export with the store, and sign what was found',
    usage: '<export> [<feed>]',
    options: [KEY, REPORT, ...SCOPE_OPTIONS],
    examples: [
      {
        line: 'spine migrate reconcile ./export ./feed --key key.pem',
        explanation: 'reads both stores, and writes reconciliation.json with its signature',
      },
      {
        line: 'spine migrate reconcile ./export --key key.pem --level L2,L4 --bucket 1742',
        explanation: 'opens one bucket: what either store says of each id that differs',
      },
      {
        line: 'spine migrate reconcile ./export --key key.pem --org FA565',
        explanation:
          'all that one organisation prescribed, has, had or waits for, and its download',
      },
    ],
    work: (invocation, database, url) => run(invocation, { database, url, version }),
  });
}

type Of = { readonly database: Database; readonly url: string; readonly version: string };

async function run(invocation: Invocation, of: Of): Promise<number> {
  const { words, output } = invocation;
  const [folder, feed] = words;
  const scope = scopeOf(invocation);
  if (folder === undefined || !scope.ok) {
    const problem = scope.ok ? 'name the folder of the export' : scope.error;
    output.progress(`spine migrate reconcile: ${problem}`);
    return EXIT.wrongUse;
  }
  const otherwise = isWhole(scope.value) ? 'reconciliation.json' : 'reconciliation-part.json';
  const file = textOption(invocation, REPORT.flag) ?? otherwise;
  const exported = await openNamed(invocation, folder);
  const dump = feed === undefined ? exported : { ...exported, feed };
  const started = new Date();
  const signingKey = await signingKeyIn(dirname(file));
  const previous = await previousOf(file, signingKey);
  const snapshot = await openSnapshot(of.url);
  try {
    const found = await reconcile(snapshot, dump, shownIn(invocation), scope.value);
    const counted = await totals(snapshot, dump.manifest.exportId);
    const when = { ...circumstancesOf(started), previous };
    const report = reportJson(dump, found, { ...counted, ...when, version: of.version });
    // The gates know of it only once it is signed: killed before that, it is compared once more.
    await writeSigned(file, report, signingKey);
    if (isWhole(scope.value)) await keep(of.database, when.reportId, { dump, found });
    output.result(linesOf(found, file), report);
    return found.differences.length === 0 ? EXIT.ok : DIFFERENCES;
  } finally {
    await snapshot.close();
  }
}

function shownIn({ output }: Invocation): (ids: number) => void {
  return (ids) => {
    if (ids % SHOW_EVERY_IDS === 0) output.progress(`${ids} ids compared`);
  };
}

function circumstancesOf(started: Date) {
  const ended = new Date();
  return {
    reportId: randomUUID(),
    started: started.toISOString(),
    ended: ended.toISOString(),
    seconds: Math.max(1, ended.getTime() - started.getTime()) / 1000,
  };
}

/**
 * SHA-256 of the report under this name, which the next one names; null for the first. What is not signed is never taken
 * for a report: throws `Trouble` for one that was altered.
 */
async function previousOf(file: string, key: string): Promise<string | null> {
  if (!existsSync(file)) return null;
  await settleSigned(file, key);
  await readSigned(file, key);
  const bytes = await readFile(file);
  return createHash('sha256').update(bytes).digest('hex');
}

/** For the gates of the switch: only what was compared whole counts there. */
async function keep(
  database: Database,
  reportId: string,
  { dump, found }: { readonly dump: Dump; readonly found: Reconciled },
): Promise<void> {
  const { changeSeq, differences } = found;
  await keepReport(database, {
    reportId,
    exportId: dump.manifest.exportId,
    changeSeq,
    differences: differences.length,
  });
}

const SHOW_EVERY_IDS = 50_000;

function linesOf(found: Reconciled, file: string): string {
  const { scope, ids, events, differences, explained, buckets } = found;
  const levels = levelsOf(found, 0)
    .filter((one) => one.differences > 0)
    .map(({ level, what, differences: some }) => `${level} ${what}: ${some} differences`);
  const classes = Object.entries(explained).map(([name, count]) => `${name} ${count}`);
  const shown = differences
    .slice(0, 20)
    .map(({ id, what }) => `  ${id === '' ? 'store' : id}: ${what}`);
  return [
    `${scopeWords(scope)}: ${ids} ids and ${events} events compared: ${differences.length} differences, ${buckets.differing} of 4096 buckets differ`,
    ...levels,
    `explained by class: ${classes.length === 0 ? 'none' : classes.join(', ')}`,
    ...shown,
    `signed report: ${file}`,
  ].join('\n');
}
