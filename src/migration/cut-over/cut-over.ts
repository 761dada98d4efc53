import type { BulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { Trouble } from '../../platform/trouble.ts';
import type { Json } from '../canonical.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { digestOf, type Plan } from '../plan/plan.ts';
import { sendBeside } from '../beside/send.ts';
import { takeTool } from '../tool-lock.ts';
import { act } from './acts.ts';
import type { Gate } from './gates.ts';
import type { OldStore } from './old-store.ts';
import { StepRefused } from './refusal.ts';
import * as repository from './repository.ts';
import { isBehind, nextStep, type State, type Step } from './steps.ts';

/** What a switch is done with. */
export type Rig = {
  readonly bulk: BulkLoad;
  readonly database: Database;
  readonly plan: Plan;
  readonly dump: Dump;
  readonly oldStore: OldStore;
  readonly gates: () => Promise<readonly Gate[]>;
  /** Who does it. */
  readonly by: string;
};

/** A step as it was done. */
export type StepDone = {
  readonly step: string;
  readonly state: State;
  readonly seconds: number;
  /** It took longer than the plan has for it. */
  readonly isLate: boolean;
  /** It was done before: nothing was changed. */
  readonly isOld: boolean;
  readonly evidence: Json;
};

/**
 * Does one step of the switch: looks at its entry, acts, looks at its exit, and writes state, evidence and how far the
 * new Spine is open at once. A step that was done before is done; one out of its turn throws `Trouble`, and one whose
 * exit is not as it must be throws `StepRefused`: then nothing was changed but that it was refused [MIGRATION 8].
 */
export async function takeStep(rig: Rig, step: Step): Promise<StepDone> {
  const { bulk, plan } = rig;
  await takeTool(bulk);
  const standing = await inHand(rig);
  const beganAt = await repository.clock(bulk);
  if (isBehind(step, standing.state)) {
    const { state } = standing;
    return { step: step.name, state, seconds: 0, isLate: false, isOld: true, evidence: null };
  }
  if (step.from !== standing.state) {
    const next = nextStep(standing.state);
    throw new Trouble(
      `${step.name} is for ${step.from}, and the migration stands at ${standing.state}`,
      next === null ? 'look at spine migrate status' : `next is ${next.name}: ${next.does}`,
    );
  }
  const taken = {
    exportId: plan.exportId,
    standing,
    step: step.name,
    to: step.to,
    beganAt,
    by: rig.by,
    opening: step.opening ?? null,
  };
  try {
    const evidence = await act(rig, step.name);
    const isOpening = step.name === 'open-writes';
    const along = isOpening ? { along: () => sendBeside(bulk, plan.exportId) } : {};
    await repository.keepStep(bulk, { ...taken, ...along, evidence });
    const seconds = ((await repository.clock(bulk)).getTime() - beganAt.getTime()) / 1000;
    const isLate = seconds > step.longestSeconds;
    return { step: step.name, state: step.to, seconds, isLate, isOld: false, evidence };
  } catch (error) {
    if (!(error instanceof StepRefused)) throw error;
    await repository.keepRefusal(bulk, { ...taken, evidence: { refused: error.message } });
    throw error;
  }
}

/** Takes the switch in hand, by the plan that it was begun with. */
async function inHand({ bulk, plan }: Rig): Promise<repository.Standing> {
  const digest = digestOf(plan);
  const begun = await repository.planOf(bulk, plan.exportId);
  const state = await repository.stateOf(bulk, plan.exportId);
  if (begun !== null && !begun.equals(digest) && state !== 'FOLLOWING') {
    throw new Trouble(
      'the switch was begun by another plan',
      'go on by that one, or undo the attempt first: spine migrate fall-back',
    );
  }
  if (begun === null && state !== 'FOLLOWING' && state !== 'LOADED') {
    throw new Trouble(
      `export ${plan.exportId} is not loaded: the migration stands at ${state}`,
      'load it first: spine migrate load',
    );
  }
  return repository.takeInHand(bulk, plan.exportId, digest);
}
