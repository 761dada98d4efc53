import { createHash } from 'node:crypto';

import { JsonReader } from '../../kernel/json-reader.ts';
import { Trouble } from '../../platform/trouble.ts';
import { canonicalJson, type Json } from '../canonical.ts';
import { readSigned } from '../signed-file.ts';
import { manifestDigest } from '../lx1/manifest.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Expected } from './count-classes.ts';
import { byDefault, choiceIn, type Choices, heldBy } from './choices.ts';
import { POLICIES } from './policies.ts';

export const PLAN_KEY = 'plan-key';
const FORMAT = 'openspine-migration-plan-1';

/** By what each gate and step is measured. */
export type Limits = {
  /** Of a thousand open prescriptions, how many may be held [MIGRATION 4]. */
  readonly heldPermille: number;
  readonly lagSeconds: number;
  readonly reportHours: number;
  readonly drillDays: number;
  /** Reads of others that must have been compared [MIGRATION 6, L6]. */
  readonly shadowReads: number;
  /** Messages of others that must have been played into a copy. */
  readonly shadowWrites: number;
  /** From the last write of the old store to the first of the new one. */
  readonly writeStopSeconds: number;
  /** Between two steps that open downloads to more organisations. */
  readonly rampSeconds: number;
  /** After the switch, until when it can be undone. */
  readonly noReturnDays: number;
  readonly guardDays: number;
};

export const LIMITS: Limits = {
  heldPermille: 5,
  lagSeconds: 5,
  reportHours: 24,
  drillDays: 7,
  shadowReads: 1_000_000,
  shadowWrites: 100_000,
  writeStopSeconds: 300,
  rampSeconds: 300,
  noReturnDays: 14,
  guardDays: 45,
};

/** How a migration is to be done, and who answers for it; signed, and never changed: a change is a new plan [MIGRATION 7]. */
export type Plan = Expected & {
  readonly planId: string;
  /** Of the program. */
  readonly version: string;
  readonly exportId: string;
  /** SHA-256 of the export's manifest, hex. */
  readonly manifest: string;
  /** Folders. */
  readonly dump: string;
  readonly feed: string;
  /** Public key of who signs the exports, PEM. */
  readonly exportKey: string;
  /** By whose word the signatures of orders count: certificates of authorities, PEM. */
  readonly authorities: string;
  /** Two persons, who have signed off the policies. */
  readonly people: readonly string[];
  readonly switchAt: string;
  readonly limits: Limits;
  /** Of each dirty class. */
  readonly choices: Choices;
};

/** As it is signed: with what was chosen for each class, whether the export has any of it or not. */
export function planJson(plan: Plan): Json {
  const { classes, signatures, limits, people, choices, ...rest } = plan;
  const counts = new Map(classes.map((one) => [one.class, one]));
  return {
    ...rest,
    format: FORMAT,
    limits: { ...limits },
    people: [...people],
    signatures: signatures.map((one) => ({ ...one })),
    classes: Object.entries(POLICIES).map(([name, { what, policy }]) => ({
      class: name,
      what,
      policy,
      ...(choices[name] ?? byDefault(people[0] ?? '')),
      count: counts.get(name)?.count ?? 0,
      digest: counts.get(name)?.digest ?? NONE,
    })),
  };
}

/** Of no ids. */
const NONE = createHash('sha256').digest('hex');

/** SHA-256 of the plan: what rehearsals, gates and steps are of. */
export function digestOf(plan: Plan): Buffer {
  return createHash('sha256')
    .update(canonicalJson(planJson(plan)))
    .digest();
}

/** Reads a plan that was signed with this key; throws `Trouble`. */
export async function readPlan(file: string, publicKeyPem: string): Promise<Plan> {
  const problems: string[] = [];
  const plan = planOf(new JsonReader(await readSigned(file, publicKeyPem), '', problems));
  if (problems.length === 0) return plan;
  throw new Trouble(`${file}: ${problems.join('; ')}`, 'make the plan again: spine migrate plan');
}

