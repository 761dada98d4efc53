import { readFileSync } from 'node:fs';

import { type Command, type Invocation, type Option, textOption } from '../../../cli/command.ts';
import { statusCommand } from '../../../installation/status-folder.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { messageOf } from '../../../platform/trouble.ts';
import { EXTENT_OPTIONS, extentOf, INSTANT, parseWhen } from '../../options.ts';
import { parseNumber } from '../../numbers.ts';
import { changeIncident, incidentsIn } from '../../record.ts';
import { answer, author, BY, withStore, wrong } from '../answers.ts';
import type { Command as Change } from '../decide.ts';
import { type Author, type Incident, OPEN_STAGES } from '../incident.ts';
import { finishedReport } from '../report/blocks.ts';
import { parseLevel } from '../severity.ts';

const VERSION: Option = {
  flag: 'version',
  value: 'n',
  help: 'refuse when somebody has changed it since you saw this version',
};

const updateCommand = changing({
  name: 'incident update',
  summary: 'say how it stands',
  options: [
    {
      flag: 'stage',
      value: 'stage',
      help: 'how far it is',
      choices: OPEN_STAGES,
      default: 'investigating',
    },
    { flag: 'text', value: 'text', help: 'what users are told' },
    { flag: 'do', value: 'text', help: 'what users should do now' },
    { flag: 'do-not', value: 'text', help: 'what they should not do' },
    { flag: 'fallback', value: 'text', help: 'how they work without it' },
    {
      flag: 'next',
      value: 'instant',
      help: 'by when you say more, if sooner than its severity asks',
    },
    ...EXTENT_OPTIONS,
  ],
  examples: [
    {
      line: 'spine incident update INC-20141016-01 --text "We know the cause."  --stage identified',
      explanation: 'the next update is due as its severity asks',
    },
    {
      line: 'spine incident update INC-20141016-01 --text "Half of the sign-ins work again." --stage fixing --do-not "Do not send again what was accepted."',
      explanation: 'with advice',
    },
    {
      line: 'spine incident update INC-20141016-01 --text "Downloads too." --component sign-in,nominated-download',
      explanation: 'more is affected than was known',
    },
  ],
  command: (invocation, common) => {
    const extent = extentOf(invocation);
    if (!extent.ok) return extent.error;
    const next = textOption(invocation, 'next');
    const nextUpdateAt = parseWhen(next);
    if (next !== null && nextUpdateAt === null) return `--next is ${INSTANT}`;
    const stage = OPEN_STAGES.find((one) => one === textOption(invocation, 'stage'));
    return {
      ...common,
      kind: 'Update',
      stage: stage ?? 'investigating',
      text: textOption(invocation, 'text') ?? '',
      todo: textOption(invocation, 'do'),
      notTodo: textOption(invocation, 'do-not'),
      fallback: textOption(invocation, 'fallback'),
      extent: extent.value,
      nextUpdateAt,
    };
  },
});

const confirmCommand = changing({
  name: 'incident confirm',
  summary: 'say how severe it is, and make it public',
  options: [
    { flag: 'severity', value: '1-5', help: 'else as it was calculated' },
    { flag: 'reason', value: 'text', help: 'why it is less severe than it was' },
  ],
  examples: [
    { line: 'spine incident confirm INC-20141016-01', explanation: 'as it was calculated' },
    { line: 'spine incident confirm INC-20141016-01 --severity 1', explanation: 'worse' },
    {
      line: 'spine incident confirm INC-20141016-01 --severity 3 --reason "Only one pharmacy met it."',
      explanation: 'less severe, and why',
    },
  ],
  command: (invocation, common, incident) => {
    const typed = textOption(invocation, 'severity');
    const severity = typed === null ? (incident?.severity ?? null) : parseLevel(typed);
    if (severity === null) return '--severity is a number from 1 to 5';
    return { ...common, kind: 'Confirm', severity, reason: textOption(invocation, 'reason') };
  },
});

