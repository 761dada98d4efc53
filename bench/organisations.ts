import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Installation, startInstallation } from './installation.ts';
import { writeOrganisations } from '../src/directory/generate/cli.ts';
import type { OdsFile } from '../src/directory/ods/file/handle.ts';
import { importOds } from '../src/directory/ods/handle.ts';
import { openBulkLoad } from '../src/platform/bulk-load.ts';

const ORGANISATIONS = 300_000; // about as many as the national directory has
const SEED = 1;

type Pass = {
  readonly seconds: number;
  readonly perSecond: number;
  readonly cpuSeconds: number;
  readonly databaseCpuSeconds: number | null;
};

/** Imports a generated directory into an installation that runs: first all of it is new, then nothing is. */
export async function benchOrganisations(isJson: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'openspine-bench-ods-'));
  const installation = await startInstallation();
  try {
    const path = join(folder, 'organisations.json');
    await writeOrganisations(path, ORGANISATIONS, SEED);
    const { size } = await stat(path);
    const file = { path, name: 'organisations.json', form: 'json' } as const;
    const first = await importOnce(installation, file, ORGANISATIONS);
    const again = await importOnce(installation, file, 0);
    const results = {
      organisations: ORGANISATIONS,
      megabytes: Math.round(size / 1e6),
      first,
      again,
    };
    process.stdout.write(`${isJson ? JSON.stringify(results) : textOf(results)}\n`);
  } finally {
    await installation.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws unless it took as many new ones as it must, and refused nothing. */
async function importOnce(installation: Installation, file: OdsFile, added: number): Promise<Pass> {
  const load = await openBulkLoad(installation.databaseUrl);
  try {
    const before = await installation.meters();
    const cpu = process.cpuUsage();
    const begun = performance.now();
    const onProgress = (_file: OdsFile, { rows }: { readonly rows: number }): void => {
      if (rows % 50_000 === 0) process.stderr.write(`  ${rows} rows\n`);
    };
    const report = await importOds(load, [file], { at: new Date(), onProgress });
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const after = await installation.meters();
    if (!report.ok) throw new Error(report.error);
    const {
      files: [one],
      waiting,
    } = report.value;
    if (one?.added !== added || one.refused.length > 0 || waiting.length > 0) {
      throw new Error(`imported otherwise than it should be: ${JSON.stringify(one).slice(0, 500)}`);
    }
    const databaseCpuSeconds =
      before.databaseMs === null || after.databaseMs === null
        ? null
        : (after.databaseMs - before.databaseMs) / 1000;
    return {
      seconds,
      perSecond: ORGANISATIONS / seconds,
      cpuSeconds: (user + system) / 1e6,
      databaseCpuSeconds,
    };
  } finally {
    await load.close();
  }
}

function textOf({
  organisations,
  megabytes,
  first,
  again,
}: {
  readonly organisations: number;
  readonly megabytes: number;
  readonly first: Pass;
  readonly again: Pass;
}): string {
  const line = (what: string, pass: Pass): string => {
    const { seconds, perSecond, cpuSeconds, databaseCpuSeconds: database } = pass;
    const cpu = `our CPU ${cpuSeconds.toFixed(1)} s, the database's ${database?.toFixed(1) ?? '-'} s`;
    return `${what}: ${seconds.toFixed(1)} s, ${perSecond.toFixed(0)}/s; ${cpu}`;
  };
  return [
    `${organisations} organisations, ${megabytes} MB of ORD records`,
    line('all of them new', first),
    line('the same file again', again),
  ].join('\n');
}
