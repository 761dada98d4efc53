import { readFile } from 'node:fs/promises';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { openBulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { Trouble } from '../../platform/trouble.ts';
import { auditedCommand } from '../audit/cli.ts';
import { KEY, openNamed } from '../named-dump.ts';
import { checkSignatures } from './check.ts';
import { judgeInWorkers } from './in-workers.ts';
import { badWords, progressLine } from './progress.ts';
import { judgedIn } from './repository.ts';

export const AUTHORITIES = {
  flag: 'authorities',
  value: 'file',
  help: 'certificates of whoever certified the prescribers of the old store, in PEM',
} as const;
const WORKERS = {
  flag: 'workers',
  value: 'number',
  help: 'threads that judge side by side',
  default: '2',
} as const;
const WORKERS_MAX = 64;

/** `spine migrate check-signatures`: of all orders that were loaded, before any is handed out [MIGRATION 3]. */
export const checkSignaturesCommand: Command = auditedCommand({
  name: 'migrate check-signatures',
  summary:
    'judge the signature of each order that was loaded, and hold those that are not good; goes on where it was ended',
  usage: '<export> <feed>',
  options: [KEY, AUTHORITIES, WORKERS],
  examples: [
    {
      line: 'spine migrate check-signatures ./export ./feed --key key.pem --authorities prescribers.pem',
      explanation: 'all of them, or what is left after a crash; a catch-up judges what it brings',
    },
    {
      line: 'spine migrate check-signatures ./export ./feed --key key.pem --authorities more.pem',
      explanation: 'all once more, by other authorities',
    },
    { line: 'spine migrate holds', explanation: 'what is held since' },
  ],
  work: run,
});

async function run(invocation: Invocation, database: Database, url: string): Promise<number> {
  const { words, output } = invocation;
  const [folder, feed] = words;
  const workers = Number(textOption(invocation, WORKERS.flag));
  if (folder === undefined || feed === undefined) {
    output.progress(
      'spine migrate check-signatures: name the folder of the export and that of the feed',
    );
    return EXIT.wrongUse;
  }
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= WORKERS_MAX)) {
    output.progress(
      `spine migrate check-signatures: --workers is a number from 1 to ${WORKERS_MAX}`,
    );
    return EXIT.wrongUse;
  }
  const authorities = await authoritiesOf(invocation);
  const dump = await openNamed(invocation, folder);
  const judging = await judgeInWorkers(authorities, workers);
  const bulk = await openBulkLoad(url);
  try {
    const { judge } = judging;
    const begun = performance.now();
    let shown = begun;
    const done = await checkSignatures(bulk, dump, { feed, authorities, judge }, (checked) => {
      const now = performance.now();
      if (now - shown < SHOW_EVERY_MS) return;
      shown = now;
      output.progress(progressLine(checked, (now - begun) / 1000));
    });
    const seconds = (performance.now() - begun) / 1000;
    const perSecond = Math.round(done.now / seconds);
    const { bad } = await judgedIn(database, dump.manifest.exportId);
    output.result(
      [
        `${done.judged} orders are judged, ${done.now} of them by this run: ${perSecond} a second`,
        `not signed as they should be, and held (D20): ${badWords(bad)}`,
      ].join('\n'),
      { ...done, bad, seconds, perSecond },
    );
    return EXIT.ok;
  } finally {
    await bulk.close();
    await judging.close();
  }
}

const SHOW_EVERY_MS = 5000;

/** The authorities that were named, and those that this Spine goes by; throws `Trouble` where none are named. */
export async function authoritiesOf(invocation: Invocation): Promise<string> {
  const file = textOption(invocation, AUTHORITIES.flag);
  if (file === null) {
    throw new Trouble(
      'by whose word the signatures of the old orders count is not said',
      'name the certificates of those authorities: --authorities <file>',
    );
  }
  const own = process.env['OPENSPINE_SIGNATURE_AUTHORITIES'] ?? '';
  const files = own === '' ? [file] : [file, own];
  const texts = await Promise.all(files.map((one) => readFile(one, 'utf8')));
  return texts.map((text) => text.trim()).join('\n');
}
