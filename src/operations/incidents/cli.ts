import { type Command, EXIT } from '../../cli/command.ts';
import { statusCommand } from '../../installation/status-folder.ts';
import { COMPONENTS } from '../components.ts';
import { parseNumber } from '../numbers.ts';
import { incidentsIn, localFaultsIn, type SeenLocally } from '../record.ts';
import { londonInstant } from '../words.ts';
import { sentOf } from '../subscriptions/record.ts';
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
      const local = localFaultsIn(store, new Date());
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

/** Whoever runs the service tells them; nobody else is told. */
function localLine({ who, component, failures, at }: SeenLocally): string {
  return `local            ${who.padEnd(18)}  most of ${failures} failures of ${COMPONENTS[component].name}, ${londonInstant(at)}`;
}
