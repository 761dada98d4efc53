import type { BulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { settle } from '../beside/handle.ts';
import { catchUp } from '../catch-up/catch-up.ts';
import { feedEnd } from '../catch-up/feed-end.ts';
import { type Rig, takeStep } from '../cut-over/cut-over.ts';
import { fallBack } from '../cut-over/fall-back.ts';
import { gatesOfStore } from '../cut-over/gates.ts';
import { standIn } from '../cut-over/old-store.ts';
import { STEPS } from '../cut-over/steps.ts';
import { originOf } from '../fold/fold-group.ts';
import { load } from '../load/load.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Plan } from '../plan/plan.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { keepReport } from '../reconcile/repository.ts';
import { pollAll, pollingSpine } from '../scenario/poll.ts';
import { checkedBy } from '../scenario/switch.ts';
import type { Parts } from '../scenario/scenario.ts';
import {
  killedLoad,
  openPatient,
  stopwatch,
  withBulk,
  withThrowAwayStore,
} from '../scenario/throw-away.ts';
import * as repository from './repository.ts';

/** What a rehearsal has shown. */
export type Rehearsed = {
  /** Each part of it, and how long it took. */
  readonly steps: readonly { readonly name: string; readonly seconds: number }[];
  readonly ids: number;
  readonly changes: number;
  /** Records that a second load wrote. */
  readonly writtenAgain: number;
  readonly differences: number;
  readonly writeStopSeconds: number;
  /** Handed out after the switch, and what of it went back by the fall-back. */
  readonly handedOut: number;
  readonly messages: number;
  readonly wentBack: number;
  readonly isClean: boolean;
  readonly isFallBackClean: boolean;
};

const POLLED = 20; // pharmacies that ask after the switch, so that something has to go back

/**
 * The whole of a plan in a store that is thrown away: a load that is killed, what is left, all once more, the feed, the
 * comparison, an attempt that is undone before the switch, the switch, and one that is undone after it [MIGRATION 7, 8].
 */
export function rehearse(
  plan: Plan,
  dump: Dump,
  { keyFile, planFile, parts, onStep }: Given,
): Promise<Rehearsed> {
  return withThrowAwayStore(parts.prepare, async ({ url }, folder) => {
    await killedLoad(url, {
      folder: dump.folder,
      key: keyFile,
      program: parts.program,
      plan: planFile,
    });
    onStep('the load was killed on its way, and goes on');
    const database = openPatient(url);
    try {
      return await withBulk(url, (bulk) =>
        rehearseIn(rigOf(plan, dump, { bulk, database }), folder, onStep),
      );
    } finally {
      await database.close();
    }
  });
}

type Given = {
  /** Of the public key that the export is signed with. */
  readonly keyFile: string;
  readonly planFile: string;
  readonly parts: Parts;
  readonly onStep: (line: string) => void;
};

function rigOf(
  plan: Plan,
  dump: Dump,
  { bulk, database }: { readonly bulk: BulkLoad; readonly database: Database },
): Rig {
  const { feed, exportId, exportKey: publicKeyPem } = plan;
  const hurried = { ...plan, limits: { ...plan.limits, rampSeconds: 0 } };
  return {
    bulk,
    database,
    plan: hurried,
    dump,
    oldStore: standIn(async () => (await feedEnd(feed, { exportId, publicKeyPem }, 0)).last),
    gates: () => gatesOfStore(database, hurried),
    by: 'rehearsal',
  };
}

type Tell = (name: string) => void;

async function rehearseIn(
  rig: Rig,
  folder: string,
  onStep: (line: string) => void,
): Promise<Rehearsed> {
  const steps: { name: string; seconds: number }[] = [];
  const timer = stopwatch();
  const tell = (name: string): void => {
    const seconds = timer();
    steps.push({ name, seconds });
    onStep(`${name}: ${seconds} s`);
  };
  const moved = await moveAll(rig, tell);
  await stepsTo(rig, 'SWITCHED_RO', () => undefined);
  await fallBack(rig, folder);
  tell('an attempt undone before the switch');
  const { writeStopSeconds } = await stepsTo(rig, 'GUARD', tell);
  const before = await repository.messages(rig.database);
  const handedOut = await everybodyAsks(rig);
  tell('pharmacies ask');
  const messages = (await repository.messages(rig.database)) - before;
  const wentBack = await backAgain(rig, folder);
  tell('an attempt undone after the switch');
  const isFallBackClean = wentBack === messages;
  const isMovedClean = moved.writtenAgain === 0 && moved.differences === 0;
  const isInTime = writeStopSeconds <= rig.plan.limits.writeStopSeconds;
  return {
    ...moved,
    steps,
    writeStopSeconds,
    handedOut,
    messages,
    wentBack,
    isClean: isMovedClean && isInTime && isFallBackClean,
    isFallBackClean,
  };
}

/** Loads what is left, and all once more; follows the feed, and compares. */
async function moveAll(
  { bulk, database, dump, plan }: Rig,
  tell: Tell,
): Promise<Pick<Rehearsed, 'ids' | 'changes' | 'writtenAgain' | 'differences'>> {
  await load(bulk, dump);
  tell('load');
  const again = await load(bulk, dump);
  tell('load once more');
  const feed = { folder: plan.feed, publicKeyPem: plan.exportKey };
  const { changes } = await catchUp(bulk, dump, feed);
  await settle(database, dump.manifest, new Date());
  tell('catch-up');
  await checkedBy(bulk, dump, plan);
  tell('check-signatures');
  const { ids, changeSeq, differences } = await reconcile(database, {
    ...dump,
    feed: plan.feed,
  });
  await keepReport(database, {
    reportId: crypto.randomUUID(),
    exportId: plan.exportId,
    changeSeq,
    differences: differences.length,
  });
  tell('reconcile');
  return { ids, changes, writtenAgain: again.written, differences: differences.length };
}

/** Step by step up to a state; answers how long nobody could write. */
async function stepsTo(rig: Rig, last: string, tell: Tell): Promise<{ writeStopSeconds: number }> {
  for (const step of STEPS) {
    await takeStep(rig, step);
    tell(step.name);
    if (step.to === last) break;
  }
  return { writeStopSeconds: await repository.writeStop(rig.bulk, rig.plan.exportId) };
}

async function everybodyAsks({ database, dump }: Rig): Promise<number> {
  const spine = pollingSpine(database);
  const { asOf } = originOf(dump.manifest);
  let handedOut = 0;
  for (const pharmacy of await repository.waitedFor(database, POLLED)) {
    handedOut += (await pollAll(spine, pharmacy, asOf)).length;
  }
  return handedOut;
}

/** Undoes the switch; answers how many messages went back. */
async function backAgain(rig: Rig, folder: string): Promise<number> {
  const { evidence } = await fallBack(rig, `${folder}/fall-back`);
  const isObject = typeof evidence === 'object' && evidence !== null;
  return isObject && 'messages' in evidence ? Number(evidence['messages']) : 0;
}