const ANY = /./;
const DIGEST = /^[0-9a-f]{64}$/;

function planOf(from: JsonReader): Plan {
  const text = (name: string): string => from.text(name, ANY, 'a text');
  from.text('format', new RegExp(`^${FORMAT}$`), FORMAT);
  const limits = from.object('limits', numbersOf);
  const all = from.each('classes', (one) => ({
    class: one.text('class', ANY, 'a text'),
    count: numberOf(one, 'count'),
    digest: one.text('digest', DIGEST, 'a SHA-256'),
    chosen: choiceIn(one, ''),
  }));
  const classes = all
    .filter(({ count }) => count > 0)
    .map(({ class: name, count, digest }) => ({ class: name, count, digest }));
  return {
    planId: text('planId'),
    version: text('version'),
    exportId: text('exportId'),
    manifest: from.text('manifest', DIGEST, 'a SHA-256'),
    dump: text('dump'),
    feed: text('feed'),
    exportKey: text('exportKey'),
    authorities: text('authorities'),
    people: from.texts('people', ANY, 'a person'),
    switchAt: text('switchAt'),
    ids: numberOf(from, 'ids'),
    open: numberOf(from, 'open'),
    held: numberOf(from, 'held'),
    classes,
    signatures: from.each('signatures', (one) => ({
      because: one.text('because', ANY, 'a text'),
      count: numberOf(one, 'count'),
    })),
    choices: Object.fromEntries(all.map(({ class: name, chosen }) => [name, chosen])),
    limits,
  };
}

function numberOf(from: JsonReader, name: string): number {
  const value = from.value(name);
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  from.problem(name, 'must be a number from 0');
  return 0;
}

function numbersOf(from: JsonReader): Limits {
  return {
    heldPermille: numberOf(from, 'heldPermille'),
    lagSeconds: numberOf(from, 'lagSeconds'),
    reportHours: numberOf(from, 'reportHours'),
    drillDays: numberOf(from, 'drillDays'),
    shadowReads: numberOf(from, 'shadowReads'),
    shadowWrites: numberOf(from, 'shadowWrites'),
    writeStopSeconds: numberOf(from, 'writeStopSeconds'),
    rampSeconds: numberOf(from, 'rampSeconds'),
    noReturnDays: numberOf(from, 'noReturnDays'),
    guardDays: numberOf(from, 'guardDays'),
  };
}

/** Why a plan is none, in words; empty when it can be signed [MIGRATION 4, 7]. */
export function faultsOf(plan: Plan): string[] {
  const { people, switchAt, classes, held, open, limits } = plan;
  const [one, other] = people;
  const faults: string[] = [];
  if (people.length !== 2 || one === other) faults.push('two persons must sign it off, not one');
  if (Number.isNaN(Date.parse(switchAt))) faults.push(`${switchAt} is no instant`);
  for (const { class: name, count } of classes) {
    const most = plan.choices[name]?.most ?? null;
    if (POLICIES[name] === undefined) faults.push(`class ${name} has no policy`);
    if (most !== null && count > most)
      faults.push(`${count} are of class ${name}, more than ${most}`);
  }
  if (isTooManyHeld({ held, open }, limits)) {
    faults.push(
      `${held} of ${open} open prescriptions would be held, more than ${limits.heldPermille} of a thousand`,
    );
  }
  return faults;
}

/** The gate of [MIGRATION 4]. */
export function isTooManyHeld(
  { held, open }: Pick<Expected, 'held' | 'open'>,
  { heldPermille }: Limits,
): boolean {
  return held * 1000 > open * heldPermille;
}

/** The export as this plan has it loaded. Throws `Trouble` when it is the plan of another one. */
export function byPlan(dump: Dump, plan: Plan): Dump {
  if (manifestDigest(dump.manifest).toString('hex') === plan.manifest) {
    return { ...dump, holds: heldBy(plan.choices) };
  }
  throw new Trouble('the plan is of another export', 'name the plan that was made of this one');
}
