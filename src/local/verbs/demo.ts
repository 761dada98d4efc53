import { textOption } from '../../cli/command.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { clientCommand, type Report } from '../client/command.ts';
import type { Failure } from '../client/failure.ts';
import { acute, cancelled, returned } from './demo-stories.ts';
import { type Step, Story } from './demo-story.ts';
import { openJournal } from './journal.ts';

const STORIES = { acute, cancel: cancelled, return: returned } as const;

export const demo = clientCommand({
  name: 'demo',
  summary: 'take one prescription from the surgery to the claim',
  usage: '[acute|cancel|return]',
  options: [{ flag: 'patient', value: 'nhs-number', help: 'for whom', default: '9990000018' }],
  examples: [
    { line: 'spine demo', explanation: 'send, download, dispense in two parts, claim' },
    { line: 'spine demo return', explanation: 'one pharmacy gives it back, another dispenses it' },
    {
      line: 'spine demo cancel -o json',
      explanation: 'cancelled before it is downloaded; as data',
    },
  ],
  async work(invocation, client) {
    const [variant = 'acute'] = invocation.words;
    const story = Object.entries(STORIES).find(([name]) => name === variant)?.[1];
    if (story === undefined) return unknownVariant(variant);
    const session = { client, journal: openJournal(client.address, process.env) };
    const { progress } = invocation.output;
    const telling = new Story(session, (step) => progress(lineOf(step)));
    const patient = textOption(invocation, 'patient') ?? '';
    const startedMs = performance.now();
    const told = await story(telling, patient);
    if (!told.ok) return told;
    return ok(report(variant, told.value, telling.steps, performance.now() - startedMs));
  },
});

function report(
  variant: string,
  prescriptionId: string,
  steps: readonly Step[],
  elapsedMs: number,
): Report {
  const elapsed = Math.round(elapsedMs);
  const text = `${prescriptionId}  ${steps.length} steps in ${elapsed} ms: as it should be`;
  return { text, data: { variant, prescriptionId, steps, elapsedMs: elapsed } };
}

function lineOf(step: Step): string {
  const { name, persona, businessTime, elapsedMs, detail } = step;
  const ids = Object.entries(step.ids).map(([key, value]) => `${key} ${value}`);
  return `${businessTime}  ${`${elapsedMs} ms`.padStart(8)}  ${name} (${persona}): ${[detail, ...ids].join(', ')}`;
}

function unknownVariant(variant: string): Result<never, Failure> {
  const names = Object.keys(STORIES).join(', ');
  return {
    ok: false,
    error: { kind: 'WrongUse', text: `There is no demo "${variant}". There are: ${names}` },
  };
}
