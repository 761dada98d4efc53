import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Database } from '../../platform/database.ts';
import type { Postgres } from '../../platform/postgres.ts';
import { originOf } from '../fold/fold-group.ts';
import { AUTHORITIES, dumpFolder, generateDump, TRUTH_AFTER } from '../generate/generate.ts';
import { newSigners } from '../generate/signers.ts';
import type { Truth } from '../generate/truth.ts';
import { load } from '../load/load.ts';
import { type Dump, openDump } from '../lx1/open-dump.ts';
import type { Plan } from '../plan/plan.ts';
import { judgeInWorkers } from '../signatures/in-workers.ts';
import { signingKeyIn } from '../signing-key.ts';
import { compare, type Compared } from './compare.ts';
import { pollAll, pollingSpine } from './poll.ts';
import {
  checkedBy,
  compared,
  followed,
  planFor,
  rigOf,
  stepsUpTo,
  stopped,
  type Switching,
} from './switch.ts';
import {
  killedLoad,
  type LoadSaid,
  loadToEnd,
  openPatient,
  stopwatch,
  withBulk,
  withThrowAwayStore,
} from './throw-away.ts';

export type Wanted = {
  readonly prescriptions: number;
  readonly seed: number;
  readonly asOfMs: number;
  readonly dirt: number;
  /** How often the load is killed before it may end. */
  readonly kills: number;
  readonly pharmacies: number;
  /** Share of the prescriptions without faults that change after the export. */
  readonly changing: number;
};

/** What a run is given by those who put the program together. */
export type Parts = {
  readonly prepare: (url: string) => Promise<unknown>;
  /** The program, for a load that is killed as a process: its path, started by Node. */
  readonly program: string;
  /** Something to measure while the store is as it was loaded. */
  readonly afterLoad?: (url: string) => Promise<void>;
};

export type Ran = Compared & {
  readonly prescriptions: number;
  readonly ids: number;
  /** Of the old store since its export. */
  readonly changes: number;
  /** Orders whose signature was judged. */
  readonly judged: number;
  readonly kills: number;
  /** Records that the second load wrote: none, or something is doubled. */
  readonly writtenAgain: number;
  readonly differences: number;
  readonly tripped: number;
  readonly loadedPerSecond: number;
  /** The most memory that the process of the load had. */
  readonly loadMegabytes: number;
  readonly seconds: {
    readonly generate: number;
    readonly load: number;
    readonly catchUp: number;
    readonly signatures: number;
    readonly reconcile: number;
    readonly cutOver: number;
    /** From the freezing of the old store until messages are taken here. */
    readonly writeStop: number;
    readonly poll: number;
  };
};

/**
 * The story of August 2014, in a store of its own that is thrown away: an old store with prescriptions that came back is
 * loaded, by a load that is killed on its way, and once more; it is followed, compared and switched from, and every
 * pharmacy asks [MIGRATION 1].
 */
export async function migrationOf2014(
  wanted: Wanted,
  parts: Parts,
  onStep: (line: string) => void,
): Promise<Ran> {
  return withThrowAwayStore(parts.prepare, (server, folder) =>
    run(wanted, { folder, server, parts, onStep }),
  );
}

type Rig = {
  readonly folder: string;
  readonly server: Postgres;
  readonly parts: Parts;
  readonly onStep: (line: string) => void;
};

async function run(wanted: Wanted, rig: Rig): Promise<Ran> {
  const { folder, server, onStep } = rig;
  const timer = stopwatch();
  onStep(`an old store of ${wanted.prescriptions} prescriptions is made`);
  const privateKey = await signingKeyIn(folder, 'export-key');
  const amount = { perPart: PER_PART, packing: 'none', format: 'LX-1', surgeries: 7000 } as const;
  const signers = await newSigners();
  await generateDump({ ...wanted, ...amount, folder, privateKeyPem: privateKey, signers });
  const publicKey = await readFile(join(folder, EXPORT_KEY), 'utf8');
  const dump = await openDump(dumpFolder(folder), publicKey);
  const generate = timer();
  const loaded = await loadedTwice(wanted, dump, rig);
  const database = openPatient(server.url);
  try {
    const keys = { publicKey, privateKey };
    const moved = await withBulk(server.url, (bulk) =>
      switchOver({ bulk, database, dump, folder, keys }, onStep),
    );
    timer();
    onStep('every pharmacy asks until it gets nothing more');
    const got = await everyPoll(database, dump, folder);
    const poll = timer();
    return {
      ...(await compare(truths(folder), got)),
      prescriptions: wanted.prescriptions,
      ids: moved.ids,
      changes: moved.changes,
      judged: moved.judged,
      kills: wanted.kills,
      writtenAgain: loaded.writtenAgain,
      differences: moved.differences,
      tripped: await tripped(database),
      loadedPerSecond: loaded.perSecond,
      loadMegabytes: loaded.megabytes,
      seconds: { generate, load: loaded.seconds, ...moved.seconds, poll },
    };
  } finally {
    await database.close();
  }
}

