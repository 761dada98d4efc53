import { INTERACTIONS } from '../../prescriptions/index.ts';

const KINDS = [
  'create',
  'cancel',
  'releaseNominated',
  'releaseById',
  'dispense',
  'claim',
  'return',
  'withdraw',
  'rebuild',
] as const satisfies readonly (keyof typeof INTERACTIONS)[];

const WORDS: Readonly<Record<(typeof KINDS)[number], string>> = {
  create: 'Sent',
  cancel: 'Cancelled',
  releaseNominated: 'Downloaded by nomination',
  releaseById: 'Downloaded by id',
  dispense: 'Dispensed',
  claim: 'Claimed',
  return: 'Returned',
  withdraw: 'Withdrawn',
  rebuild: 'History told anew',
};

/** The messages of the prescription service in the order of a prescription's life. */
export const STEPS = KINDS.map((kind) => ({ interaction: INTERACTIONS[kind], text: WORDS[kind] }));

/** `4 hours`, `3 days`: how long ago, as large as it can be said. */
export function howLong(ms: number): string {
  const [unit, name] = UNITS.find(([one]) => ms >= 2 * one) ?? [1_000, 'second'];
  const count = Math.max(0, Math.floor(ms / unit));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
];

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;
}

export function milliseconds(ms: number | null): string {
  return ms === null ? 'none' : `${ms} ms`;
}
