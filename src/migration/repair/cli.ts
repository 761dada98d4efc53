import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import { instantOf } from '../../kernel/instant.ts';
import type { Database } from '../../platform/database.ts';
import { openSnapshot } from '../../platform/snapshot.ts';
import { type PrescriptionId, shortForm } from '../../prescriptions/rules.ts';
import type { Alarm } from './handle.ts';
import { countsOf, readProposal, readRecord, writeProposal, writeRecord } from './record.ts';
import { SELECTION_OPTIONS, selectionOf } from './selection.ts';

/** A person must decide, as of a step of the switch [MIGRATION 7]. */
const DECIDE = 11;
const KINDS = ['return', 'hold', 'end-hold'] as const;
const CODE = '0002'; // unable to dispense [EPS-CODES 1]
const CODES = ['0001', CODE, '0003', '0004', '0006', '0007', '0008'] as const;
const SAMPLE = 20;

const EXAMPLES = [
  {
    line: 'spine migrate repair return --status 0002 --released-from 2014-08-24 --released-to 2014-09-08 --reason "INC-123"',
    explanation: 'what would be given back, and what that does to queues; nothing is done',
  },
  {
    line: 'spine migrate do-repair repair.json --by 555900040101 --and 555900050101',
    explanation: 'does it, a thousand a minute at most, and signs what was changed',
  },
  {
    line: 'spine migrate undo-repair repair-done.json --by 555900040101 --and 555900050101',
    explanation: 'who had it has it again, what was held is held no more, and so back',
  },
] as const;

const PEOPLE = [
  { flag: 'by', value: 'user', help: 'who decided' },
  { flag: 'and', value: 'user', help: 'who else did; not the same person' },
  { flag: 'per-minute', value: 'number', help: 'records, 1 to 1000', default: '1000' },
] as const;

/** Repairs of many records after the switch: looked at first, by two persons, slowly, and with a way back [MIGRATION 8]. */
export const repairCommands: readonly Command[] = [
  auditedCommand({
    name: 'migrate repair',
    summary: 'say what a repair of many records would do, and sign that for two persons to decide',
    usage: '<return|hold|end-hold>',
    options: [
      ...SELECTION_OPTIONS,
      { flag: 'reason', value: 'text', help: 'why; nothing about a patient' },
      { flag: 'code', value: 'code', help: 'of a return', default: CODE, choices: [...CODES] },
      { flag: 'file', value: 'file', help: 'where it goes', default: 'repair.json' },
    ],
    examples: EXAMPLES,
    work: propose,
  }),
  auditedCommand({
    name: 'migrate do-repair',
    summary: 'do a repair that was looked at; it stops at any alarm that something comes again',
    usage: '<repair>',
    options: PEOPLE,
    examples: EXAMPLES,
    work: (invocation, database) => work(invocation, database, false),
  }),
  auditedCommand({
    name: 'migrate undo-repair',
    summary: 'undo a repair, where nothing else has happened since; nothing enters a queue by it',
    usage: '<repair-done>',
    options: PEOPLE,
    examples: EXAMPLES,
    work: (invocation, database) => work(invocation, database, true),
  }),
];

async function propose(invocation: Invocation, _: Database, url: string): Promise<number> {
  const { words, output } = invocation;
  const kind = KINDS.find((one) => one === words[0]);
  const selection = selectionOf(invocation);
  const reason = textOption(invocation, 'reason') ?? '';
  if (kind === undefined || !selection.ok || reason === '') {
    const problem = selection.ok ? 'name the repair, and --reason' : selection.error;
    output.progress(`spine migrate repair: ${problem}`);
    return EXIT.wrongUse;
  }
  const [code, file] = [textOption(invocation, 'code') ?? CODE, textOption(invocation, 'file')];
  const { tryAll } = await import('./handle.ts');
  const snapshot = await openSnapshot(url);
  try {
    const at = instantOf(new Date());
    const tried = await tryAll(snapshot, selection.value, { kind, code, by: ['', ''], at });
    const about = { kind, code, reason, selection: selection.value };
    const repairId = await writeProposal(file ?? 'repair.json', about, tried);
    const able = tried.filter(({ refused }) => refused === null);
    const left = able.reduce((sum, one) => sum + one.left, 0);
    const refused = countsOf(tried);
    const lines = [
      `${tried.length} are selected: ${kind} of ${able.length}`,
      ...Object.entries(refused).map(([why, count]) => `  ${count} not: ${why}`),
      `queues: none is entered, ${left} are left`,
      ...able.slice(0, SAMPLE).map(({ id }) => `  ${shortForm(id)}`),
      `nothing is done yet; signed: ${file}`,
    ];
    const facts = { repairId, selected: tried.length, able: able.length, refused };
    output.result(lines.join('\n'), { ...facts, queues: { entered: 0, left }, file });
    return EXIT.ok;
  } finally {
    await snapshot.close();
  }
}

async function work(
  invocation: Invocation,
  database: Database,
  isUndone: boolean,
): Promise<number> {
  const { words, output } = invocation;
  const [file] = words;
  const [one, other] = [textOption(invocation, 'by'), textOption(invocation, 'and')];
  const perMinute = Number(textOption(invocation, 'per-minute'));
  const { doAll, PER_MINUTE_MAX } = await import('./handle.ts');
  const isPace = Number.isInteger(perMinute) && perMinute >= 1 && perMinute <= PER_MINUTE_MAX;
  if (file === undefined || !one || !other || one === other || !isPace) {
    output.progress(
      `spine migrate ${isUndone ? 'undo-repair' : 'do-repair'}: name the file, and two persons: --by <user> --and <other>; --per-minute is 1 to ${PER_MINUTE_MAX}`,
    );
    return EXIT.wrongUse;
  }
  const by = [one, other] as const;
  const { records, ...about } = await (isUndone ? readRecord(file) : readProposal(file));
  const done = await doAll(
    database,
    { ...about, records, by, isUndone },
    {
      perMinute,
      pause: (ms) => pause(ms),
      onProgress: (some) => output.progress(`${some} of ${records.length}`),
    },
  );
  const kept = join(
    dirname(file),
    `${basename(file, '.json')}-${isUndone ? 'undone' : 'done'}.json`,
  );
  await writeRecord(kept, { ...about, of: file, isUndone }, by, done);
  output.result(linesOf(records.length, done, kept), {
    ...done,
    changed: done.changed.length,
    kept,
  });
  return done.stoppedBy === null ? EXIT.ok : DECIDE;
}

function linesOf(
  count: number,
  {
    changed,
    skipped,
    stoppedBy,
  }: {
    changed: readonly { id: PrescriptionId }[];
    skipped: Readonly<Record<string, number>>;
    stoppedBy: Alarm | null;
  },
  kept: string,
): string {
  return [
    `${changed.length} of ${count} are changed`,
    ...Object.entries(skipped).map(([why, some]) => `  ${some} not: ${why}`),
    ...(stoppedBy === null ? [] : [STOPPED[stoppedBy]]),
    `signed: ${kept}`,
  ].join('\n');
}

const STOPPED: Readonly<Record<Alarm, string>> = {
  tripwire: 'STOPPED: the tripwire held something back; look at spine migrate holds',
  'comes again':
    'STOPPED: something waits for a pharmacy that had it before; look at /ops/migration, and run spine migrate reconcile',
};
