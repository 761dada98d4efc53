import { type Invocation, type Option, textOption } from '../../cli/command.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { bucketOf, BUCKETS } from './buckets.ts';

/** What each level compares [MIGRATION 6]; live traffic and people are `shadow` and `sample`. */
export const LEVELS = {
  L0: 'files',
  L1: 'counts',
  L2: 'content',
  L3: 'meaning',
  L4: 'history',
  L5: 'time',
} as const;

export type Level = keyof typeof LEVELS;

/** How much of two stores is compared. */
export type Scope = {
  readonly levels: ReadonlySet<Level>;
  /** Ids of one of the 4,096 buckets only; null: of all. */
  readonly bucket: number | null;
  /** Ids that one organisation prescribed, has, had, or that wait for it; null: of all. */
  readonly organisation: string | null;
  /** Of a thousand ids, how many are asked about without an effect; the same ones for a seed. */
  readonly samplePermille: number;
  readonly seed: number;
};

export const WHOLE: Scope = {
  levels: new Set<Level>(['L0', 'L1', 'L2', 'L3', 'L4', 'L5']),
  bucket: null,
  organisation: null,
  samplePermille: 10,
  seed: 1,
};

/** Whether all ids are compared, so that what is true of the whole store can be looked at. */
export function isOfAll({ bucket, organisation }: Scope): boolean {
  return bucket === null && organisation === null;
}

/** Whether it may stand for the whole comparison that a switch needs. */
export function isWhole(scope: Scope): boolean {
  return isOfAll(scope) && scope.levels.size === WHOLE.levels.size;
}

export function isInBucket({ bucket }: Scope, place: string): boolean {
  return bucket === null || bucketOf(place) === bucket;
}

/** For people and reports. */
export function scopeWords({ bucket, organisation }: Scope): string {
  const parts = [
    ...(bucket === null ? [] : [`bucket ${bucket}`]),
    ...(organisation === null ? [] : [`organisation ${organisation}`]),
  ];
  return parts.length === 0 ? 'all ids' : parts.join(' of ');
}

export const SCOPE_OPTIONS: readonly Option[] = [
  { flag: 'level', value: 'levels', help: 'only these, L0 to L5, with commas: L1,L3' },
  {
    flag: 'bucket',
    value: 'number',
    help: `only the ids of one bucket, 0 to ${BUCKETS - 1}, and what each store says of them`,
  },
  {
    flag: 'org',
    value: 'ods',
    help: 'only what one organisation prescribed, has, had or waits for',
  },
  {
    flag: 'sample',
    value: 'number',
    help: 'ids of a thousand that are asked about without an effect',
    default: String(WHOLE.samplePermille),
  },
  {
    flag: 'seed',
    value: 'number',
    help: 'the same one draws the same ids',
    default: String(WHOLE.seed),
  },
];

/** Fails with what is wrong in what was typed. */
export function scopeOf(invocation: Invocation): Result<Scope, string> {
  const typed = (flag: string): string | null => textOption(invocation, flag);
  const levels = levelsOf(typed('level'));
  if (levels === null) return fail('--level is one or more of L0 to L5, with commas between them');
  const bucket = typed('bucket') === null ? null : Number(typed('bucket'));
  if (bucket !== null && !isBetween(bucket, 0, BUCKETS - 1)) {
    return fail(`--bucket is a number from 0 to ${BUCKETS - 1}`);
  }
  const [samplePermille, seed] = [Number(typed('sample')), Number(typed('seed'))];
  if (!isBetween(samplePermille, 0, 1000)) return fail('--sample is a number from 0 to 1000');
  if (!isBetween(seed, 0, SEED_MAX)) return fail(`--seed is a number from 0 to ${SEED_MAX}`);
  const organisation = typed('org')?.trim().toUpperCase() ?? null;
  if (organisation === '') return fail('--org is the ODS code of an organisation');
  return ok({ levels, bucket, organisation, samplePermille, seed });
}

const SEED_MAX = 999_999_999;

function isBetween(number: number, least: number, most: number): boolean {
  return Number.isInteger(number) && number >= least && number <= most;
}

function levelsOf(typed: string | null): ReadonlySet<Level> | null {
  if (typed === null) return WHOLE.levels;
  const names = typed
    .toUpperCase()
    .split(',')
    .map((name) => name.trim());
  const known = names.filter(isLevel);
  return known.length === names.length ? new Set(known) : null;
}

function isLevel(name: string): name is Level {
  return Object.hasOwn(LEVELS, name);
}
