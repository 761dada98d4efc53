import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import { type BulkLoad, openBulkLoad } from '../../platform/bulk-load.ts';
import { classCounts } from '../cut-over/repository.ts';
import { planIn } from '../plan/cli.ts';
import { byPlan, type Plan } from '../plan/plan.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { KEY, openNamed } from '../named-dump.ts';
import type { Database } from '../../platform/database.ts';
import { settle } from '../beside/handle.ts';
import { UnknownRow } from '../fold/shape.ts';
import { besideLines } from '../beside/lines.ts';
import { inWorkers } from './in-workers.ts';
import { load, type Progress } from './load.ts';
import { idsIn, progressLine } from './progress.ts';

const WORKERS = {
  flag: 'workers',
  value: 'number',
  help: 'parts that are loaded side by side, each by a thread and a connection of its own',
  default: '2',
} as const;
const WORKERS_MAX = 64;
const PLAN = {
  flag: 'plan',
  value: 'file',
  help: 'a signed plan: what is chosen for dirty classes',
} as const;
const CLASS_LIMIT = 6; // [MIGRATION 7]

/** `spine migrate load`: the bulk of an old store into an empty one [MIGRATION 7]. */
export const loadCommand: Command = auditedCommand({
  name: 'migrate load',
  summary: 'load an export of an old store into an empty one; goes on where it was ended',
  usage: '<export>',
  options: [KEY, WORKERS, PLAN],
  examples: [
    {
      line: 'spine migrate load ./old-store/export --key ./old-store/export-key.pem',
      explanation: 'all of it, or what is left of it after a crash',
    },
    {
      line: 'spine migrate load ./export --key key.pem --workers 8',
      explanation: 'on a machine with more cores',
    },
    {
      line: 'DATABASE_URL=postgres://… spine migrate load ./export --key key.pem',
      explanation: 'into a database of your own, which spine up has prepared',
    },
  ],
  work: run,
});

async function run(invocation: Invocation, database: Database, url: string): Promise<number> {
  const { words, output } = invocation;
  const [folder] = words;
  if (folder === undefined) {
    output.progress('spine migrate load: name the folder of the export');
    return EXIT.wrongUse;
  }
  const workers = Number(textOption(invocation, WORKERS.flag));
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= WORKERS_MAX)) {
    output.progress(`spine migrate load: --workers is a number from 1 to ${WORKERS_MAX}`);
    return EXIT.wrongUse;
  }
  const planFile = textOption(invocation, PLAN.flag);
  const plan = planFile === null ? null : await planIn(planFile);
  const exported = await openNamed(invocation, folder);
  const dump = plan === null ? exported : byPlan(exported, plan);
  const bulk = await openBulkLoad(url);
  try {
    return await loadAll(invocation, { bulk, database, url, dump, plan, workers });
  } catch (error) {
    if (!(error instanceof UnknownRow)) throw error;
    output.progress(`spine migrate load: ${error.message}`);
    output.progress(`what to do: ${error.remedy}`);
    return CLASS_LIMIT;
  } finally {
    await bulk.close();
  }
}

type Loading = {
  readonly bulk: BulkLoad;
  readonly database: Database;
  readonly url: string;
  readonly dump: Dump;
  readonly plan: Plan | null;
  readonly workers: number;
};

async function loadAll(
  { output }: Invocation,
  { bulk, database, url, dump, plan, workers }: Loading,
): Promise<number> {
  const total = idsIn(dump.manifest.tables);
  const begun = performance.now();
  let shown = begun;
  const show = (progress: Progress): void => {
    const now = performance.now();
    if (now - shown < SHOW_EVERY_MS) return;
    shown = now;
    output.progress(progressLine(progress, total, (now - begun) / 1000));
  };
  const done = await load(bulk, dump, show, inWorkers(url, dump, workers));
  const seconds = (performance.now() - begun) / 1000;
  const beside = await settle(database, dump.manifest, new Date());
  const wrong = plan === null ? [] : await notAsPlanned(database, plan);
  if (wrong.length > 0) {
    output.progress(`spine migrate load: not as the plan has it: ${wrong.join('; ')}`);
    return CLASS_LIMIT;
  }
  const perSecond = Math.round(done.written / seconds);
  const megabytes = Math.ceil(process.resourceUsage().maxRSS / KILOBYTES);
  output.result(
    [
      `${done.ids} ids are in the store, ${done.written} of them by this run: ${perSecond} a second, with at most ${megabytes} MB of memory`,
      ...besideLines(beside),
    ].join('\n'),
    { ...done, beside, seconds, perSecond, megabytes, exportId: dump.manifest.exportId },
  );
  return EXIT.ok;
}

/** Classes of which more came than the plan counts; of ids that changed since nothing is known here. */
async function notAsPlanned(database: Database, plan: Plan): Promise<string[]> {
  const { classes, touched } = await classCounts(database, plan.exportId);
  const planned = new Map(plan.classes.map((one) => [one.class, one.count]));
  return [...classes].flatMap(([name, { count }]) => {
    const most = (planned.get(name) ?? 0) + touched;
    return count > most ? [`${count} of class ${name} where ${most} were counted`] : [];
  });
}

const SHOW_EVERY_MS = 5000;
const KILOBYTES = 1000; // in a megabyte
