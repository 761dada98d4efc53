import { instantOf, parseInstant } from '../../kernel/instant.ts';
import { groupsOf } from '../groups.ts';
import { DOCUMENT, type Dump } from '../lx1/open-dump.ts';
import type { Group } from '../lx1/read-groups.ts';
import { BESIDE, OF_PRESCRIPTIONS } from '../lx1/tables.ts';
import type { DueDays } from './due.ts';
import type { Meant } from './meaning.ts';
import { invariants as brokenInvariants } from './invariants/repository.ts';
import * as repository from './repository.ts';
import { isInBucket, isOfAll, type Level, LEVELS, type Scope, WHOLE } from './scope.ts';
import { type BucketsSaid, type Difference, Work } from './work.ts';

export type { Difference } from './work.ts';

export type Reconciled = {
  readonly scope: Scope;
  /** Ids that were compared. */
  readonly ids: number;
  readonly events: number;
  /** Things that are counted in both: states, organisations, days. */
  readonly counts: number;
  readonly meant: Meant;
  /** Differences that a dirty class explains, by class. */
  readonly explained: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
  /** Of all that is not explained away: equal where nothing is wrong. */
  readonly buckets: BucketsSaid;
  readonly invariants: Readonly<Record<string, number>>;
  /** Of the 400 days behind the export. */
  readonly due: DueDays;
  /** The last change of the old store that both have. */
  readonly changeSeq: number;
};

const AT_ONCE = 500;

/** An export, and the folder of its feed, in which the messages of that lie; absent: they are taken as they are kept here. */
export type WithFeed = Dump & { readonly feed?: string };

/**
 * Compares each id of an export with the store, or as much of it as is wanted; nothing is written [MIGRATION 6]. `reads`
 * of a snapshot are of one change of the old store, whatever is applied meanwhile.
 */
export async function reconcile(
  reads: repository.Reads,
  dump: WithFeed,
  onProgress: (ids: number) => void = () => undefined,
  scope: Scope = WHOLE,
): Promise<Reconciled> {
  const work = await workOf(reads, dump, scope);
  const isWanted = (place: string): boolean => isInBucket(scope, place);
  for (const part of needsIds(scope) ? dump.parts : []) {
    let groups: Group[] = [];
    for await (const group of groupsOf(dump, part, scope.bucket === null ? undefined : isWanted)) {
      groups.push(group);
      if (groups.length < AT_ONCE) continue;
      await work.compare(groups);
      onProgress(work.ids);
      groups = [];
    }
    await work.compare(groups);
  }
  if (needsIds(scope)) {
    await work.compareNew();
    await compareCount(work, reads, scope);
  }
  if (work.has('L1') && isOfAll(scope)) await compareRows(work, reads, dump);
  return resultOf(work, { reads, dump, scope });
}

/**
 * Compares the ids that were changed after a comparison of all, and what is true of the whole store: as much as there is
 * time for while nobody may write [MIGRATION 8].
 */
export async function reconcileSince(
  reads: repository.Reads,
  dump: WithFeed,
  seq: number,
): Promise<Reconciled> {
  const work = await workOf(reads, dump, QUICK);
  const places = await repository.touchedSince(reads, seq);
  for (let from = 0; from < places.length; from += AT_ONCE) {
    await work.compareTouched(places.slice(from, from + AT_ONCE));
  }
  return resultOf(work, { reads, dump, scope: QUICK });
}

/** Compares the first ids of each part, and what is true of the whole store. */
export async function reconcileSample(
  reads: repository.Reads,
  dump: Dump,
  ofEachPart: number,
): Promise<Reconciled> {
  const work = await workOf(reads, dump, QUICK);
  for (const part of dump.parts) {
    const groups: Group[] = [];
    for await (const group of groupsOf(dump, part)) {
      groups.push(group);
      if (groups.length >= ofEachPart) break;
    }
    await work.compare(groups);
  }
  return resultOf(work, { reads, dump, scope: QUICK });
}

/** Of some ids only: lists of organisations cannot be compared. */
const QUICK: Scope = { ...WHOLE, levels: new Set<Level>(['L1', 'L2', 'L4', 'L5']) };

/** The files are compared with their manifest when the export is opened. */
function needsIds({ levels }: Scope): boolean {
  return [...levels].some((level) => level !== 'L0');
}

async function workOf(reads: repository.Reads, dump: WithFeed, scope: Scope): Promise<Work> {
  const { ended } = dump.manifest;
  const at = parseInstant(stampOf(await repository.lastChangeAt(reads)) ?? ended);
  const work = new Work({ reads, dump, scope, at: at ?? instantOf(new Date(ended)) });
  await work.begin();
  return work;
}

function stampOf(text: string | null): string | null {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text ?? '') ?? [];
  const [year, month, day, hour, minute, second] = parts;
  return second === undefined ? null : `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

/** Records that are of no id of the old store. */
async function compareCount(work: Work, reads: repository.Reads, scope: Scope): Promise<void> {
  const { bucket, organisation } = scope;
  if (organisation !== null) {
    for (const id of work.unmet()) {
      if (isInBucket(scope, id)) work.tell('L1', id, 'the old store has no such id');
    }
    return;
  }
  const count = await (bucket === null
    ? repository.count(reads)
    : repository.countIn(reads, bucket));
  if (count !== work.inBoth) {
    work.tell('L1', '', `${count - work.inBoth} records are of no id of the export`);
  }
}

/** Rows that did not come. */
async function compareRows(work: Work, reads: repository.Reads, dump: Dump): Promise<void> {
  const { exportId, format, tables: signed } = dump.manifest;
  const came = await repository.rowsThatCame(reads, exportId);
  const tables = format === 'LX-2' ? [DOCUMENT] : OF_PRESCRIPTIONS;
  for (const table of [...tables, ...BESIDE]) {
    const [read, rows] = [came[table] ?? 0, signed[table]?.rows ?? 0];
    if (read !== rows) {
      work.tell('L1', '', `${read} rows of ${table} were read where ${rows} were signed`);
    }
  }
}

type Of = { readonly reads: repository.Reads; readonly dump: Dump; readonly scope: Scope };

async function resultOf(work: Work, { reads, dump, scope }: Of): Promise<Reconciled> {
  const { exportId } = dump.manifest;
  const invariants = isOfAll(scope) ? await brokenInvariants(reads, exportId) : {};
  for (const [name, broken] of Object.entries(invariants)) {
    const level = name === 'M7' ? 'L1' : 'L3';
    if (broken > 0) work.tell(level, '', `${name} is broken ${broken} times`);
  }
  const meant = await work.meant();
  if (work.has('L1')) for (const what of work.counts.differing()) work.tell('L1', '', what);
  return {
    scope,
    ids: work.ids,
    events: work.events,
    counts: work.counts.size,
    meant,
    explained: work.explained(),
    differences: work.differences,
    buckets: work.buckets(),
    invariants,
    due: work.due(),
    changeSeq: await repository.changeSeq(reads, exportId),
  };
}

/** What was found at each level that was looked at. */
export function levelsOf(found: Reconciled, files: number) {
  const looked: Record<Level, Record<string, number>> = {
    L0: { files },
    L1: { counts: found.counts },
    L2: { ids: found.ids },
    L3: { ...found.meant },
    L4: { events: found.events },
    L5: { old: found.due.old, new: found.due.new },
  };
  return [...found.scope.levels].toSorted().map((level) => {
    const differences = found.differences.filter((one) => one.level === level).length;
    return { level, what: LEVELS[level], looked: looked[level], differences };
  });
}
