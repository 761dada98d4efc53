import type { Instant } from '../../kernel/instant.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Group } from '../lx1/read-groups.ts';
import { Buckets } from './buckets.ts';
import { brokenChain } from './chain.ts';
import { askedOf, differing, isOf, type Pair, provenClasses, saying } from './compare.ts';
import { Counts } from './counts.ts';
import { DueCounts, type DueDays, isFoundOn, newDue, oldDue } from './due.ts';
import { isExplained } from './explain.ts';
import { DamageShown } from './damage-shown.ts';
import { type Meant, Meaning } from './meaning.ts';
import { newView } from './new-view.ts';
import { oldView } from './old-view.ts';
import * as repository from './repository.ts';
import { isInBucket, isOfAll, type Level, type Scope } from './scope.ts';

/** Something that the two stores say differently, and that no class explains. */
export type Difference = { readonly level: Level; readonly id: string; readonly what: string };

const DIFFERENCES_MAX = 10_000; // more are counted only

type Of = {
  readonly reads: repository.Reads;
  readonly dump: Pick<Dump, 'manifest' | 'folder'> & { readonly feed?: string };
  readonly scope: Scope;
  /** When somebody asks both of what they would do. */
  readonly at: Instant;
};

export type BucketsSaid = {
  readonly old: string;
  readonly new: string;
  readonly differing: number;
  /** Of each bucket of the export as it was signed: count and sum. */
  readonly exported: readonly string[];
};

/** A comparison that is under way. */
export class Work {
  ids = 0;
  events = 0;
  inBoth = 0;
  readonly differences: Difference[] = [];
  readonly counts = new Counts();
  readonly #of: Of;
  readonly #old = new Buckets();
  readonly #new = new Buckets();
  /** Of the export alone, whatever has changed since. */
  readonly #exported = new Buckets();
  readonly #explained = new Map<string, number>();
  readonly #touched: string[] = [];
  readonly #damage: DamageShown;
  readonly #due: DueCounts;
  readonly #meaning: Meaning | null;
  /** Of which classes every record is held by the plan. */
  #holds: readonly string[] = [];
  /** Ids that are of the organisation here; null: all are wanted. */
  #own: ReadonlySet<string> | null = null;
  readonly #unmet = new Set<string>();

  constructor(of: Of) {
    const { reads, scope, at, dump } = of;
    this.#of = of;
    this.#damage = new DamageShown({ reads, dump, feed: dump.feed ?? null });
    this.#due = new DueCounts(dump.manifest.ended);
    this.#meaning = scope.levels.has('L3') ? new Meaning(reads, scope, at) : null;
  }

  has(level: Level): boolean {
    return this.#of.scope.levels.has(level);
  }

