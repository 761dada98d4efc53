import { textOption } from '../../../cli/command.ts';
import { statusCommand } from '../../../installation/status-folder.ts';
import { EXTENT_OPTIONS, extentOf, INSTANT, parseWhen } from '../../options.ts';
import { openIncident } from '../../record.ts';
import { answer, author, BY, level, withStore, wrong } from '../answers.ts';

export const openCommand = statusCommand({
  name: 'incident open',
  summary: 'tell everybody of an incident, from now on',
  options: [
    { flag: 'symptom', value: 'text', help: 'one line, as users see it' },
    { flag: 'impact', value: '1-5', help: '1: many cannot use a core function', default: '3' },
    { flag: 'urgency', value: '1-5', help: '1: there is no way around it', default: '3' },
    { flag: 'began', value: 'instant', help: 'when it began, if not now' },
    { flag: 'degraded', help: 'slow, or some of it fails; else nothing gets through' },
    ...EXTENT_OPTIONS,
    BY,
  ],
  examples: [
    {
      line: 'spine incident open --component sign-in --site a --impact 1 --urgency 2 --symptom "Smartcards are refused"',
      explanation: 'severity 1, public at once',
    },
    {
      line: 'spine incident open --component tracker --degraded --symptom "The tracker is slow"',
      explanation: 'severity 3 at both datacentres',
    },
    {
      line: 'spine incident open --component claim --began 2026-12-01T08:15:00Z --symptom "Claims are refused" -o json',
      explanation: 'with when it began; the answer for a program',
    },
  ],
  work: (invocation, folder) =>
    withStore(folder, (store) => {
      const extent = extentOf(invocation);
      if (!extent.ok) return wrong(invocation, extent.error);
      const [impact, urgency] = [level(invocation, 'impact'), level(invocation, 'urgency')];
      if (impact === null || urgency === null) {
        return wrong(invocation, '--impact and --urgency are numbers from 1 to 5');
      }
      const at = new Date();
      const began = textOption(invocation, 'began');
      const beganAt = began === null ? at : parseWhen(began);
      if (beganAt === null || beganAt > at)
        return wrong(invocation, `--began is ${INSTANT}, not later than now`);
      const opened = openIncident(store, {
        at,
        beganAt,
        by: author(invocation),
        symptom: textOption(invocation, 'symptom') ?? '',
        impact,
        urgency,
        isOutage: invocation.values['degraded'] !== true,
        ...(extent.value ?? { cells: [], users: [] }),
      });
      return answer(invocation, opened);
    }),
});
