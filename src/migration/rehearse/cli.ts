import { join } from 'node:path';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { ATTESTED } from '../cut-over/gates.ts';
import { keepBeside, nextBeside, sha256Of } from '../cut-over/evidence.ts';
import { openDump } from '../lx1/open-dump.ts';
import { planIn } from '../plan/cli.ts';
import { byPlan } from '../plan/plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { Parts } from '../scenario/scenario.ts';
import type { Rehearsed } from './rehearse.ts';

const GATE_FAILED = 5; // [MIGRATION 7]

const EXAMPLES = [
  {
    line: 'spine migrate rehearse plan.json',
    explanation: 'all of it with a load that is killed, in a store that is thrown away',
  },
  {
    line: 'spine migrate attest plan.json --gate capacity --shown load-test.json --by "A Lead" --and "An Engineer"',
    explanation: 'what only people can say, by a file that shows it',
  },
  { line: 'spine migrate ready plan.json', explanation: 'what is still missing' },
] as const;

/** `spine migrate rehearse` and `spine migrate attest`: what lies beside a plan before it may be done. */
export function rehearseCommands(parts: Parts): readonly Command[] {
  return [
    {
      name: 'migrate rehearse',
      summary:
        'do the whole of a plan in a store that is thrown away, with faults, and keep the times',
      usage: '<plan>',
      options: [],
      examples: EXAMPLES,
      run: (invocation) => run(invocation, parts),
    },
    {
      name: 'migrate attest',
      summary: 'say, two persons together, what a gate of the plan needs that no machine can see',
      usage: '<plan>',
      options: [
        {
          flag: 'gate',
          value: 'name',
          help: 'which one',
          choices: ATTESTED.map(({ gate }) => gate),
        },
        { flag: 'shown', value: 'file', help: 'what shows it' },
        { flag: 'by', value: 'person', help: 'who says so' },
        { flag: 'and', value: 'person', help: 'who else does; not the same person' },
      ],
      examples: EXAMPLES,
      run: attest,
    },
  ];
}

async function run({ words, output }: Invocation, parts: Parts): Promise<number> {
  const [file] = words;
  if (file === undefined) {
    output.progress('spine migrate rehearse: name the file of the plan');
    return EXIT.wrongUse;
  }
  const plan = await planIn(file);
  const dump = byPlan(await openDump(plan.dump, plan.exportKey), plan);
  const { rehearse } = await import('./rehearse.ts');
  const done = await withKeyFile(plan, (keyFile) =>
    rehearse(plan, dump, {
      keyFile,
      planFile: file,
      parts,
      onStep: (line) => output.progress(line),
    }),
  );
  const name = await nextBeside(file, 'rehearsal');
  const steps = done.steps.map((step) => ({ ...step }));
  const facts = { ...done, steps, at: new Date().toISOString(), rehearsal: name };
  const kept = await keepBeside(file, plan, { name, facts });
  output.result(linesOf(done, kept), facts);
  return done.isClean ? EXIT.ok : GATE_FAILED;
}

/** A load that is killed is a process of its own, and reads its key from a file. */
async function withKeyFile<Value>(
  plan: Plan,
  work: (file: string) => Promise<Value>,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'openspine-rehearsal-'));
  try {
    const file = join(folder, 'export-key.pem');
    await writeFile(file, plan.exportKey);
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function linesOf(done: Rehearsed, file: string): string {
  const { isClean, ids, changes, differences, writtenAgain, writeStopSeconds } = done;
  return [
    `the rehearsal was ${isClean ? 'clean' : 'NOT CLEAN'}: ${ids} ids, ${changes} changes, ${differences} differences, ${writtenAgain} written again`,
    `nobody could write for ${writeStopSeconds.toFixed(1)} s`,
    `${done.handedOut} handed out after the switch; ${done.wentBack} of ${done.messages} messages went back by the fall-back`,
    ...done.steps.map(({ name, seconds }) => `  ${seconds.toFixed(1).padStart(8)} s  ${name}`),
    `kept: ${file}`,
  ].join('\n');
}

async function attest(invocation: Invocation): Promise<number> {
  const { words, output } = invocation;
  const [file] = words;
  const [gate, shown, by, and] = ['gate', 'shown', 'by', 'and'].map(
    (flag) => textOption(invocation, flag) ?? '',
  );
  if (file === undefined || !gate || !shown || !by || !and || by === and) {
    output.progress(
      'spine migrate attest: name the plan, --gate, the file that shows it, and two persons: --by and --and',
    );
    return EXIT.wrongUse;
  }
  const plan = await planIn(file);
  const digest = await sha256Of(shown);
  const facts = { gate, file: shown, digest, people: [by, and], at: new Date().toISOString() };
  const kept = await keepBeside(file, plan, { name: `attested-${gate}`, facts });
  output.result(`${by} and ${and} have said so: ${kept}`, { ...facts, kept });
  return EXIT.ok;
}
