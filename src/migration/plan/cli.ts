import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { type Command, EXIT, type Invocation, type Option, textOption } from '../../cli/command.ts';
import { readJson } from '../../cli/read-json.ts';
import { fail, type Result } from '../../kernel/result.ts';
import { UNKNOWN_CLASS, UnknownRow } from '../fold/shape.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { manifestDigest } from '../lx1/manifest.ts';
import { KEY, keyOf, openNamed } from '../named-dump.ts';
import { AUTHORITIES, authoritiesOf } from '../signatures/cli.ts';
import { judgeInWorkers } from '../signatures/in-workers.ts';
import { signingKeyIn } from '../signing-key.ts';
import { writeSigned } from '../signed-file.ts';
import { countClasses, type Expected } from './count-classes.ts';
import {
  digestOf,
  faultsOf,
  type Limits,
  LIMITS,
  type Plan,
  PLAN_KEY,
  planJson,
  readPlan,
} from './plan.ts';
import { byDefault, type Choices, heldBy, readChoices } from './choices.ts';
import { POLICIES } from './policies.ts';

const OPTIONS: readonly Option[] = [
  KEY,
  AUTHORITIES,
  { flag: 'plan', value: 'file', help: 'where the signed plan goes', default: 'plan.json' },
  { flag: 'by', value: 'person', help: 'who signs the policies off' },
  { flag: 'and', value: 'person', help: 'who else does; not the same person' },
  {
    flag: 'policies',
    value: 'file',
    help: 'what is chosen for dirty classes: {"D5": {"choice": "hold", "owner": "…", "most": 100}}',
  },
  { flag: 'switch-at', value: 'instant', help: 'when the old store stops' },
  {
    flag: 'held-permille',
    value: 'number',
    help: 'of a thousand open prescriptions, how many may be held',
    default: String(LIMITS.heldPermille),
  },
  {
    flag: 'shadow-reads',
    value: 'number',
    help: 'reads of others that must have been compared',
    default: String(LIMITS.shadowReads),
  },
  {
    flag: 'shadow-writes',
    value: 'number',
    help: 'messages of others that must have been played into a copy',
    default: String(LIMITS.shadowWrites),
  },
  {
    flag: 'write-stop',
    value: 'seconds',
    help: 'how long nobody may write',
    default: String(LIMITS.writeStopSeconds),
  },
  {
    flag: 'ramp',
    value: 'seconds',
    help: 'between openings of downloads to more organisations',
    default: String(LIMITS.rampSeconds),
  },
];

/** `spine migrate plan`; `version` is that of the program. */
export function planCommand(version: string): Command {
  return {
    name: 'migrate plan',
    summary:
      'count what is wrong in an export, and sign what is to be done with it, when and by whom',
    usage: '<export> <feed>',
    options: OPTIONS,
    examples: [
      {
        line: 'spine migrate plan ./export ./feed --key key.pem --authorities prescribers.pem --by "A Lead" --and "A Clinician" --switch-at 2014-08-24T02:00:00Z',
        explanation: 'plan.json, its signature, and the key of that beside it',
      },
      {
        line: 'spine migrate rehearse plan.json',
        explanation: 'the whole of it, in a store that is thrown away',
      },
      {
        line: 'spine migrate cut-over plan.json',
        explanation: 'the checklist: what is done, what comes next, how long it may take',
      },
    ],
    run: (invocation) => run(invocation, version),
  };
}

