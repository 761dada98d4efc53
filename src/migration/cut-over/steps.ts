import type { Opening } from '../../prescriptions/rules.ts';
import { CLOSED } from '../../prescriptions/rules.ts';

/** Where a migration stands [MIGRATION 8]. The first four are read off the store, the rest is written by steps. */
export type State =
  | 'PLANNED'
  | 'LOADING'
  | 'LOADED'
  | 'FOLLOWING'
  | 'READY'
  | 'DRAIN'
  | 'FROZEN'
  | 'FINAL'
  | 'VERIFIED'
  | 'SWITCHED_RO'
  | 'SWITCHED_RW'
  | 'OPEN_10'
  | 'OPEN_50'
  | 'OPEN'
  | 'GUARD'
  | 'CLOSED'
  | 'FALLING_BACK'
  | 'FELL_BACK';

export type StepName =
  | 'ready'
  | 'drain'
  | 'freeze'
  | 'final'
  | 'verify'
  | 'open-reads'
  | 'open-writes'
  | 'open-10'
  | 'open-50'
  | 'open-all'
  | 'due'
  | 'close';

export type Step = {
  readonly name: StepName;
  readonly from: State;
  readonly to: State;
  readonly owner: string;
  /** What is done, and by whom. */
  readonly does: string;
  /** What is looked at before it counts as done. */
  readonly exit: string;
  readonly longestSeconds: number;
  readonly otherwise: string;
  /** How far the new Spine is open from then on; absent: as before. */
  readonly opening?: Opening;
};

const MINUTE = 60;
const DAY = 86_400;

/** Read only: whoever asks is answered, and nobody changes anything. */
const READS = CLOSED;
const ramp = (downloads: number): Opening => ({ takesMessages: true, downloads, doesDue: false });

/** The plan of the switch, step by step, with its longest times at national size [MIGRATION 8]. */
export const STEPS: readonly Step[] = [
  {
    name: 'ready',
    from: 'FOLLOWING',
    to: 'READY',
    owner: 'lead',
    does: 'look at every gate once more; suppliers know times and what users will see',
    exit: 'all gates are green',
    longestSeconds: 50 * MINUTE,
    otherwise: 'move the date',
  },
  {
    name: 'drain',
    from: 'READY',
    to: 'DRAIN',
    owner: 'old store',
    does: 'the old store turns new downloads and orders away, ends what is in flight, and says so in DRAINED.json',
    exit: 'its signed word that nothing is in flight',
    longestSeconds: 2 * MINUTE,
    otherwise: 'let the old store go on; spine migrate fall-back',
  },
  {
    name: 'freeze',
    from: 'DRAIN',
    to: 'FROZEN',
    owner: 'old store',
    does: 'the old store is read only, and says its last change in FROZEN.json',
    exit: 'its signed word, with a last change that is not before what is here',
    longestSeconds: MINUTE,
    otherwise: 'let the old store go on; spine migrate fall-back',
  },
  {
    name: 'final',
    from: 'FROZEN',
    to: 'FINAL',
    owner: 'new store',
    does: 'apply the feed to its end',
    exit: 'the last change is applied, and its transaction is whole',
    longestSeconds: MINUTE,
    otherwise: 'let the old store go on; spine migrate fall-back',
  },
  {
    name: 'verify',
    from: 'FINAL',
    to: 'VERIFIED',
    owner: 'new store',
    does: 'compare what changed since the last clean report, every queue, and whether the old store still writes',
    exit: 'no difference, no invariant broken, no change behind the last',
    longestSeconds: 3 * MINUTE,
    otherwise: 'let the old store go on; spine migrate fall-back',
  },
  {
    name: 'open-reads',
    from: 'VERIFIED',
    to: 'SWITCHED_RO',
    owner: 'network',
    does: 'lead readers to the new Spine; nobody can change anything yet',
    exit: 'every probe reads what the old store has',
    longestSeconds: MINUTE,
    otherwise: 'lead readers back; spine migrate fall-back',
    opening: READS,
  },
  {
    name: 'open-writes',
    from: 'SWITCHED_RO',
    to: 'SWITCHED_RW',
    owner: 'network',
    does: 'fence the old store, lead senders to the new Spine, take messages; no automatic download yet',
    exit: 'messages are taken; the old store has written nothing',
    longestSeconds: 2 * MINUTE,
    otherwise: 'spine migrate fall-back writes what was taken for the old store',
    opening: ramp(0),
  },
  ...([10, 50, 100] as const).map((downloads): Step => {
    const [from, to] = rampOf(downloads);
    return {
      name: downloads === 100 ? 'open-all' : `open-${downloads}`,
      from,
      to,
      owner: 'lead',
      does: `automatic downloads of ${downloads} of a hundred organisations`,
      exit: 'the tripwire was silent since the switch',
      longestSeconds: 15 * MINUTE,
      otherwise: 'leave it as it is, and look at what the tripwire held: spine migrate holds',
      opening: ramp(downloads),
    };
  }),
  {
    name: 'due',
    from: 'OPEN',
    to: 'GUARD',
    owner: 'lead',
    does: 'what falls due is done again: next issues, expiries, claims that never came',
    exit: 'the tripwire was silent since the switch',
    longestSeconds: 60 * MINUTE,
    otherwise: 'leave it as it is: nothing is lost, it is only later',
    opening: { takesMessages: true, downloads: 100, doesDue: true },
  },
  {
    name: 'close',
    from: 'GUARD',
    to: 'CLOSED',
    owner: 'lead',
    does: 'end the watch; the old store is archived, sealed and readable',
    exit: 'the days of the watch are over, and the tripwire was silent',
    longestSeconds: DAY,
    otherwise: 'go on watching',
  },
];

function rampOf(downloads: 10 | 50 | 100): readonly [State, State] {
  if (downloads === 10) return ['SWITCHED_RW', 'OPEN_10'];
  return downloads === 50 ? ['OPEN_10', 'OPEN_50'] : ['OPEN_50', 'OPEN'];
}

export function stepCalled(name: string): Step | null {
  return STEPS.find((step) => step.name === name) ?? null;
}

/** What comes next; null when nothing does. */
export function nextStep(state: State): Step | null {
  const at = state === 'LOADED' ? 'FOLLOWING' : state;
  return STEPS.find(({ from }) => from === at) ?? null;
}

/** Whether a step was done already on the way to where it stands. */
export function isBehind(step: Step, state: State): boolean {
  const place = STEPS.findIndex(({ to }) => to === state);
  return place >= STEPS.indexOf(step);
}

/** How an attempt is undone: nobody has changed anything here, or messages were taken that the old store must get [MIGRATION 8]. */
export function fallBackKind(state: State): '0' | 'A' | null {
  const place = STEPS.findIndex(({ to }) => to === state);
  const writes = STEPS.findIndex(({ to }) => to === 'SWITCHED_RW');
  if (state === 'FALLING_BACK') return 'A';
  if (place === -1 || state === 'CLOSED') return null;
  return place < writes ? '0' : 'A';
}
