import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { JsonReader } from '../../kernel/json-reader.ts';
import type { Json } from '../canonical.ts';
import { digestOf, type Plan, PLAN_KEY } from '../plan/plan.ts';
import { readSigned, writeSigned } from '../signed-file.ts';
import { signingKeyIn } from '../signing-key.ts';

/** A rehearsal of a plan. */
export type Rehearsal = {
  readonly isClean: boolean;
  readonly isFallBackClean: boolean;
  readonly ageDays: number;
};

/** What two persons have said, and of what file. */
export type Attested = {
  readonly people: readonly string[];
  readonly file: string;
  readonly ageDays: number;
};

/** What others asked the old store, asked here too. */
export type Shadow = {
  readonly compared: number;
  readonly differing: number;
  readonly ageDays: number;
};

/** What lies beside a plan, signed with its key. */
export type Shown = {
  /** The last one; null before that. */
  readonly shadow: Shadow | null;
  /** The last one of messages that were played into a copy; null: none were. */
  readonly shadowWrites: Shadow | null;
  /** The oldest first. */
  readonly rehearsals: readonly Rehearsal[];
  readonly attested: ReadonlyMap<string, Attested>;
};

const REHEARSAL = /^rehearsal-\d{4}\.json$/;
const SHADOW = /^shadow-\d{4}\.json$/;
const SHADOW_WRITES = /^shadow-writes-\d{4}\.json$/;
const ATTESTED = /^attested-[a-z]+\.json$/;
const DAY_MS = 86_400_000;

/** Reads what lies beside a plan and is of this very plan; throws `Trouble` for what was altered. */
export async function shownBeside(planFile: string, plan: Plan, now: Date): Promise<Shown> {
  const folder = dirname(planFile);
  const key = await readFile(join(folder, `${PLAN_KEY}.pem`), 'utf8');
  const digest = digestOf(plan).toString('hex');
  const read = async (name: string): Promise<JsonReader | null> => {
    const from = new JsonReader(await readSigned(join(folder, name), key), '', []);
    return from.text('plan', /./, 'a digest') === digest ? from : null;
  };
  const ageDays = (from: JsonReader): number =>
    (now.getTime() - Date.parse(from.text('at', /./, 'an instant'))) / DAY_MS;
  const names = (await readdir(folder)).toSorted();
  const rehearsals: Rehearsal[] = [];
  const attested = new Map<string, Attested>();
  let [shadow, shadowWrites]: (Shadow | null)[] = [null, null];
  for (const name of names) {
    const isRehearsal = REHEARSAL.test(name);
    const isWrites = SHADOW_WRITES.test(name);
    const isShadow = isWrites || SHADOW.test(name);
    const isOurs = isRehearsal || isShadow || ATTESTED.test(name);
    const from = isOurs ? await read(name) : null;
    if (from === null) continue;
    if (isShadow) {
      const [compared, differing] = ['compared', 'differing'].map((one) => Number(from.value(one)));
      const one = { compared: compared ?? 0, differing: differing ?? 0, ageDays: ageDays(from) };
      if (isWrites) shadowWrites = one;
      else shadow = one;
    } else if (isRehearsal) {
      const [isClean, isFallBackClean] = [from.isTrue('isClean'), from.isTrue('isFallBackClean')];
      rehearsals.push({ isClean, isFallBackClean, ageDays: ageDays(from) });
    } else {
      const people = from.texts('people', /./, 'a person');
      const file = from.text('file', /./, 'a name');
      attested.set(from.text('gate', /./, 'a gate'), { people, file, ageDays: ageDays(from) });
    }
  }
  return { rehearsals, attested, shadow: shadow ?? null, shadowWrites: shadowWrites ?? null };
}

/** Writes what was seen of a plan beside it, signed; answers the file. */
export async function keepBeside(
  planFile: string,
  plan: Plan,
  given: { readonly name: string; readonly facts: { readonly [member: string]: Json } },
): Promise<string> {
  const folder = dirname(planFile);
  const file = join(folder, `${given.name}.json`);
  const key = await signingKeyIn(folder, PLAN_KEY);
  await writeSigned(file, { ...given.facts, plan: digestOf(plan).toString('hex') }, key);
  return file;
}

/** The name of the next one of a kind beside a plan. */
export async function nextBeside(
  planFile: string,
  kind: 'rehearsal' | 'shadow' | 'shadow-writes',
): Promise<string> {
  const shape = { rehearsal: REHEARSAL, shadow: SHADOW, 'shadow-writes': SHADOW_WRITES }[kind];
  const count = (await readdir(dirname(planFile))).filter((name) => shape.test(name)).length;
  return `${kind}-${String(count + 1).padStart(4, '0')}`;
}

export async function sha256Of(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