const resolveCommand = changing({
  name: 'incident resolve',
  summary: 'say that it is over; of severity 1 and 2 only a person does',
  options: [
    { flag: 'text', value: 'text', help: 'how long, who was affected, whether anything was lost' },
    { flag: 'check', value: 'text', help: 'what sites should look at now' },
  ],
  examples: [
    {
      line: 'spine incident resolve INC-20141016-01 --text "Sign-in works at both datacentres."',
      explanation: 'no further update is due',
    },
    {
      line: 'spine incident resolve INC-20141016-01 --text "Nothing was lost." --check "Download what waits for you."',
      explanation: 'with what sites should look at',
    },
    {
      line: 'spine incident resolve INC-20141016-01 --version 7 --text "It works."',
      explanation: 'only if nobody has said anything since version 7',
    },
  ],
  command: (invocation, common) => ({
    ...common,
    kind: 'Resolve',
    text: textOption(invocation, 'text') ?? '',
    check: textOption(invocation, 'check'),
  }),
});

const dismissCommand = changing({
  name: 'incident dismiss',
  summary: 'put a draft away that is no incident; nobody was told of it',
  options: [{ flag: 'text', value: 'text', help: 'why' }],
  examples: [
    {
      line: 'spine incident dismiss INC-20141016-02 --text "A test of ours."',
      explanation: 'stays in the record, not on the page',
    },
    { line: 'spine incident list --all', explanation: 'shows those that were put away too' },
    { line: 'spine incident show INC-20141016-02', explanation: 'shows why' },
  ],
  command: (invocation, common) => ({
    ...common,
    kind: 'Dismiss',
    text: textOption(invocation, 'text') ?? '',
  }),
});

const reviewCommand = changing({
  name: 'incident review',
  summary: 'say what its report found; the last word about it',
  options: [
    { flag: 'text', value: 'text', help: 'cause and prevention, in a sentence or two' },
    {
      flag: 'report',
      value: 'file',
      help: 'publish this report: that of spine incident report, finished by people',
    },
  ],
  examples: [
    {
      line: 'spine incident review INC-20141016-01 --text "A certificate had run out. They are now watched."',
      explanation: 'once it is resolved',
    },
    {
      line: 'spine incident review INC-20141016-01 --report report.md --text "A certificate had run out."',
      explanation: 'the report stands on the status site, and the history leads to it',
    },
    {
      line: 'spine incident review INC-20141016-01 --by clinical --text "No patient was harmed."',
      explanation: 'in the role of the clinical lead',
    },
  ],
  command: (invocation, common) => {
    const file = textOption(invocation, 'report');
    const report = file === null ? ok(null) : reportIn(file);
    if (!report.ok) return report.error;
    const text = textOption(invocation, 'text') ?? '';
    return { ...common, kind: 'Review', text, report: report.value };
  },
});

/** The error says what to do about it. */
function reportIn(file: string): Result<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`--report: ${messageOf(error)}`);
  }
  const finished = finishedReport(text);
  return finished.ok ? finished : fail(`--report cannot be published: ${finished.error}`);
}

export const changeCommands: readonly Command[] = [
  confirmCommand,
  updateCommand,
  resolveCommand,
  dismissCommand,
  reviewCommand,
];

type Common = { readonly at: Date; readonly by: Author; readonly version: number | null };

/** A command about one incident, by its number. */
function changing({
  command,
  ...about
}: Pick<Command, 'name' | 'summary' | 'options' | 'examples'> & {
  /** A text: what was typed wrong. */
  readonly command: (
    invocation: Invocation,
    common: Common,
    incident: Incident | null,
  ) => Change | string;
}): Command {
  return statusCommand({
    ...about,
    usage: '<number>',
    options: [...about.options, BY, VERSION],
    work: (invocation, folder) =>
      withStore(folder, (store) => {
        const number = parseNumber(invocation.words[0] ?? '', 'INC');
        if (!number.ok) return wrong(invocation, number.error);
        const typed = textOption(invocation, 'version');
        if (typed !== null && !/^\d{1,6}$/.test(typed)) {
          return wrong(invocation, '--version is a number, as spine incident show tells it');
        }
        const incident = incidentsIn(store).find((one) => one.number === number.value) ?? null;
        const version = typed === null ? null : Number(typed);
        const common = { at: new Date(), by: author(invocation), version };
        const change = command(invocation, common, incident);
        if (typeof change === 'string') return wrong(invocation, change);
        return answer(invocation, changeIncident(store, number.value, change));
      }),
  });
}
