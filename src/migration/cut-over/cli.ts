import { dirname, join } from 'node:path';

import { type Command, EXIT, type Invocation, isSet, textOption } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import { openBulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { openDump } from '../lx1/open-dump.ts';
import { planIn } from '../plan/cli.ts';
import { type Rig, takeStep } from './cut-over.ts';
import { shownBeside } from './evidence.ts';
import { fallBack } from './fall-back.ts';
import { type Gate, gatesOf } from './gates.ts';
import { oldStoreIn } from './old-store.ts';
import { StepRefused } from './refusal.ts';
import * as repository from './repository.ts';
import { checklist, checklistText } from './status.ts';
import { nextStep, type Step, stepCalled } from './steps.ts';

/** [MIGRATION 7] */
const NOT_READY = 9;
const ABORTED = 10;
const DECIDE = 11;

const BY = { flag: 'by', value: 'person', help: 'who does it', default: 'operator' } as const;

const EXAMPLES = [
  {
    line: 'spine migrate ready plan.json',
    explanation: 'every gate before the switch, with what shows it',
  },
  {
    line: 'spine migrate cut-over plan.json --step drain --by "A Lead"',
    explanation: 'one step of the checklist; without --step the checklist itself',
  },
  {
    line: 'spine migrate fall-back plan.json',
    explanation: 'undo the attempt: nothing that was acknowledged is lost',
  },
] as const;

export const readyCommand: Command = auditedCommand({
  name: 'migrate ready',
  summary: 'look at every gate before the switch, with what shows it',
  usage: '<plan>',
  options: [],
  examples: EXAMPLES,
  work: (invocation, database) =>
    withPlan(invocation, async (file) => {
      const gates = await gatesIn(database, file);
      const lines = gates.map(
        ({ name, isGreen, evidence }) =>
          `${isGreen ? 'green' : 'RED  '}  ${name.padEnd(16)}${evidence}`,
      );
      invocation.output.result(lines.join('\n'), gates);
      return gates.every(({ isGreen }) => isGreen) ? EXIT.ok : NOT_READY;
    }),
});

export const cutOverCommand: Command = auditedCommand({
  name: 'migrate cut-over',
  summary: 'the switch as a checklist with times; each step looks before and after, and is kept',
  usage: '<plan>',
  options: [
    { flag: 'step', value: 'name', help: 'the step to do now' },
    { flag: 'auto', help: 'do all steps up to and with the opening of messages' },
    { flag: 'dry-run', help: 'say what would be done' },
    BY,
  ],
  examples: EXAMPLES,
  work: (invocation, database, url) =>
    withPlan(invocation, (file) => cutOver(invocation, { database, url, file })),
});

type At = { readonly database: Database; readonly url: string; readonly file: string };

async function cutOver(invocation: Invocation, { database, url, file }: At): Promise<number> {
  const { output } = invocation;
  const plan = await planIn(file);
  const state = await repository.stateOf(database, plan.exportId);
  const name = textOption(invocation, 'step');
  const steps = name === null ? autoSteps(invocation, state) : [stepCalled(name)];
  const wanted = steps.filter((step): step is Step => step !== null);
  if (wanted.length < steps.length) {
    output.progress(
      `spine migrate cut-over: there is no step "${name}"; without --step it lists them`,
    );
    return EXIT.wrongUse;
  }
  if (wanted.length === 0 || isSet(invocation, 'dry-run')) {
    const lines = checklist(state, await repository.stepsOf(database, plan.exportId));
    output.result(checklistText(state, lines), { state, lines });
    return EXIT.ok;
  }
  return withRig(invocation, { database, url, file }, async (rig) => {
    const done = [];
    for (const step of wanted) {
      output.progress(`${step.name}: ${step.does}`);
      const one = await takeStep(rig, step);
      done.push(one);
      output.progress(
        one.isOld
          ? `${step.name} was done before`
          : `${step.name} is done in ${one.seconds.toFixed(1)} s${one.isLate ? `, which is late: ${step.otherwise}` : ''}`,
      );
    }
    const last = done.at(-1);
    output.result(`the migration stands at ${last?.state}`, { state: last?.state, steps: done });
    return EXIT.ok;
  });
}

/** Up to the first message that is taken: who is opened to after that is decided by a person. */
function autoSteps(invocation: Invocation, state: repository.Standing['state']): (Step | null)[] {
  if (!isSet(invocation, 'auto')) return [];
  const steps: Step[] = [];
  for (let step = nextStep(state); step !== null; step = nextStep(step.to)) {
    steps.push(step);
    if (step.to === 'SWITCHED_RW') break;
  }
  return steps;
}

export const fallBackCommand: Command = auditedCommand({
  name: 'migrate fall-back',
  summary: 'undo the switch; what was taken here is written for the old store, message by message',
  usage: '<plan>',
  options: [
    { flag: 'into', value: 'folder', help: 'where those messages go; else beside the plan' },
    BY,
  ],
  examples: EXAMPLES,
  work: (invocation, database, url) =>
    withPlan(invocation, (file) =>
      withRig(invocation, { database, url, file }, async (rig) => {
        const into = textOption(invocation, 'into') ?? join(dirname(file), 'fall-back');
        const done = await fallBack(rig, into);
        const words =
          done.kind === '0'
            ? 'nothing was taken here: let the old store go on'
            : `what was taken here is in ${into}: have the old store take it, then let it go on`;
        invocation.output.result(`the migration stands at ${done.state}; ${words}`, done);
        return EXIT.ok;
      }),
    ),
});

async function withPlan(
  invocation: Invocation,
  work: (file: string) => Promise<number>,
): Promise<number> {
  const [file] = invocation.words;
  if (file === undefined) {
    invocation.output.progress('spine migrate: name the file of the plan');
    return EXIT.wrongUse;
  }
  try {
    return await work(file);
  } catch (error) {
    if (!(error instanceof StepRefused)) throw error;
    invocation.output.progress(`refused: ${error.message}`);
    invocation.output.progress(`what to do: ${error.remedy}`);
    return error.message.startsWith('the tripwire') ? DECIDE : ABORTED;
  }
}

/** Every gate of the plan in a file, with what lies beside it. */
export async function gatesIn(database: Database, file: string): Promise<Gate[]> {
  const plan = await planIn(file);
  return gatesOf(database, plan, await shownBeside(file, plan, await repository.clock(database)));
}

async function withRig(
  invocation: Invocation,
  { database, url, file }: At,
  work: (rig: Rig) => Promise<number>,
): Promise<number> {
  const plan = await planIn(file);
  const { exportId, exportKey: publicKeyPem } = plan;
  const dump = await openDump(plan.dump, publicKeyPem);
  const bulk = await openBulkLoad(url);
  try {
    return await work({
      bulk,
      database,
      plan,
      dump,
      oldStore: oldStoreIn(plan.feed, { exportId, publicKeyPem }),
      gates: () => gatesIn(database, file),
      by: textOption(invocation, 'by') ?? BY.default,
    });
  } finally {
    await bulk.close();
  }
}
