import { DOCUMENT, type Dump } from '../lx1/open-dump.ts';
import { groupsOf } from '../groups.ts';
import type { Group } from '../lx1/read-groups.ts';
import type { Database } from '../../platform/database.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import { BESIDE, OF_PRESCRIPTIONS } from '../lx1/tables.ts';
import { Buckets, hashOf } from './buckets.ts';
import { brokenChain } from './chain.ts';
import { DueCounts, type DueDays, newDue, oldDue } from './due.ts';
import { isExplained } from './explain.ts';
import { newView } from './new-view.ts';
import { lastSteps, oldView, type View } from './old-view.ts';
import * as repository from './repository.ts';

/** Something that the two stores say differently, and that no class explains. */
export type Difference = { readonly id: string; readonly what: string };

export type Reconciled = {
  /** Ids that were compared. */
  readonly ids: number;
  readonly events: number;
  /** Differences that a dirty class explains, by class. */
  readonly explained: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
  /** Of all that is not explained away: equal where nothing is wrong. */
  readonly buckets: { readonly old: string; readonly new: string; readonly differing: number };
  readonly invariants: Readonly<Record<string, number>>;
  /** Of the 400 days behind the export. */
  readonly due: DueDays;
  /** The last change of the old store that both have. */
  readonly changeSeq: number;
};

const AT_ONCE = 500;
const DIFFERENCES_MAX = 10_000; // more are counted only

/** Compares each id of an export with the store; nothing is written [MIGRATION 6]. */
export async function reconcile(
  database: Database,
  dump: Dump,
  onProgress: (ids: number) => void = () => undefined,
): Promise<Reconciled> {
  const work = new Work(database, dump.manifest);
  for (const part of dump.parts) {
    let groups: Group[] = [];
    for await (const group of groupsOf(dump, part)) {
      groups.push(group);
      if (groups.length < AT_ONCE) continue;
      await work.compare(groups);
      onProgress(work.ids);
      groups = [];
    }
    await work.compare(groups);
  }
  await work.compareRest(dump);
  return work.result();
}

/**
 * Compares the ids that were changed after a comparison of all, and what is true of the whole store: as much as there is
 * time for while nobody may write [MIGRATION 8].
 */
export async function reconcileSince(
  database: Database,
  dump: Dump,
  seq: number,
): Promise<Reconciled> {
  const work = new Work(database, dump.manifest);
  const places = await repository.touchedSince(database, seq);
  for (let from = 0; from < places.length; from += AT_ONCE) {
    await work.compareTouched(places.slice(from, from + AT_ONCE));
  }
  return work.result();
}

/** Compares the first ids of each part, and what is true of the whole store. */
export async function reconcileSample(
  database: Database,
  dump: Dump,
  ofEachPart: number,
): Promise<Reconciled> {
  const work = new Work(database, dump.manifest);
  for (const part of dump.parts) {
    const groups: Group[] = [];
    for await (const group of groupsOf(dump, part)) {
      groups.push(group);
      if (groups.length >= ofEachPart) break;
    }
    await work.compare(groups);
  }
  return work.result();
}

class Work {
  ids = 0;
  #events = 0;
  #inBoth = 0;
  readonly #database: Database;
  readonly #exportId: string;
  readonly #old = new Buckets();
  readonly #new = new Buckets();
  readonly #explained = new Map<string, number>();
  readonly #differences: Difference[] = [];
  readonly #touched: string[] = [];
  /** Of which classes every record is held by the plan. */
  #holds: readonly string[] = [];

  /** Whether the old store wrote when it released by the clock of London. */
  readonly #isLocalTime: boolean;

  readonly #due: DueCounts;

  constructor(database: Database, { exportId, timeBasis, ended }: Dump['manifest']) {
    this.#due = new DueCounts(ended);
    this.#database = database;
    this.#exportId = exportId;
    this.#isLocalTime = isLocalTime({ timeBasis });
  }

  /** Ids that were changed since the export are compared as they are now. */
  async compare(exported: readonly Group[]): Promise<void> {
    const touched = await repository.touched(
      this.#database,
      exported.map(({ place }) => place),
    );
    for (const place of touched.keys()) this.#touched.push(place);
    await this.#compareAll(exported.map((group) => touched.get(group.place) ?? group));
  }

  async #compareAll(groups: readonly Group[]): Promise<void> {
    const ids = groups.map(({ place }) => place);
    this.#holds = await repository.holds(this.#database, this.#exportId);
    const stored = await repository.stored(this.#database, askedOf(groups));
    const classes = await repository.classesOf(this.#database, this.#exportId, ids);
    for (const group of groups) {
      const row = stored.get(group.place);
      const is = row === undefined ? null : newView(row);
      this.#compareOne(group.place, {
        was: oldView(group, this.#isLocalTime),
        is,
        classes: provenClasses(classes.get(group.place) ?? [], { group, is, state: row?.state }),
      });
      if (row === undefined) continue;
      this.#compareDue(group, row.state, classes.get(group.place) ?? []);
      this.#inBoth += 1;
      const broken = brokenChain(row);
      this.#events += row.events.length;
      if (broken !== null) this.#tell(group.place, broken);
    }
    this.ids += groups.length;
  }

