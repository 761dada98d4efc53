import { present } from '../../src/kernel/bug.ts';
import { type Rig, type StepDone, takeStep } from '../../src/migration/cut-over/cut-over.ts';
import { stateOf } from '../../src/migration/cut-over/repository.ts';
import { type State, type StepName, stepCalled } from '../../src/migration/cut-over/steps.ts';
import { TRUTH_AFTER, type Wanted } from '../../src/migration/generate/generate.ts';
import type { Truth } from '../../src/migration/generate/truth.ts';
import type { Dump } from '../../src/migration/lx1/open-dump.ts';
import {
  compared,
  followed,
  planFor,
  rigOf,
  type Switching,
} from '../../src/migration/scenario/switch.ts';
import { aDump, EXPORTER, truthsOf } from '../../src/migration/testing.ts';
import { downloads } from './polling.ts';
import { asSystemsSend } from './real-messages.ts';
import { aBulk, aStore, loadInto, type Store, takeAll } from './store.ts';

export type Switch = {
  readonly store: Store;
  readonly rig: Rig;
  readonly switching: Switching;
  readonly truths: readonly Truth[];
};

/** An old store with everything moved and compared; it goes on until it is stopped. */
export function aSwitch(seed: number): Promise<Switch> {
  return switchOf({ prescriptions: 70, perPart: 70, dirt: 3, changing: 0.3, seed });
}

/** The same of one whose messages are as systems send them, and that has said all when it is exported. */
export function aRealSwitch(
  wanted: Pick<Wanted, 'prescriptions' | 'seed' | 'asOfMs'>,
): Promise<Switch> {
  const { prescriptions: perPart } = wanted;
  return switchOf({ ...wanted, perPart, dirt: 0 }, async (dump, { database }) => {
    const sent = await asSystemsSend(dump, database);
    return sent.dump;
  });
}

async function switchOf(
  wanted: Partial<Wanted>,
  sent: (dump: Dump, store: Store) => Promise<Dump> = async (dump) => dump,
): Promise<Switch> {
  const store = await aStore();
  const { dump: exported, folder } = await aDump(wanted);
  const dump = await sent(exported, store);
  const judge = dump === exported ? undefined : takeAll;
  await loadInto(store, dump, judge);
  const switching = {
    bulk: await aBulk(store),
    database: store.database,
    dump,
    folder,
    keys: EXPORTER,
  };
  const planned = await planFor(switching, judge);
  const plan = { ...planned, limits: { ...planned.limits, guardDays: 45 } };
  await followed(switching);
  await compared(switching);
  return { store, rig: rigOf(switching, plan), switching, truths: truthsOf(folder, TRUTH_AFTER) };
}

export function take({ rig }: Switch, name: StepName): Promise<StepDone> {
  return takeStep(rig, present(stepCalled(name), 'step'));
}

export function at({ rig, store }: Switch): Promise<State> {
  return stateOf(store.database, rig.plan.exportId);
}

/** What is true to wait for each pharmacy. */
export function waited({ truths }: Switch): Map<string, string[]> {
  const byPharmacy = new Map<string, string[]>();
  for (const { id, queuedFor, classes } of truths) {
    if (queuedFor === null || classes.includes('D30')) continue;
    byPharmacy.set(queuedFor, [...(byPharmacy.get(queuedFor) ?? []), id]);
  }
  return byPharmacy;
}

/** What they get by asking until they get nothing more. */
export async function askAll({ store }: Switch, pharmacies: Iterable<string>): Promise<string[]> {
  const got: string[] = [];
  for (const pharmacy of pharmacies) {
    const ids = await downloads(store.database, pharmacy);
    got.push(...ids.map((id) => `${id} ${pharmacy}`));
  }
  return got.toSorted();
}

export function should(made: Switch, pharmacies: Iterable<string>): string[] {
  const all = waited(made);
  return [...pharmacies]
    .flatMap((pharmacy) => (all.get(pharmacy) ?? []).map((id) => `${id} ${pharmacy}`))
    .toSorted();
}
