import { type Command, EXIT } from '../../cli/command.ts';
import { statusCommand } from '../../installation/status-folder.ts';
import { parseNumber } from '../numbers.ts';
import { incidentsIn } from '../record.ts';
import { type LocalFault, nameOf } from '../suppliers/fault.ts';
import { localFaultsIn, toldOf } from '../suppliers/record.ts';
import { londonInstant } from '../words.ts';
import { namesOf } from '../subscriptions/notices.ts';
import { type Sent, sentOf } from '../subscriptions/record.ts';
import { lineOf, refused, shown, withStore, wrong } from './answers.ts';
import { changeCommands } from './change/cli.ts';
import { isOpen } from './incident.ts';
import { openCommand } from './open/cli.ts';
import { reportCommand } from './report/cli.ts';

const listCommand = statusCommand({
  name: 'incident list',
  summary: 'list what is open, drafts too, and whose faults of the last day were their own',
  options: [{ flag: 'all', help: 'those that are over too' }],
  examples: [
    { line: 'spine incident list', explanation: 'a line each' },
    { line: 'spine incident list --all', explanation: 'the whole history' },
    { line: 'spine incident list -o json', explanation: 'with all updates, for a program' },
  ],
  work: (invocation, folder) =>
    withStore(folder, (store) => {
      const isAll = invocation.values['all'] === true;
      const list = incidentsIn(store).filter((one) => isAll || isOpen(one));
      const faults = localFaultsIn(store, new Date());
      const local = faults.map((one) => ({ ...one, told: toldOf(store, one) }));
      const lines = list.length === 0 ? ['No incident is open.'] : list.map(lineOf);
      const text = [...lines, ...local.map(localLine)].join('\n');
      invocation.output.result(text, { incidents: list, local });
      return EXIT.ok;
    }),
});

const showCommand = statusCommand({
  name: 'incident show',
  summary: 'show one with its updates and its version',
  usage: '<number>',
  options: [],
  examples: [
    { line: 'spine incident show INC-20141016-01', explanation: 'newest update first' },
    { line: 'spine incident show INC-20141016-01 -o json', explanation: 'all of it' },
    { line: 'spine incident list --all', explanation: 'which there are' },
  ],
  work: (invocation, folder) =>
    withStore(folder, (store) => {
      const number = parseNumber(invocation.words[0] ?? '', 'INC');
      if (!number.ok) return wrong(invocation, number.error);
      const incident = incidentsIn(store).find((one) => one.number === number.value);
      if (incident === undefined) return refused(invocation, { kind: 'NotFound' });
      const sent = sentOf(store, `incident/${number.value}`);
      const lines = sent.map(({ channel, subject, sentAt, problem }) => {
        const when = sentAt ?? `not yet${problem === null ? '' : `: ${problem}`}`;
        return `  ${(channel ?? 'left since').padEnd(10)}  ${when}  ${subject}`;
      });
      const told = [`  told to subscribers: ${sent.length}`, ...lines].join('\n');
      invocation.output.result(`${shown(incident)}\n${told}`, { ...incident, sent });
      return EXIT.ok;
    }),
});

export const incidentCommands: readonly Command[] = [
  openCommand,
  ...changeCommands,
  listCommand,
  showCommand,
  reportCommand,
];

/** Told to those whose it is, where they have named an address; to nobody else. */
function localLine({
  number,
  who,
  cells,
  beganAt,
  endedAt,
  told,
}: LocalFault & { readonly told: readonly Sent[] }): string {
  const state = endedAt === null ? 'goes on' : `over ${londonInstant(endedAt)}`;
  const sent = told.filter(({ sentAt }) => sentAt !== null).length;
  const said =
    told.length === 0 ? 'told nobody: spine contact add' : `told ${sent} of ${told.length}`;
  return `${number}  of ${nameOf(who)} alone  ${namesOf(cells)}, ${londonInstant(beganAt)}, ${state}; ${said}`;
}
