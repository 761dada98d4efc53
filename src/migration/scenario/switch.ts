import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { BulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { settle } from '../beside/handle.ts';
import { catchUp, type CaughtUp } from '../catch-up/catch-up.ts';
import { feedEnd } from '../catch-up/feed-end.ts';
import { type Rig, type StepDone, takeStep } from '../cut-over/cut-over.ts';
import { gatesOfStore } from '../cut-over/gates.ts';
import { oldStoreIn } from '../cut-over/old-store.ts';
import { STEPS } from '../cut-over/steps.ts';
import { AUTHORITIES, dumpFolder, feedFolder } from '../generate/generate.ts';
import { stopOldStore } from '../generate/stop.ts';
import { originOf } from '../fold/fold-group.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { manifestDigest } from '../lx1/manifest.ts';
import { countClasses } from '../plan/count-classes.ts';
import { byDefault } from '../plan/choices.ts';
import { POLICIES } from '../plan/policies.ts';
import { LIMITS, type Plan } from '../plan/plan.ts';
import { reconcile, type Reconciled } from '../reconcile/reconcile.ts';
import { keepReport } from '../reconcile/repository.ts';
import { type Checked, checkSignatures } from '../signatures/check.ts';
import { type Judge, judgeHere } from '../signatures/judge.ts';
import { judgeInWorkers } from '../signatures/in-workers.ts';

/** A store that an export was loaded into, the old store's folder, and who signs for that. */
export type Switching = {
  readonly bulk: BulkLoad;
  readonly database: Database;
  readonly dump: Dump;
  readonly folder: string;
  readonly keys: { readonly publicKey: string; readonly privateKey: string };
};

const EVERYTHING = 1000; // of a thousand may be held: a scenario is made of faults

/** A plan for an invented old store, of which as much may be held as is. */
export async function planFor(
  { dump, folder, keys }: Pick<Switching, 'dump' | 'folder' | 'keys'>,
  judge?: Judge,
): Promise<Plan> {
  const authorities = await readFile(join(folder, AUTHORITIES), 'utf8');
  return {
    ...(await countClasses(dump, judge ?? (await judgeHere(authorities)))),
    planId: dump.manifest.exportId,
    version: 'scenario',
    exportId: dump.manifest.exportId,
    manifest: manifestDigest(dump.manifest).toString('hex'),
    dump: resolve(dumpFolder(folder)),
    feed: resolve(feedFolder(folder)),
    exportKey: keys.publicKey,
    authorities,
    people: ['one', 'other'],
    choices: Object.fromEntries(Object.keys(POLICIES).map((name) => [name, byDefault('one')])),
    switchAt: originOf(dump.manifest).asOf,
    limits: { ...LIMITS, heldPermille: EVERYTHING, rampSeconds: 0, guardDays: 0 },
  };
}

export function rigOf({ bulk, database, dump }: Switching, plan: Plan): Rig {
  const { feed, exportId, exportKey: publicKeyPem } = plan;
  const oldStore = oldStoreIn(feed, { exportId, publicKeyPem });
  const gates = (): ReturnType<typeof gatesOfStore> => gatesOfStore(database, plan);
  return { bulk, database, plan, dump, oldStore, gates, by: 'scenario' };
}

/** Follows the feed of an old store to its end. */
export async function followed(switching: Switching): Promise<CaughtUp> {
  const { bulk, database, dump, folder, keys } = switching;
  const feed = { folder: feedFolder(folder), publicKeyPem: keys.publicKey };
  const done = await catchUp(bulk, dump, feed);
  await settle(database, dump.manifest, new Date());
  return done;
}

/** Judges the signature of each order that was loaded, as a plan says, in two threads. */
export async function checkedBy(
  bulk: BulkLoad,
  dump: Dump,
  { feed, authorities }: Pick<Plan, 'feed' | 'authorities'>,
): Promise<Checked> {
  const judging = await judgeInWorkers(authorities, 2);
  try {
    return await checkSignatures(bulk, dump, { feed, authorities, judge: judging.judge });
  } finally {
    await judging.close();
  }
}

/** Compares all ids, and keeps that it was done. */
export async function compared({
  database,
  dump,
  folder,
}: Pick<Switching, 'database' | 'dump' | 'folder'>): Promise<Reconciled> {
  const found = await reconcile(database, { ...dump, feed: feedFolder(folder) });
  const { changeSeq, differences } = found;
  const { exportId } = dump.manifest;
  await keepReport(database, {
    reportId: crypto.randomUUID(),
    exportId,
    changeSeq,
    differences: differences.length,
  });
  return found;
}

/** The old store says, signed, that it has stopped where its feed ends. */
export async function stopped({ dump, folder, keys }: Switching): Promise<void> {
  const { exportId } = dump.manifest;
  const feed = feedFolder(folder);
  const { last } = await feedEnd(feed, { exportId, publicKeyPem: keys.publicKey }, 0);
  await stopOldStore(feed, { exportId, lastChange: last }, keys.privateKey);
}

/** Every step up to one; those that were done are passed over. */
export async function stepsUpTo(rig: Rig, last: string): Promise<StepDone[]> {
  const done: StepDone[] = [];
  for (const step of STEPS) {
    done.push(await takeStep(rig, step));
    if (step.name === last) break;
  }
  return done;
}
