import { type Comparison, TIMES_LESS_GOAL } from './coordinator.ts';
import type { Figures, HalfLoad } from './figures.ts';
import type { SignIn } from './sign-in.ts';
import type { StructureCheck } from './structure-check.ts';

export type Results = {
  readonly figures: Readonly<Record<string, Figures>>;
  readonly structureCheck: StructureCheck;
  /** Beside the NHS's own facade. */
  readonly coordinator: Readonly<Record<string, Comparison>>;
  readonly signIn: SignIn;
};

type Column = { readonly title: string; readonly of: (figures: Figures) => string };

const COLUMNS: readonly Column[] = [
  { title: 'per second', of: ({ perSecond }) => String(perSecond) },
  { title: 'limit/s', of: ({ limitPerSecond }) => String(limitPerSecond ?? '-') },
  { title: 'ratio', of: ({ ratioToLimit }) => ratioToLimit?.toFixed(2) ?? '-' },
  { title: 'p50 ms', of: ({ p50Ms }) => p50Ms.toFixed(1) },
  { title: 'p99 ms', of: ({ p99Ms }) => p99Ms.toFixed(1) },
  { title: 'our CPU ms', of: ({ cpuMsPerMessage }) => cpuMsPerMessage?.toFixed(3) ?? '-' },
  { title: 'db CPU ms', of: ({ dbCpuMsPerMessage }) => dbCpuMsPerMessage?.toFixed(3) ?? '-' },
  { title: 'WAL bytes', of: ({ walBytesPerMessage }) => String(walBytesPerMessage) },
];

const NOTES = [
  'A message is an HTTP request; in releaseNominated each of the up to 25 prescriptions counts as one.',
  'hl7v3*: the same by the HL7 V3 door, as the NHS facade sends it, on kept-alive TLS with client certificates.',
  'Every order is signed and its signature verified; processMessageSigned is create by another name.',
  'CPU and WAL are per message. limit/s: the same rows written by a bare pg client, its values prepared.',
];

/** The figures for people. */
export function tableOf(results: Results): string {
  const head = ['', ...COLUMNS.map(({ title }) => title)];
  const body = Object.entries(results.figures).map(([name, figures]) => [
    name,
    ...COLUMNS.map(({ of }) => of(figures)),
  ]);
  const rows = [head, ...body];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return [
    ...lines,
    '',
    ...NOTES,
    ...halfLoadLines(results),
    '',
    ...coordinatorLines(results),
    ...doorLines(results),
    ...signInLines(results),
    '',
    ...goalLines(results),
  ].join('\n');
}

function halfLoadLines(results: Results): string[] {
  const { halfLoad, limitHalfLoad } = results.figures['mixed'] ?? {};
  const words = ({ perSecond, p50Ms, p99Ms }: HalfLoad): string =>
    `${perSecond}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms`;
  if (halfLoad === undefined || limitHalfLoad === undefined) return [];
  return [
    `mixed at half load: ${words(halfLoad)}, from when a message was due; the bare client: ${words(limitHalfLoad)}.`,
  ];
}

function coordinatorLines({ coordinator, structureCheck }: Results): string[] {
  const { entries, p50Ms } = structureCheck;
  return [
    ...Object.entries(coordinator).map(
      ([name, { cpuMs, coordinatorCpuMs, timesLess }]) =>
        `${name}: ${cpuMs} ms CPU a request; the NHS coordinator ${coordinatorCpuMs} ms, ${timesLess} times as much.`,
    ),
    `structure check of a signed bundle of ${entries} entries: p50 ${p50Ms} ms.`,
  ];
}

function signInLines({ signIn }: Results): string[] {
  const { loginsPerSecond, loginCpuMs, loginDbCpuMs, checksPerSecond, checkCpuMicroseconds } =
    signIn;
  const cpu = `${loginCpuMs?.toFixed(2) ?? '-'} ms of ours and ${loginDbCpuMs?.toFixed(2) ?? '-'} ms of the database`;
  return [
    `log-ins with a card: ${loginsPerSecond.toFixed(0)}/s, each ${cpu}.`,
    `checks of a token seen before: ${checksPerSecond.toFixed(0)}/s, each ${checkCpuMicroseconds.toFixed(1)} microseconds.`,
  ];
}

const CHECK_GOAL_MICROSECONDS = 50;

const HL7V3_TIMES_GOAL = 1.5;

function doorLines({ figures }: Results): string[] {
  const times = Object.entries(figures).flatMap(([name, { cpuTimesTwin }]) =>
    typeof cpuTimesTwin === 'number' ? `${name} ${cpuTimesTwin.toFixed(2)}` : [],
  );
  return [`our CPU by HL7 V3, in times of that by FHIR in the same round: ${times.join(', ')}.`];
}

type Goal = { readonly text: string; readonly isMet: (results: Results) => boolean };

const GOALS: readonly Goal[] = [
  {
    text: 'create at half of the limit or more',
    isMet: ({ figures: { create } }) => (create?.ratioToLimit ?? 0) >= 0.5,
  },
  {
    text: 'mixed at 1500 messages a second or more',
    isMet: ({ figures: { mixed } }) => (mixed?.perSecond ?? 0) >= 1500,
  },
  {
    text: 'our CPU at 0.4 ms a message or less (mixed)',
    isMet: ({ figures: { mixed } }) => (mixed?.cpuMsPerMessage ?? 1) <= 0.4,
  },
  {
    text: 'p99 below 50 ms at half load',
    isMet: ({ figures: { mixed } }) => (mixed?.halfLoad?.p99Ms ?? 50) < 50,
  },
  ...(['prepare', 'processMessageSigned'] as const).map((name) => ({
    text: `${name} with ${TIMES_LESS_GOAL} times less CPU than the NHS coordinator or still less`,
    isMet: ({ coordinator }: Results) => (coordinator[name]?.timesLess ?? 0) >= TIMES_LESS_GOAL,
  })),
  {
    text: 'structure check of a signed bundle of 10 entries at 1 ms or less (p50)',
    isMet: ({ structureCheck }) => structureCheck.p50Ms <= 1,
  },
  {
    text: `HL7 V3 with at most ${HL7V3_TIMES_GOAL} times the CPU of FHIR`,
    isMet: ({ figures }) =>
      Object.values(figures).every(({ cpuTimesTwin }) => (cpuTimesTwin ?? 0) <= HL7V3_TIMES_GOAL),
  },
  {
    text: `check of a token seen before at ${CHECK_GOAL_MICROSECONDS} microseconds or less`,
    isMet: ({ signIn }) => signIn.checkCpuMicroseconds <= CHECK_GOAL_MICROSECONDS,
  },
];

/** Told, not enforced: a laptop may be slower than what they are meant for. */
function goalLines(results: Results): string[] {
  return GOALS.map(({ text, isMet }) => `${isMet(results) ? 'ok    ' : 'not ok'} ${text}`);
}
