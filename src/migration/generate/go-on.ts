import type { Dice } from './dice.ts';
import { dayOf, daysLater } from './legacy-time.ts';
import type { Life } from './life.ts';

/** When something goes on in an old store: the moment, and its day in London. */
type When = { readonly ms: number; readonly day: string; readonly dice: Dice };

type Act = {
  readonly weight: number;
  readonly isFor: (life: Life, when: When) => boolean;
  readonly into: (life: Life, when: When) => void;
};

const status = (life: Life): string => life.issues[life.current - 1]?.status ?? '';
const isOne =
  (...codes: readonly string[]) =>
  (life: Life): boolean =>
    codes.includes(status(life)) && !life.isGone;
const isWaiting = (life: Life): boolean =>
  life.rows.tables.NOM_RELEASE.some(({ STATE: state }) => state === 'PENDING');
const hasCome = (life: Life): boolean => life.issues.length > 0;
const isLapsed = (life: Life, { day }: When): boolean =>
  isOne('0001')(life) && life.issue.expiry <= day;
const isFree = (life: Life, when: When): boolean => isOne('0001')(life) && !isLapsed(life, when);
/** Of several issues only the current one is amended or taken back: the others lead to those behind them. */
const canChange = (life: Life): boolean =>
  life.issue.told.length > 0 && (life.beginning.issues === 1 || isOne('0003')(life));
const owner = (life: Life): string => life.nominated ?? 'F0001';
const items = (life: Life, code: string): string[] => life.issue.items.map(() => code);
const unclaimed = (life: Life): number | null =>
  life.issues.find((issue) => issue.status === '0006')?.number ?? null;

const NO_CLAIM_DAYS = 180; // after the last notification [EPS-LIFECYCLE 8]
const KEPT_DAYS: Readonly<Record<string, number>> = { '0004': 90, '0005': 180, '0008': 36 };

function isUnclaimedTooLong(life: Life, { day }: When): boolean {
  const last = life.issues[life.current - 1]?.told.at(-1);
  return (
    isOne('0006')(life) && last !== undefined && daysLater(dayOf(last.ms), NO_CLAIM_DAYS) <= day
  );
}

function isKeptLongEnough(life: Life, { day }: When): boolean {
  const days = KEPT_DAYS[status(life)];
  if (days === undefined || life.isGone) return false;
  const from = life.issue.claimMs ?? life.issue.closedMs;
  return from !== null && daysLater(dayOf(from), days) <= day;
}

/** What is due before anything else can be done. */
const BY_TIME: Readonly<Record<string, Act>> = {
  expire: { weight: 1, isFor: isLapsed, into: (life, { ms }) => life.expire(ms) },
  giveUpClaim: { weight: 1, isFor: isUnclaimedTooLong, into: (life, { ms }) => life.noClaim(ms) },
  purge: { weight: 1, isFor: isKeptLongEnough, into: (life, { ms }) => life.purge(ms) },
  becomeReady: {
    weight: 1,
    isFor: (life, { day }) => isOne('0000')(life) && life.issue.ready <= day,
    into: (life, { ms }) => life.becomeReady(ms),
  },
};

