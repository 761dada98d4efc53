import type { Json } from '../canonical.ts';
import { settle } from '../beside/handle.ts';
import type { BesideCount } from '../beside/repository.ts';
import { catchUp } from '../catch-up/catch-up.ts';
import { feedEnd } from '../catch-up/feed-end.ts';
import { reconcileSample, reconcileSince } from '../reconcile/reconcile.ts';
import type { Rig } from './cut-over.ts';
import type { Said, Word } from './old-store.ts';
import { StepRefused } from './refusal.ts';
import * as repository from './repository.ts';
import type { StepName } from './steps.ts';

const SAMPLE_IDS = 100; // of each part
const DAY_MS = 86_400_000;

/** Does what a step is for, and answers what shows it; throws `StepRefused` when it is not as it must be. */
export function act(rig: Rig, step: StepName): Promise<Json> {
  return ACTS[step](rig);
}

const ACTS: Readonly<Record<StepName, (rig: Rig) => Promise<Json>>> = {
  ready,
  drain: (rig) => heard(rig, 'DRAINED'),
  freeze,
  final,
  verify,
  'open-reads': probe,
  'open-writes': openWrites,
  'open-10': opened,
  'open-50': ramp,
  'open-all': ramp,
  due: opened,
  close,
};

async function ready({ gates }: Rig): Promise<Json> {
  const all = await gates();
  const red = all.filter(({ isGreen }) => !isGreen);
  if (red.length > 0) {
    throw new StepRefused(
      red.map(({ name, evidence }) => `${name}: ${evidence}`).join('; '),
      'make each of them green, and look again: spine migrate ready',
    );
  }
  return { gates: all.map((gate) => ({ ...gate })) };
}

/** The old store's word, which no attempt before had. */
async function heard(rig: Rig, said: Said): Promise<Json & Word> {
  const { bulk, plan, oldStore } = rig;
  const word = await oldStore.word(said);
  const steps = await repository.stepsOf(bulk, plan.exportId);
  if (steps.some(({ evidence }) => evidence['digest'] === word.digest)) {
    throw new StepRefused(
      `${said}.json is that of an attempt before`,
      'have the old store say it again',
    );
  }
  if (word.inFlight > 0) {
    throw new StepRefused(
      `${word.inFlight} messages are in flight in the old store`,
      'wait until it has ended them, and have it say so again',
    );
  }
  return { ...word, isRehearsed: !oldStore.isReal };
}

async function freeze(rig: Rig): Promise<Json> {
  const word = await heard(rig, 'FROZEN');
  const here = await repository.exportOf(rig.bulk, rig.plan.exportId);
  if (word.lastChange < (here?.changeSeq ?? 0)) {
    throw new StepRefused(
      `the old store says that ${word.lastChange} was its last change, and ${here?.changeSeq} is here`,
      'the word is not of this feed: have the old store say it again',
    );
  }
  return word;
}

/** What the old store said last, when it was frozen. */
async function lastChange({ bulk, plan }: Rig): Promise<number> {
  const steps = await repository.stepsOf(bulk, plan.exportId);
  return Number(
    steps.findLast(({ to, isDone }) => to === 'FROZEN' && isDone)?.evidence['lastChange'],
  );
}

async function final(rig: Rig): Promise<Json> {
  const { bulk, dump, plan } = rig;
  const { feed: folder, exportKey: publicKeyPem } = plan;
  const last = await lastChange(rig);
  const { to, changes } = await catchUp(bulk, dump, { folder, publicKeyPem, upTo: last });
  if (to !== last) {
    throw new StepRefused(
      `the feed ends at change ${to}, and ${last} was the last`,
      'have the rest of the feed written, and do this step again',
    );
  }
  const beside = await settle(rig.database, dump.manifest, await repository.clock(bulk));
  return { changes, lastChange: to, beside: beside.map(besideJson) };
}

function besideJson({ table, rows, settled, because }: BesideCount): Json {
  return { table, rows, settled, because: { ...because } };
}