  async begin(): Promise<void> {
    const { reads, dump, scope } = this.#of;
    this.#holds = await repository.holds(reads, dump.manifest.exportId);
    const { organisation } = scope;
    if (organisation === null) return;
    this.#own = await repository.idsOf(reads, organisation);
    for (const id of this.#own) this.#unmet.add(id);
  }

  /** Ids that were changed since the export are compared as they are now. */
  async compare(exported: readonly Group[]): Promise<void> {
    const touched = await repository.touched(
      this.#of.reads,
      exported.map(({ place }) => place),
    );
    this.#touched.push(...touched.keys());
    for (const group of exported) {
      const view = oldView(group, this.#of.dump.manifest.timeBasis);
      this.#exported.add(group.place, view);
    }
    await this.compareAll(exported.map((group) => touched.get(group.place) ?? group));
  }

  async compareTouched(places: readonly string[]): Promise<void> {
    await this.compareAll([...(await repository.touched(this.#of.reads, places)).values()]);
  }

  /** Ids that the feed brought. */
  async compareNew(): Promise<void> {
    const since = await repository.touched(this.#of.reads, { but: this.#touched });
    const { scope } = this.#of;
    await this.compareAll([...since.values()].filter(({ place }) => isInBucket(scope, place)));
  }

  async compareAll(given: readonly Group[]): Promise<void> {
    const { reads, dump } = this.#of;
    for (const { place } of given) this.#unmet.delete(place);
    const groups = given.filter((group) => this.#isWanted(group));
    const ids = groups.map(({ place }) => place);
    const stored = await repository.stored(reads, askedOf(groups));
    const classes = await repository.classesOf(reads, dump.manifest.exportId, ids);
    for (const group of groups) {
      const row = stored.get(group.place);
      const is = row === undefined ? null : newView(row);
      const was = oldView(group, dump.manifest.timeBasis);
      const found = await this.#shown(group, classes.get(group.place) ?? []);
      const proven = provenClasses(found, { group, is, state: row?.state });
      const isLeftOut = this.#compareOne(group.place, { was, is, classes: proven });
      if (row === undefined) continue;
      this.inBoth += 1;
      this.#compareDue(group, row, found);
      this.#compareChain(row);
      if (was.fate === 'tombstone') this.#lookGone(group.place, row.state);
      if (was.fate === 'live' && this.#meaning !== null) {
        const looked = { group, was, classes: proven, isLeftOut, state: row.state };
        const { differs, explained } = this.#meaning.look(looked);
        for (const what of differs) this.tell('L3', group.place, what);
        for (const name of explained) this.#explain(name);
      }
    }
    this.ids += groups.length;
  }

  /** That an order is damaged, or not signed as it should be, is seen by its own bytes alone [MIGRATION 4, D20]. */
  async #shown(group: Group, classes: readonly string[]): Promise<readonly string[]> {
    if (!classes.includes('D20') || (await this.#damage.isShownOf(group))) return classes;
    return classes.filter((name) => name !== 'D20');
  }

  #lookGone(place: string, state: unknown): void {
    const what = this.#meaning?.lookGone(state) ?? null;
    if (what !== null) this.tell('L3', place, what);
  }

  #isWanted(group: Group): boolean {
    const { scope, dump } = this.#of;
    if (this.#own === null || scope.organisation === null) return true;
    const was = oldView(group, dump.manifest.timeBasis);
    return this.#own.has(group.place) || isOf(was, scope.organisation);
  }

  /** Answers whether a class explains something of it, so that it is left out of what is added up. */
  #compareOne(id: string, { was, is, classes }: Pair): boolean {
    if (was.fate === 'apart' && is === null) return true;
    const fields = is === null ? (['fate'] as const) : differing(was, is);
    const open = fields.filter((field) => {
      const name = isExplained(field, classes, this.#holds);
      if (name !== null) this.#explain(name);
      return name === null;
    });
    const isOpened = !isOfAll(this.#of.scope);
    if (this.has('L2')) {
      for (const field of open) {
        this.tell('L2', id, isOpened ? `${field}: ${saying(field, was, is)}` : field);
      }
    }
    // What a class explains is left out on both sides, and counted above.
    if (fields.length > 0 && open.length === 0) return true;
    this.#old.add(id, was);
    this.counts.add('old', was);
    if (is === null) return false;
    this.#new.add(id, is);
    this.counts.add('new', is);
    return false;
  }

  #compareChain(row: repository.Stored): void {
    if (!this.has('L4')) return;
    this.events += row.events.length;
    const broken = brokenChain(row);
    if (broken !== null) this.tell('L4', row.id, broken);
  }

  /** When it expires, is given up or goes, by either store. */
  #compareDue(group: Group, { state, dueOn }: repository.Stored, classes: readonly string[]): void {
    if (!this.has('L5') || group.rows.PRESCRIPTION.length !== 1) return;
    if (!isFoundOn(state, dueOn))
      this.tell('L5', group.place, 'the day on which it is due is not kept');
    const [was, is] = [oldDue(group), newDue(state)];
    this.#due.add('old', was);
    this.#due.add('new', is);
    if (was === is) return;
    const name = isExplained('due', classes, []);
    if (name !== null) this.#explain(name);
    else if (isOfAll(this.#of.scope)) this.tell('L5', group.place, 'due');
    else this.tell('L5', group.place, `due: ${is || 'nothing'} where ${was || 'nothing'} was`);
  }

  /** Ids that are of the organisation here, and that the old store has not. */
  unmet(): string[] {
    return [...this.#unmet];
  }

  #explain(name: string): void {
    this.#explained.set(name, (this.#explained.get(name) ?? 0) + 1);
  }

  tell(level: Level, id: string, what: string): void {
    if (this.differences.length < DIFFERENCES_MAX) this.differences.push({ level, id, what });
  }

  explained(): Record<string, number> {
    const all = [...this.#explained].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(all);
  }

  buckets(): BucketsSaid {
    const differ = this.#old.differing(this.#new).length;
    const digests = { old: this.#old.digest(), new: this.#new.digest(), differing: differ };
    return { ...digests, exported: this.#exported.values() };
  }

  due(): DueDays {
    return this.#due.result();
  }

  async meant(): Promise<Meant> {
    if (this.#meaning === null) return { downloads: 0, holders: 0, asked: 0, gone: 0 };
    const { differs, meant } = await this.#meaning.end();
    for (const what of differs) this.tell('L3', '', what);
    return meant;
  }
}
