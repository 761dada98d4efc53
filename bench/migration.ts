import { fileURLToPath } from 'node:url';

import { migrate } from '../src/platform/migrate.ts';
import { openBulkLoad } from '../src/platform/bulk-load.ts';
import { TARGETS } from '../src/migration/load/targets.ts';
import { migrationOf2014, type Ran } from '../src/migration/scenario/scenario.ts';
import { SCHEMAS } from '../src/schemas.ts';

const SIZES = [10_000, 100_000, 1_000_000] as const;
const AS_OF_MS = Date.UTC(2014, 7, 24, 2);

type Measured = Ran & {
  /** PostgreSQL's own COPY of the same rows into the same tables, which are as empty as they were. */
  readonly copySeconds: number;
  /** Rate of the load by that of COPY. */
  readonly ofCopy: number;
  /** Of the old store's changes since its export. */
  readonly changesPerSecond: number;
};

/** How long it takes to move an old store, and how that grows; beside it COPY of the same rows in the same run. */
export async function benchMigration(most: number, isJson: boolean): Promise<void> {
  const all: Measured[] = [];
  for (const prescriptions of SIZES.filter((size) => size <= most)) {
    all.push(await measure(prescriptions));
  }
  process.stdout.write(`${isJson ? JSON.stringify(all) : all.map(lineOf).join('\n')}\n`);
}

async function measure(prescriptions: number): Promise<Measured> {
  const amount = {
    prescriptions,
    seed: 1,
    dirt: 1,
    kills: 0,
    asOfMs: AS_OF_MS,
    pharmacies: 9000,
    changing: 0.01,
  };
  let copySeconds = 0;
  const parts = {
    prepare: (url: string) => migrate(url, SCHEMAS),
    program: PROGRAM,
    afterLoad: async (url: string) => {
      copySeconds = await copyAgain(url);
    },
  };
  const ran = await migrationOf2014(amount, parts, (line) => process.stderr.write(`${line}\n`));
  const ofCopy = Math.round((copySeconds / ran.seconds.load) * 100) / 100;
  const changesPerSecond = Math.round(ran.changes / ran.seconds.catchUp);
  return { ...ran, copySeconds, ofCopy, changesPerSecond };
}

const PROGRAM = fileURLToPath(new URL('../bin/spine.ts', import.meta.url));

/** Seconds that the server needs for the rows that are there, from a file of its own. */
async function copyAgain(url: string): Promise<number> {
  const bulk = await openBulkLoad(url);
  const run = (text: string): Promise<object[]> => bulk.all({ text, values: [] });
  try {
    const [where] = await bulk.all<{ folder: string }>({
      text: `select current_setting('data_directory') as folder`,
      values: [],
    });
    let seconds = 0;
    for (const [name, { table, columns: types }] of Object.entries(TARGETS)) {
      const columns = `(${Object.keys(types).join(', ')})`;
      const file = `${where?.folder ?? ''}/${name}.copy`;
      await run(`copy ${table} ${columns} to '${file}'`);
      await run(`create table bench_${name} (like ${table} including all)`);
      const begun = performance.now();
      await run(`copy bench_${name} ${columns} from '${file}'`);
      seconds += (performance.now() - begun) / 1000;
    }
    return Math.round(seconds * 100) / 100;
  } finally {
    await bulk.close();
  }
}

function lineOf(measured: Measured): string {
  const { prescriptions, loadedPerSecond, loadMegabytes, ofCopy, copySeconds } = measured;
  const { seconds, changes, changesPerSecond, judged } = measured;
  const { lost, doubled, reappeared, differences } = measured;
  return [
    `${prescriptions} prescriptions: loaded in ${seconds.load} s (${loadedPerSecond} a second), ${ofCopy} of COPY (${copySeconds} s), with at most ${loadMegabytes} MB of memory`,
    `  ${changes} changes applied in ${seconds.catchUp} s (${changesPerSecond} a second), compared in ${seconds.reconcile} s`,
    `  ${judged} signatures judged in ${seconds.signatures} s (${Math.round(judged / seconds.signatures)} a second), in two threads`,
    `  switched in ${seconds.cutOver} s, nobody could write for ${seconds.writeStop} s; asked for by all pharmacies in ${seconds.poll} s`,
    `  lost ${lost}, doubled ${doubled}, came again ${reappeared}, differences ${differences}`,
  ].join('\n');
}
