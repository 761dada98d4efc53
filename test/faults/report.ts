/** What came of one fault [RELIABILITY 8]. */
export type Result = {
  readonly id: string;
  readonly name: string;
  readonly acknowledged: number;
  /** Messages that were answered and are not kept. */
  readonly lost: readonly string[];
  /** Effects that one message has more than once. */
  readonly doubled: readonly string[];
  /** Changed answers, answers that no order of events explains, rows that break an invariant. */
  readonly wrong: readonly string[];
  /** Messages that were sent again because nobody knew, and then answered. */
  readonly unknownResolved: number;
  readonly gapMs: number;
  readonly gapMaxMs: number;
  /** From the harm until all was whole again. */
  readonly recoveryMs: number;
};

export type Report = {
  readonly seed: number;
  readonly results: readonly Result[];
  /** Between and after the faults. */
  readonly calm: Omit<Result, 'id' | 'name' | 'gapMs' | 'gapMaxMs' | 'recoveryMs'>;
  /** Faults that could not be done here, and why. */
  readonly leftOut: readonly string[];
};

/** Nothing was lost, doubled or wrong, and no time without writes was too long. */
export function isGood({ results, calm }: Pick<Report, 'results' | 'calm'>): boolean {
  return [...results, calm].every(isWhole) && results.every((one) => one.gapMs <= one.gapMaxMs);
}

/** How what was seen of a fault begins where that says nothing of messages. */
export const NOT_DONE = 'the fault could not be done';

/** All that went wrong with messages: a machine that is busy makes writes wait too long, and faults impossible. */
export function wrongsOf({ results, calm }: Pick<Report, 'results' | 'calm'>): readonly string[] {
  return [...results, calm].flatMap(({ lost, doubled, wrong }) => [
    ...lost.map((one) => `lost: ${one}`),
    ...doubled.map((one) => `doubled: ${one}`),
    ...wrong.filter((one) => !one.startsWith(NOT_DONE)).map((one) => `wrong: ${one}`),
  ]);
}

function isWhole({ lost, doubled, wrong }: Pick<Result, 'lost' | 'doubled' | 'wrong'>): boolean {
  return lost.length + doubled.length + wrong.length === 0;
}

/** For programs. */
export function jsonOf(report: Report): string {
  const { results, calm, seed, leftOut } = report;
  const all = [...results, calm];
  return JSON.stringify({
    faults: results.length,
    acknowledged: sum(all, ({ acknowledged }) => acknowledged),
    lost: sum(all, ({ lost }) => lost.length),
    doubled: sum(all, ({ doubled }) => doubled.length),
    wrong: sum(all, ({ wrong }) => wrong.length),
    unknownResolved: sum(all, ({ unknownResolved }) => unknownResolved),
    gapsMs: spread(results.map(({ gapMs }) => gapMs)),
    recoveriesMs: spread(results.map(({ recoveryMs }) => recoveryMs)),
    seed,
    leftOut,
    byFault: kindsOf(results).map((kind) => {
      const [first] = kind;
      return {
        id: first?.id,
        name: first?.name,
        runs: kind.length,
        acknowledged: sum(kind, ({ acknowledged }) => acknowledged),
        lost: sum(kind, ({ lost }) => lost.length),
        doubled: sum(kind, ({ doubled }) => doubled.length),
        wrong: sum(kind, ({ wrong }) => wrong.length),
        unknownResolved: sum(kind, ({ unknownResolved }) => unknownResolved),
        gapsMs: spread(kind.map(({ gapMs }) => gapMs)),
        recoveriesMs: spread(kind.map(({ recoveryMs }) => recoveryMs)),
      };
    }),
  });
}

/** For people. */
export function tableOf(report: Report): string {
  const { results, calm, seed, leftOut } = report;
  const all = [...results, calm];
  const rows = kindsOf(results).map((kind) => {
    const gap = spread(kind.map(({ gapMs }) => gapMs));
    const recovery = spread(kind.map(({ recoveryMs }) => recoveryMs));
    return [
      `${kind[0]?.id} ${kind[0]?.name}`,
      String(kind.length),
      ...countsOf(kind),
      seconds(gap.median),
      seconds(gap.worst),
      seconds(recovery.median),
      seconds(recovery.worst),
    ];
  });
  const whole = spread(results.map(({ gapMs }) => gapMs));
  const total = [`all, and the time between`, String(results.length), ...countsOf(all)];
  const lines = [HEAD, ...rows, ['between the faults', '', ...countsOf([calm])]];
  return [
    ...columns([...lines, [...total, seconds(whole.median), seconds(whole.worst)]]),
    ...leftOut.map((one) => `left out: ${one}`),
    ...all.flatMap(({ lost, doubled, wrong }) => [
      ...lost.slice(0, SHOWN_MAX).map((one) => `lost: ${one}`),
      ...doubled.slice(0, SHOWN_MAX).map((one) => `doubled: ${one}`),
      ...wrong.slice(0, SHOWN_MAX).map((one) => `wrong: ${one}`),
    ]),
    ...results
      .filter((one) => one.gapMs > one.gapMaxMs)
      .map((one) => `too long without writes: ${one.id} ${one.name}, ${seconds(one.gapMs)}`),
    `seed ${seed}`,
  ].join('\n');
}

const SHOWN_MAX = 3; // one fault can break very much

const HEAD = [
  'fault',
  'runs',
  'acknowledged',
  'lost',
  'doubled',
  'wrong',
  'unknown resolved',
  'gap median',
  'worst',
  'recovery median',
  'worst',
];

type Counted = Pick<Result, 'acknowledged' | 'lost' | 'doubled' | 'wrong' | 'unknownResolved'>;

function countsOf(all: readonly Counted[]): string[] {
  return [
    sum(all, ({ acknowledged }) => acknowledged),
    sum(all, ({ lost }) => lost.length),
    sum(all, ({ doubled }) => doubled.length),
    sum(all, ({ wrong }) => wrong.length),
    sum(all, ({ unknownResolved }) => unknownResolved),
  ].map(String);
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  const cell = (text: string, n: number): string =>
    n === 0 ? text.padEnd(widths[n] ?? 0) : text.padStart(widths[n] ?? 0);
  return rows.map((row) => row.map(cell).join('  '));
}

/** Of the same fault, in the order in which they first came. */
function kindsOf(results: readonly Result[]): readonly (readonly Result[])[] {
  return [...Map.groupBy(results, ({ id, name }) => `${id} ${name}`).values()].toSorted(
    ([one], [other]) => Number(one?.id.slice(1)) - Number(other?.id.slice(1)),
  );
}

function spread(values: readonly number[]): { readonly median: number; readonly worst: number } {
  const sorted = values.toSorted((one, other) => one - other);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return { median: Math.round(median), worst: Math.round(sorted.at(-1) ?? 0) };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function sum<One>(all: readonly One[], of: (one: One) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