  #compareOne(
    id: string,
    { was, is, classes }: { was: View; is: View | null; classes: readonly string[] },
  ): void {
    const isGone = was.fate === 'apart' && is === null;
    if (isGone) return;
    const fields = is === null ? ['fate'] : differing(was, is);
    const open = fields.filter((field) => {
      const name = isExplained(field, classes, this.#holds);
      if (name !== null) this.#explained.set(name, (this.#explained.get(name) ?? 0) + 1);
      return name === null;
    });
    for (const field of open) this.#tell(id, field);
    // What a class explains is left out on both sides, and counted above.
    if (fields.length > 0 && open.length === 0) return;
    this.#old.add(id, was);
    if (is !== null) this.#new.add(id, is);
  }

  /** When it expires, is given up or goes, by either store. */
  #compareDue(group: Group, state: unknown, classes: readonly string[]): void {
    if (group.rows.PRESCRIPTION.length !== 1) return;
    const [was, is] = [oldDue(group), newDue(state)];
    this.#due.add('old', was);
    this.#due.add('new', is);
    if (was === is) return;
    const name = isExplained('due', classes, []);
    if (name === null) this.#tell(group.place, 'due');
    else this.#explained.set(name, (this.#explained.get(name) ?? 0) + 1);
  }

  #tell(id: string, what: string): void {
    if (this.#differences.length < DIFFERENCES_MAX) this.#differences.push({ id, what });
  }

  async compareTouched(places: readonly string[]): Promise<void> {
    const touched = await repository.touched(this.#database, places);
    await this.#compareAll([...touched.values()]);
  }

  /** What the parts of the export do not show: ids that came after it, records of no id, rows that did not come. */
  async compareRest(dump: Dump): Promise<void> {
    const since = await repository.touched(this.#database, { but: this.#touched });
    await this.#compareAll([...since.values()]);
    const count = await repository.count(this.#database);
    if (count !== this.#inBoth)
      this.#tell('', `${count - this.#inBoth} records are of no id of the export`);
    const came = await repository.rowsThatCame(this.#database, this.#exportId);
    const tables = dump.manifest.format === 'LX-2' ? [DOCUMENT] : OF_PRESCRIPTIONS;
    for (const table of [...tables, ...BESIDE]) {
      const signed = dump.manifest.tables[table]?.rows ?? 0;
      if ((came[table] ?? 0) !== signed) {
        this.#tell(
          '',
          `${came[table] ?? 0} rows of ${table} were read where ${signed} were signed`,
        );
      }
    }
  }

  async result(): Promise<Reconciled> {
    const invariants = await repository.invariants(this.#database, this.#exportId);
    for (const [name, broken] of Object.entries(invariants)) {
      if (broken > 0) this.#tell('', `${name} is broken ${broken} times`);
    }
    return {
      ids: this.ids,
      events: this.#events,
      explained: Object.fromEntries(
        [...this.#explained].toSorted(([one], [other]) => (one < other ? -1 : 1)),
      ),
      differences: this.#differences,
      buckets: {
        old: this.#old.digest(),
        new: this.#new.digest(),
        differing: this.#old.differing(this.#new).length,
      },
      invariants,
      due: this.#due.result(),
      changeSeq: await repository.changeSeq(this.#database, this.#exportId),
    };
  }
}

/**
 * The classes that may explain a difference. That a whole history was believed instead of the rows is looked at here: what
 * the loader says of itself is no proof [MIGRATION 4, D16].
 */
function provenClasses(
  classes: readonly string[],
  { group, is, state }: { group: Group; is: View | null; state: unknown },
): readonly string[] {
  if (is === null || !classes.includes('D16') || isHeld(state)) return classes;
  const now = new Set(is.issues.map(([number, status]) => `${number} ${status}`));
  return lastSteps(group).every((step) => now.has(step))
    ? classes
    : classes.filter((name) => name !== 'D16');
}

function isHeld(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'held' in state;
}

/** Whether the old store wrote when it released by the clock of London. */
export function isLocalTime({ timeBasis }: Pick<Dump['manifest'], 'timeBasis'>): boolean {
  return timeBasis['RELEASE.REL_TS'] === 'london-local';
}

/** What is to be read of the store to compare these. */
export function askedOf(groups: readonly Group[]): repository.Asked {
  const organisations = groups.flatMap(({ rows }) => rows.NOM_RELEASE.map(({ row }) => row.ORG));
  return {
    ids: groups.map(({ place }) => place),
    messageIds: groups.flatMap(({ rows }) =>
      rows.MESSAGE.flatMap(({ row }) => (parseUuid(row.MSG_ID) === null ? [] : [row.MSG_ID])),
    ),
    organisations: [...new Set(organisations)],
  };
}

/** Which members differ. */
function differing(was: View, is: View): string[] {
  if (hashOf('', was) === hashOf('', is)) return [];
  const fields: (keyof View)[] = ['fate', 'issues', 'waitsFor', 'had', 'pending', 'messages'];
  return fields.filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]));
}