const BY_MESSAGE: Readonly<Record<string, Act>> = {
  upload: {
    weight: 8,
    isFor: (life) => !hasCome(life) && !life.isGone,
    into: (life, { ms }) => life.arrive(ms),
  },
  refuseUpload: {
    weight: 2,
    isFor: (life) => life.rows.tables.MESSAGE.length === 0,
    into: (life, { ms }) => refuseUpload(life, ms),
  },
  cancelBefore: {
    weight: 2,
    isFor: (life) => life.rows.tables.MESSAGE.length === 0,
    into: (life, { ms }) => life.cancelBefore(ms),
  },
  download: {
    weight: 7,
    isFor: (life, when) => isFree(life, when) && isWaiting(life),
    into(life, { ms }) {
      const waits = life.rows.tables.NOM_RELEASE.find(({ STATE: state }) => state === 'PENDING');
      life.release(ms, waits?.['ORG'] ?? '', 'NOMINATED');
    },
  },
  releaseById: {
    weight: 2,
    isFor: isFree,
    into: (life, { ms }) => life.release(ms, 'F0002', 'BY_ID'),
  },
  nominateAnew: {
    weight: 2,
    isFor: isFree,
    into(life, { ms, dice }) {
      const org = owner(life);
      life.renominate(ms, dice.isLucky(0.3) ? org : `${org.slice(0, 2)}Y${org.slice(3)}`);
    },
  },
  cancel: { weight: 2, isFor: isFree, into: (life, { ms }) => life.cancel(ms) },
  cancelWithDispenser: {
    weight: 1,
    isFor: (life) => isOne('0002')(life) && !life.rows.isCancelWaiting,
    into: (life, { ms }) => life.cancel(ms),
  },
  giveBack: { weight: 4, isFor: isOne('0002'), into: (life, { ms }) => life.giveBack(ms) },
  dispensePart: {
    weight: 3,
    isFor: isOne('0002'),
    into: (life, { ms }) => life.dispense(ms, '0003', items(life, '0003')),
  },
  dispense: {
    weight: 3,
    isFor: (life) => isOne('0002', '0003')(life) && !life.rows.isCancelWaiting,
    into: (life, { ms }) => life.dispense(ms, '0006', items(life, '0001')),
  },
  dispenseNothing: {
    weight: 1,
    isFor: (life) => isOne('0002')(life) && !life.rows.isCancelWaiting,
    into: (life, { ms }) => life.dispense(ms, '0007', items(life, '0002')),
  },
  amend: {
    weight: 2,
    isFor: (life) => isOne('0003')(life) && canChange(life),
    into: (life, { ms }) => life.dispense(ms, '0003', items(life, '0004'), true),
  },
  withdraw: {
    weight: 2,
    isFor: (life) => isOne('0003', '0006', '0007')(life) && canChange(life),
    into: (life, { ms }) => life.withdraw(ms),
  },
  claim: {
    weight: 4,
    isFor: (life) => !life.isGone && unclaimed(life) !== null,
    into: (life, { ms }) => life.claim(ms, unclaimed(life) ?? life.current),
  },
  amendClaim: { weight: 1, isFor: isOne('0008'), into: (life, { ms }) => life.claim(ms) },
  refuse: {
    weight: 2,
    isFor: (life) => hasCome(life) && !life.isGone,
    into: (life, { ms }) => refuseRelease(life, ms),
  },
};

/** Lets a life go on by an act that its state allows; answers whether it allows one. */
export function goOnOnce(life: Life, dice: Dice, ms: number): boolean {
  const when: When = { ms, day: dayOf(ms), dice };
  const due = Object.values(BY_TIME).filter((act) => act.isFor(life, when));
  const able = Object.values(BY_MESSAGE).filter((act) => act.isFor(life, when));
  const acts = due.length > 0 ? due : able;
  if (acts.length === 0) return false;
  dice.of(acts.map((act) => [act, act.weight] as const)).into(life, when);
  return true;
}

/** An order whose signature is not right: nothing comes of it, and another one may come under its id. */
export function refuseUpload(life: Life, ms: number): void {
  life.refuse('PORX_IN020101SM31', ms, { org: life.beginning.prescriber, code: '5888' });
}

/** Why another pharmacy does not get it, in the codes of release rejections [EPS-CODES 2]. */
const WHY: Readonly<Record<string, string>> = {
  '0002': '0004',
  '0003': '0004',
  '0004': '0002',
  '0005': '0001',
  '0006': '0005',
  '0008': '0005',
};
const UNPROCESSABLE = '5000';

export function refuseRelease(life: Life, ms: number): void {
  const code = WHY[status(life)] ?? UNPROCESSABLE;
  life.refuse('PORX_IN132004SM30', ms, { org: 'F0003', code });
}