async function run(invocation: Invocation, version: string): Promise<number> {
  const { words, output } = invocation;
  const [folder, feed] = words;
  const text = (flag: string): string => textOption(invocation, flag) ?? '';
  const file = text('plan');
  const problem = problemOf(folder, feed, file);
  if (folder === undefined || feed === undefined || problem !== null) {
    output.progress(`spine migrate plan: ${problem ?? ''}`);
    return EXIT.wrongUse;
  }
  const people = [text('by'), text('and')].filter((person) => person !== '');
  const choices = await choicesIn(textOption(invocation, 'policies'), people[0] ?? '');
  if (!choices.ok) {
    for (const problem of choices.error) output.progress(`spine migrate plan: ${problem}`);
    return EXIT.wrongUse;
  }
  const exported = await openNamed(invocation, folder);
  const dump = { ...exported, holds: heldBy(choices.value) };
  const authorities = await authoritiesOf(invocation);
  const expected = await counted(dump, authorities, output);
  if (expected === null) return EXIT.wrongUse;
  const plan: Plan = {
    ...expected,
    planId: randomUUID(),
    version,
    exportId: dump.manifest.exportId,
    manifest: manifestDigest(dump.manifest).toString('hex'),
    dump: resolve(folder),
    feed: resolve(feed),
    exportKey: await readFile(keyOf(invocation), 'utf8'),
    authorities,
    people,
    choices: choices.value,
    switchAt: text('switch-at'),
    limits: limitsOf((flag) => Number(text(flag))),
  };
  const faults = faultsOf(plan);
  if (faults.length > 0) {
    output.progress(`spine migrate plan: not signed: ${faults.join('; ')}`);
    return EXIT.wrongUse;
  }
  await writeSigned(file, planJson(plan), await signingKeyIn(dirname(file), PLAN_KEY));
  output.result(linesOf(plan, file), planJson(plan));
  return EXIT.ok;
}

function limitsOf(number: (flag: string) => number): Limits {
  return {
    ...LIMITS,
    heldPermille: number('held-permille'),
    shadowReads: number('shadow-reads'),
    shadowWrites: number('shadow-writes'),
    writeStopSeconds: number('write-stop'),
    rampSeconds: number('ramp'),
  };
}

/** Null, and told why, where a row is of no class: nobody can sign that off without a word about such rows. */
async function counted(
  dump: Dump,
  authorities: string,
  output: Invocation['output'],
): Promise<Expected | null> {
  const judging = await judgeInWorkers(authorities, WORKERS);
  try {
    return await countClasses(dump, judging.judge, (ids) => {
      if (ids % SHOW_EVERY_IDS === 0) output.progress(`${ids} ids looked at`);
    });
  } catch (error) {
    if (!(error instanceof UnknownRow)) throw error;
    output.progress(`spine migrate plan: not signed: ${error.message}`);
    output.progress(`what to do: ${error.remedy}`);
    return null;
  } finally {
    await judging.close();
  }
}

const WORKERS = 1; // beside the one that reads
const SHOW_EVERY_IDS = 50_000;

function problemOf(
  folder: string | undefined,
  feed: string | undefined,
  file: string,
): string | null {
  if (folder === undefined || feed === undefined) {
    return 'name the folder of the export and that of the feed';
  }
  return existsSync(file)
    ? `${file} is there: a plan is never changed; name another with --plan`
    : null;
}

function linesOf(plan: Plan, file: string): string {
  const { ids, open, held, classes, signatures, switchAt, people } = plan;
  return [
    `${ids} ids, ${open} of them open, ${held} of those would be held; switch at ${switchAt}`,
    ...classes.map(
      ({ class: name, count }) =>
        `  ${name.padEnd(4)}${String(count).padStart(8)}  ${POLICIES[name]?.what}: ${chosenFor(plan, name)}`,
    ),
    ...signatures.map(({ because, count }) => `  of D20 ${count}: ${because.toLowerCase()}`),
    `signed off by ${people.join(' and ')}: ${file}, SHA-256 ${digestOf(plan).toString('hex')}`,
  ].join('\n');
}

/** What becomes of a class, and who answers for it. */
function chosenFor({ choices }: Plan, name: string): string {
  const { choice, owner } = choices[name] ?? byDefault('');
  const held = name === UNKNOWN_CLASS ? 'keep each apart, by choice' : 'hold each, by choice';
  const policy = choice === 'hold' ? held : POLICIES[name]?.policy;
  return `${policy} (${owner})`;
}

async function choicesIn(
  file: string | null,
  owner: string,
): Promise<Result<Choices, readonly string[]>> {
  if (file === null) return readChoices({}, owner);
  const read = await readJson(file);
  return 'problem' in read ? fail([read.problem]) : readChoices(read.json, owner);
}

/** The plan in a file, checked with the key beside it. */
export async function planIn(file: string): Promise<Plan> {
  return readPlan(file, await readFile(join(dirname(file), `${PLAN_KEY}.pem`), 'utf8'));
}
