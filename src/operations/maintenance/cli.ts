import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { statusCommand } from '../../installation/status-folder.ts';
import type { Result } from '../../kernel/result.ts';
import { EXTENT_OPTIONS, extentOf, parseWhen } from '../options.ts';
import { parseNumber } from '../numbers.ts';
import { changeMaintenance, maintenanceIn, planMaintenance } from '../record.ts';
import { openStore, type Store } from '../store/repository.ts';
import { namesOf } from '../subscriptions/notices.ts';
import { londonInstant } from '../words.ts';
import {
  type Maintenance,
  MAINTENANCE_REJECTIONS,
  type MaintenanceCommand,
  type MaintenanceRejection,
} from './maintenance.ts';

const planCommand = statusCommand({
  name: 'maintenance plan',
  summary: 'announce maintenance; people are reminded 7 days and 24 hours before',
  options: [
    { flag: 'title', value: 'text', help: 'what is done, in a line' },
    { flag: 'effect', value: 'text', help: 'what users will notice' },
    { flag: 'from', value: 'instant', help: 'when it begins, with its zone' },
    { flag: 'until', value: 'instant', help: 'when it ends at the latest' },
    ...EXTENT_OPTIONS,
  ],
  examples: [
    {
      line: 'spine maintenance plan --component tracker --from 2026-12-06T02:00:00Z --until 2026-12-06T04:00:00Z --title "New tracker" --effect "No tracker for up to ten minutes"',
      explanation: 'at both datacentres',
    },
    {
      line: 'spine maintenance plan --component sign-in --site a --from 2026-12-06T02:00:00Z --until 2026-12-06T03:00:00Z --title "New certificate" --effect "None is expected"',
      explanation: 'at one',
    },
    { line: 'spine maintenance list', explanation: 'what is planned' },
  ],
  work: (invocation, folder) =>
    withStore(folder, (store) => {
      const extent = extentOf(invocation);
      if (!extent.ok) return wrong(invocation, extent.error);
      const from = parseWhen(textOption(invocation, 'from'));
      const until = parseWhen(textOption(invocation, 'until'));
      if (from === null || until === null) {
        return wrong(invocation, '--from and --until are instants such as 2026-12-06T02:00:00Z');
      }
      const [title, effect] = [textOption(invocation, 'title'), textOption(invocation, 'effect')];
      if (title === null || effect === null) return wrong(invocation, 'give --title and --effect');
      const { cells, users } = extent.value ?? { cells: [], users: [] };
      const planned = { at: new Date(), title, effect, from, until, cells, users };
      return answer(invocation, planMaintenance(store, planned));
    }),
});

const startCommand = changing('start', 'say that it has begun', 'Start');
const endCommand = changing('end', 'say that it is over', 'End');

const cancelCommand = statusCommand({
  name: 'maintenance cancel',
  summary: 'say that it does not take place, or no longer; everybody is told',
  usage: '<number>',
  options: [{ flag: 'reason', value: 'text', help: 'why' }],
  examples: examplesOf('cancel', ' --reason "An incident is open."'),
  work: (invocation, folder) => {
    const reason = textOption(invocation, 'reason');
    if (reason === null) return wrong(invocation, 'say why: --reason "…"');
    return change(invocation, folder, { at: new Date(), kind: 'Cancel', reason });
  },
});

const listCommand = statusCommand({
  name: 'maintenance list',
  summary: 'list what is planned and under way',
  options: [{ flag: 'all', help: 'what is over or cancelled too' }],
  examples: [
    { line: 'spine maintenance list', explanation: 'a line each' },
    { line: 'spine maintenance list --all', explanation: 'the whole history' },
    { line: 'spine maintenance list -o json', explanation: 'for a program' },
  ],
  work: (invocation, folder) =>
    withStore(folder, (store) => {
      const isAll = invocation.values['all'] === true;
      const list = maintenanceIn(store).filter(
        ({ state }) => isAll || state === 'planned' || state === 'under-way',
      );
      const text = list.length === 0 ? 'No maintenance is planned.' : list.map(shown).join('\n');
      invocation.output.result(text, list);
      return EXIT.ok;
    }),
});

export const maintenanceCommands: readonly Command[] = [
  planCommand,
  startCommand,
  endCommand,
  cancelCommand,
  listCommand,
];

function changing(verb: string, summary: string, kind: 'Start' | 'End'): Command {
  return statusCommand({
    name: `maintenance ${verb}`,
    summary,
    usage: '<number>',
    options: [],
    examples: examplesOf(verb, ''),
    work: (invocation, folder) => change(invocation, folder, { at: new Date(), kind }),
  });
}

function examplesOf(verb: string, more: string): Command['examples'] {
  const line = `spine maintenance ${verb} MNT-20261206-01${more}`;
  return [
    { line, explanation: 'subscribers are told' },
    { line: `${line} -o json`, explanation: 'the answer for a program' },
    { line: 'spine maintenance list --all', explanation: 'which there are' },
  ];
}

function change(invocation: Invocation, folder: string, command: MaintenanceCommand): number {
  const number = parseNumber(invocation.words[0] ?? '', 'MNT');
  if (!number.ok) return wrong(invocation, number.error);
  return withStore(folder, (store) =>
    answer(invocation, changeMaintenance(store, number.value, command)),
  );
}

function withStore(folder: string, work: (store: Store) => number): number {
  const store = openStore(folder);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

function answer(invocation: Invocation, result: Result<Maintenance, MaintenanceRejection>): number {
  const { output } = invocation;
  if (result.ok) {
    output.result(shown(result.value), result.value);
    return EXIT.ok;
  }
  const { error } = result;
  const more = 'problem' in error ? ` (${error.problem})` : '';
  output.progress(`refused, ${error.kind}: ${MAINTENANCE_REJECTIONS[error.kind]}${more}`);
  return EXIT.refused;
}

function wrong({ output }: Invocation, problem: string): number {
  output.progress(`spine maintenance: ${problem}`);
  return EXIT.wrongUse;
}

function shown({ number, state, title, from, until, cells }: Maintenance): string {
  return `${number}  ${state.padEnd(9)}  ${title}  ${londonInstant(from)} until ${londonInstant(until)}  ${namesOf(cells)}`;
}
