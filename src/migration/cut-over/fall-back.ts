import { setTimeout as delay } from 'node:timers/promises';

import { Trouble } from '../../platform/trouble.ts';
import { CLOSED } from '../../prescriptions/rules.ts';
import type { Json } from '../canonical.ts';
import { takeBackUndelivered } from '../beside/send.ts';
import { digestOf } from '../plan/plan.ts';
import { takeTool } from '../tool-lock.ts';
import type { Rig } from './cut-over.ts';
import { StepRefused } from './refusal.ts';
import * as repository from './repository.ts';
import { writeReverseFeed } from './reverse-feed.ts';
import { fallBackKind, type State } from './steps.ts';

/** How an attempt was undone. */
export type FellBack = {
  readonly kind: '0' | 'A';
  readonly state: State;
  readonly evidence: Json;
};

const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 50;
const LOOKS_MAX = 600; // 30 s: longer than any statement or commit of ours may take

/**
 * Undoes a switch. Before messages were taken here the old store goes on as if nothing had been; after it, this Spine
 * takes no more, and all that it took is written to `folder` for the old store, by the same ids [MIGRATION 8, M9]. Done
 * again after it was killed, it goes on. Throws `StepRefused` when it is too late.
 */
export async function fallBack(rig: Rig, folder: string): Promise<FellBack> {
  const { bulk, plan } = rig;
  await takeTool(bulk);
  const state = await repository.stateOf(bulk, plan.exportId);
  const kind = fallBackKind(state);
  if (kind === null) {
    throw new Trouble(
      `there is nothing to undo: the migration stands at ${state}`,
      'look at spine migrate status',
    );
  }
  if (kind === '0') {
    await write(rig, 'fall-back', 'FOLLOWING', { evidence: { kind } });
    return { kind, state: 'FOLLOWING', evidence: { kind } };
  }
  const since = await switchedAt(rig);
  if (state !== 'FALLING_BACK') {
    await write(rig, 'close-writes', 'FALLING_BACK', {
      evidence: { kind },
      along: () => takeBackUndelivered(bulk, plan.exportId),
    });
  }
  const waited = await untilNobodyWrites(rig);
  const evidence = { kind, waited, ...(await writeReverseFeed(rig, folder, since)) };
  await write(rig, 'fall-back', 'FELL_BACK', { evidence });
  return { kind, state: 'FELL_BACK', evidence };
}

async function write(
  rig: Rig,
  step: string,
  to: State,
  given: Pick<repository.Taken, 'evidence' | 'along'>,
): Promise<void> {
  const { bulk, plan, by } = rig;
  const standing = await repository.takeInHand(bulk, plan.exportId, digestOf(plan));
  const beganAt = await repository.clock(bulk);
  const taken = { exportId: plan.exportId, standing, step, to, beganAt, by, ...given };
  await repository.keepStep(bulk, { ...taken, opening: CLOSED });
}

/** Where the audit trail stood when messages were first taken; throws when that is too long ago. */
async function switchedAt({ bulk, plan }: Rig): Promise<number> {
  const steps = await repository.stepsOf(bulk, plan.exportId);
  const row = steps.findLast(({ to, isDone }) => to === 'SWITCHED_RW' && isDone);
  const now = await repository.clock(bulk);
  const days = (now.getTime() - (row?.endedAt.getTime() ?? 0)) / DAY_MS;
  if (row === undefined || days > plan.limits.noReturnDays) {
    throw new StepRefused(
      `messages are taken here since ${days.toFixed(1)} days`,
      `after ${plan.limits.noReturnDays} days nothing goes back: mend what is wrong here`,
    );
  }
  return Number(row.evidence['auditId']);
}

/** Whoever was in the middle of a change when it was closed has ended it; answers how often that was looked at. */
async function untilNobodyWrites({ bulk, plan }: Rig): Promise<number> {
  const steps = await repository.stepsOf(bulk, plan.exportId);
  const closed = steps.findLast(({ to }) => to === 'FALLING_BACK');
  for (let looks = 1; looks <= LOOKS_MAX; looks += 1) {
    if (!(await repository.isAnybodyWriting(bulk, closed?.endedAt ?? new Date(0)))) return looks;
    await delay(LOOK_EVERY_MS);
  }
  throw new StepRefused(
    'somebody is in the middle of a change since before it was closed',
    'end that session of the database, and do it again',
  );
}