async function verify(rig: Rig): Promise<Json> {
  const { database, dump, plan } = rig;
  const report = await repository.lastReport(database, plan.exportId);
  if (report === null || report.differences > 0) {
    throw new StepRefused('there is no clean report', 'spine migrate reconcile, and begin again');
  }
  await assureStill(rig);
  const found = await reconcileSince(database, { ...dump, feed: plan.feed }, report.changeSeq);
  if (found.differences.length > 0) {
    const [first] = found.differences;
    throw new StepRefused(
      `${found.differences.length} differences, the first: ${first?.id} ${first?.what}`,
      'undo the attempt: spine migrate fall-back; then look at spine migrate reconcile',
    );
  }
  const { ids, events, buckets, invariants } = found;
  const { old, new: now, differing } = buckets;
  return { ids, events, buckets: { old, new: now, differing }, invariants: { ...invariants } };
}

/** Whether anything was written in the old store after its last word: a batch job that was forgotten [MIGRATION 9, MF7]. */
async function assureStill(rig: Rig): Promise<number> {
  const { exportId, feed, exportKey: publicKeyPem } = rig.plan;
  const last = await lastChange(rig);
  const end = await feedEnd(feed, { exportId, publicKeyPem }, last);
  if (end.last <= last) return last;
  throw new StepRefused(
    `the old store still writes: its feed has change ${end.last}, and ${last} was to be the last`,
    'stop whatever writes there, and undo the attempt: spine migrate fall-back',
  );
}

/** Some ids of each part, read as anybody reads them. */
async function probe({ database, dump }: Rig): Promise<Json> {
  const found = await reconcileSample(database, dump, SAMPLE_IDS);
  if (found.differences.length === 0) return { probes: found.ids };
  throw new StepRefused(
    `${found.differences.length} of ${found.ids} probes read something else`,
    'lead readers back: spine migrate fall-back',
  );
}

async function openWrites(rig: Rig): Promise<Json> {
  const { bulk, plan } = rig;
  await assureStill(rig);
  const steps = await repository.stepsOf(bulk, plan.exportId);
  const frozen = steps.findLast(({ to, isDone }) => to === 'FROZEN' && isDone);
  const now = await repository.clock(bulk);
  const writeStopSeconds = (now.getTime() - (frozen?.beganAt.getTime() ?? now.getTime())) / 1000;
  const isWithin = writeStopSeconds <= plan.limits.writeStopSeconds;
  const [auditId, alarms] = [await repository.auditEnd(bulk), await repository.alarms(bulk)];
  return { writeStopSeconds, isWithin, auditId, alarms };
}

/** When messages were first taken here. */
async function switched({ bulk, plan }: Rig): Promise<repository.StepRow | undefined> {
  const steps = await repository.stepsOf(bulk, plan.exportId);
  return steps.findLast(({ to, isDone }) => to === 'SWITCHED_RW' && isDone);
}

async function silent(rig: Rig): Promise<Json> {
  const before = Number((await switched(rig))?.evidence['alarms'] ?? 0);
  const alarms = (await repository.alarms(rig.bulk)) - before;
  if (alarms === 0) return { alarms };
  throw new StepRefused(
    `the tripwire held ${alarms} back since the switch`,
    'open to nobody else before it is known why: spine migrate holds',
  );
}

async function ramp(rig: Rig): Promise<Json> {
  const { bulk, plan } = rig;
  const steps = await repository.stepsOf(bulk, plan.exportId);
  const before = steps.findLast(({ isDone }) => isDone);
  const now = await repository.clock(bulk);
  const waited = (now.getTime() - (before?.endedAt.getTime() ?? 0)) / 1000;
  if (waited < plan.limits.rampSeconds) {
    const left = Math.ceil(plan.limits.rampSeconds - waited);
    throw new StepRefused(
      `the step before was ${Math.floor(waited)} s ago`,
      `look at the counts for ${left} s more`,
    );
  }
  return opened(rig);
}

/** Neither the tripwire nor the old store has said anything: one that was opened by mistake stops the ramp [MIGRATION 9, MF9]. */
async function opened(rig: Rig): Promise<Json> {
  if (rig.oldStore.isReal) await assureStill(rig);
  return silent(rig);
}

async function close(rig: Rig): Promise<Json> {
  const since = (await switched(rig))?.endedAt.getTime() ?? 0;
  const days = ((await repository.clock(rig.bulk)).getTime() - since) / DAY_MS;
  if (days < rig.plan.limits.guardDays) {
    throw new StepRefused(
      `the watch is ${days.toFixed(1)} days old`,
      `it ends after ${rig.plan.limits.guardDays} days`,
    );
  }
  return silent(rig);
}