const PER_PART = 5000;
const EXPORT_KEY = 'export-key.pem';

/** Killed as often as is wanted, then to its end, and all of it once more. */
async function loadedTwice(
  { kills }: Wanted,
  dump: Dump,
  { folder, server, parts, onStep }: Rig,
): Promise<LoadSaid & { readonly writtenAgain: number }> {
  const loading = {
    folder: dump.folder,
    key: join(folder, EXPORT_KEY),
    program: parts.program,
  };
  for (let kill = 1; kill <= kills; kill += 1) {
    onStep(`it is loaded; the load is killed (${kill} of ${kills})`);
    await killedLoad(server.url, loading);
  }
  onStep('what is left is loaded');
  const rest = await loadToEnd(server.url, loading);
  await parts.afterLoad?.(server.url);
  onStep('all of it is loaded once more');
  const again = await withBulk(server.url, (bulk) => load(bulk, dump));
  return { ...rest, writtenAgain: again.written };
}

type SwitchedOver = {
  readonly ids: number;
  readonly changes: number;
  readonly judged: number;
  readonly differences: number;
  readonly seconds: Pick<
    Ran['seconds'],
    'catchUp' | 'signatures' | 'reconcile' | 'cutOver' | 'writeStop'
  >;
};

/** The old store goes on, is followed, compared and switched from, by the steps that operators do. */
async function switchOver(
  switching: Switching,
  onStep: (line: string) => void,
): Promise<SwitchedOver> {
  const timer = stopwatch();
  onStep('what changed in the old store since is applied');
  const { changes } = await followed(switching);
  const caughtUp = timer();
  const { bulk, dump, folder } = switching;
  const authorities = await readFile(join(folder, AUTHORITIES), 'utf8');
  onStep('what is wrong is counted');
  const plan = await planned(switching, authorities);
  timer();
  onStep('the signature of each order is judged');
  const { judged } = await checkedBy(bulk, dump, plan);
  const check = timer();
  onStep('each id is compared with the old store');
  const { ids, differences } = await compared(switching);
  const reconciled = timer();
  await stopped(switching);
  timer();
  onStep('the old store stops, and this one opens step by step');
  const steps = await stepsUpTo(rigOf(switching, plan), 'due');
  const cutOver = timer();
  const first = steps.findIndex(({ step }) => step === 'freeze');
  const last = steps.findIndex(({ step }) => step === 'open-writes');
  const writeStop = steps.slice(first, last + 1).reduce((sum, { seconds }) => sum + seconds, 0);
  const seconds = {
    catchUp: caughtUp,
    signatures: check,
    reconcile: reconciled,
    cutOver,
    writeStop,
  };
  return { ids, changes, judged, differences: differences.length, seconds };
}

async function planned(switching: Switching, authorities: string): Promise<Plan> {
  const judging = await judgeInWorkers(authorities, 1);
  try {
    return await planFor(switching, judging.judge);
  } finally {
    await judging.close();
  }
}

const LANES = 4;

async function everyPoll(
  database: Database,
  dump: Dump,
  folder: string,
): Promise<Map<string, string[]>> {
  const pharmacies = new Set<string>();
  for await (const { queuedFor, released } of truths(folder)) {
    if (queuedFor !== null) pharmacies.add(queuedFor);
    for (const [, organisation] of released) pharmacies.add(organisation);
  }
  const spine = pollingSpine(database);
  const { asOf } = originOf(dump.manifest);
  const got = new Map<string, string[]>();
  const left = [...pharmacies];
  const lane = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      got.set(next, await pollAll(spine, next, asOf));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return got;
}

async function* truths(folder: string): AsyncGenerator<Truth> {
  for await (const line of createInterface({
    input: createReadStream(join(folder, TRUTH_AFTER)),
  })) {
    const truth: unknown = JSON.parse(line);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written a moment ago by the generator
    yield truth as Truth;
  }
}

async function tripped(database: Database): Promise<number> {
  const [row] = await database.all<{ count: number }>({
    text: `select count(*)::int as count from platform.audit where interaction = 'tripwire'`,
    values: [],
  });
  return row?.count ?? 0;
}
