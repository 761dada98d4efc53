import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import { readFile } from 'node:fs/promises';
import { openBulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { UnknownRow } from '../fold/shape.ts';
import { Trouble } from '../../platform/trouble.ts';
import { settle } from '../beside/handle.ts';
import { besideLines } from '../beside/lines.ts';
import { KEY, keyOf, openNamed } from '../named-dump.ts';
import { catchUp } from './catch-up.ts';
import { progressLine } from './progress.ts';
import { FeedGap } from './read-feed.ts';

const GAP = 7; // [MIGRATION 7]
const UNKNOWN = 6; // as a load that is stopped by the limit of a class, which is none here [MIGRATION 4, 7]

/** `spine migrate catch-up`: what changed in the old store since its export [MIGRATION 7]. */
export const catchUpCommand: Command = auditedCommand({
  name: 'migrate catch-up',
  summary:
    'apply the changes of an old store since its export, each once and in whole transactions',
  usage: '<export> <feed>',
  options: [KEY],
  examples: [
    {
      line: 'spine migrate catch-up ./export ./feed --key key.pem',
      explanation: 'all that the feed has by now; again for what has come since',
    },
    {
      line: 'spine migrate catch-up ./export ./feed --key key.pem -o json',
      explanation: 'how far it has come, for a program',
    },
    {
      line: 'spine migrate reconcile ./export --key key.pem',
      explanation: 'afterwards: both stores as they are now',
    },
  ],
  work: run,
});

async function run(invocation: Invocation, database: Database, url: string): Promise<number> {
  const { words, output } = invocation;
  const [folder, feed] = words;
  if (folder === undefined || feed === undefined) {
    output.progress('spine migrate catch-up: name the folder of the export and that of the feed');
    return EXIT.wrongUse;
  }
  const dump = await openNamed(invocation, folder);
  const publicKeyPem = await readFile(keyOf(invocation), 'utf8');
  const bulk = await openBulkLoad(url);
  try {
    const begun = performance.now();
    const at = { folder: feed, publicKeyPem, isMeasured: true } as const;
    const done = await catchUp(bulk, dump, at, (followed) =>
      output.progress(progressLine(followed, (performance.now() - begun) / 1000)),
    );
    const seconds = (performance.now() - begun) / 1000;
    const beside = await settle(database, dump.manifest, new Date());
    const perSecond = Math.round(done.changes / seconds);
    output.result(
      [
        `${done.changes} changes of ${done.ids} ids are applied, up to change ${done.to}: ${perSecond} a second`,
        ...besideLines(beside),
      ].join('\n'),
      { ...done, beside, seconds, perSecond },
    );
    return EXIT.ok;
  } catch (error) {
    const code = error instanceof FeedGap ? GAP : error instanceof UnknownRow ? UNKNOWN : null;
    if (code === null || !(error instanceof Trouble)) throw error;
    output.progress(`spine migrate catch-up: ${error.message}; ${error.remedy}`);
    return code;
  } finally {
    await bulk.close();
  }
}
