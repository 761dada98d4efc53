import { createHash } from 'node:crypto';

import { brand } from '../../kernel/brand.ts';
import type { Instant } from '../../kernel/instant.ts';
import { londonDate } from '../../kernel/london.ts';
import {
  dryRun,
  type Known,
  type OdsCode,
  orderAgain,
  wouldDownload,
} from '../../prescriptions/rules.ts';
import type { Group } from '../lx1/read-groups.ts';
import { isExplained } from './explain.ts';
import { Lists } from './lists.ts';
import { isOffered, oldAnswers } from './old-answers.ts';
import type { View } from './old-view.ts';
import * as repository from './repository.ts';
import { isInBucket, isOfAll, type Scope } from './scope.ts';

/** How many were looked at. */
export type Meant = {
  /** Organisations for which something waits. */
  readonly downloads: number;
  /** Organisations that have something. */
  readonly holders: number;
  /** Ids that were asked about without an effect, five messages each. */
  readonly asked: number;
  /** Ids that are gone, of all of which it was asked whether an order under them is refused. */
  readonly gone: number;
};

/** One id of both stores, as far as its fields were compared. */
export type Looked = {
  readonly group: Group;
  readonly was: View;
  readonly classes: readonly string[];
  /** A class explains why its issues or what it waits for are not the same. */
  readonly isLeftOut: boolean;
  readonly state: unknown;
};

/**
 * What both stores would do: each organisation's automatic download until it is empty, what each has, and for a sample
 * what five messages would be answered; nothing is written [MIGRATION 6, L3].
 */
export class Meaning {
  readonly #reads: repository.Reads;
  readonly #scope: Scope;
  readonly #at: Instant;
  readonly #today: string;
  readonly #waited: Lists;
  readonly #held: Lists;
  readonly #leftOut = new Set<string>();
  #asked = 0;
  #gone = 0;

  constructor(reads: repository.Reads, scope: Scope, at: Instant) {
    this.#reads = reads;
    this.#scope = scope;
    this.#at = at;
    this.#today = londonDate(new Date(at)).replaceAll('-', '');
    this.#waited = new Lists(scope.organisation);
    this.#held = new Lists(scope.organisation);
  }

  /** Answers what of it differs, and the classes that explain what else does. */
  look({ group, was, classes, isLeftOut, state }: Looked): {
    differs: string[];
    explained: string[];
  } {
    const { place, rows } = group;
    const isDoubtful = classes.some((name) => DOUBTFUL.includes(name));
    if (isLeftOut || isDoubtful) this.#leftOut.add(place);
    else {
      const pending = rows.NOM_RELEASE.findLast(({ row }) => row.STATE === 'PENDING')?.row;
      const issue = rows.ISSUE.find(({ row }) => row.ISSUE_NO === pending?.ISSUE_NO)?.row;
      if (pending !== undefined && issue !== undefined && isOffered(issue, this.#today)) {
        this.#add(this.#waited, pending.ORG, place);
      }
      for (const [number, status, , holder] of was.issues) {
        if (HELD.includes(status)) this.#add(this.#held, holder, `${place} ${number}`);
      }
    }
    return this.#isSampled(place)
      ? this.#ask(group, state, classes)
      : { differs: [], explained: [] };
  }

  /** Of one that was gone in the old store: what is wrong; null where an order under its id is refused for ever [MIGRATION 5, M11]. */
  lookGone(state: unknown): string | null {
    this.#gone += 1;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it is kept by the rules that read it
    const is = orderAgain(state as Known, this.#at);
    return is === 'DuplicatePrescription' ? null : `dry run of order: ${is} where it was gone`;
  }

  #add(lists: Lists, organisation: string, line: string): void {
    const { organisation: only } = this.#scope;
    if (only === null || only === organisation) lists.add(organisation, line);
  }

  #isSampled(place: string): boolean {
    const { samplePermille, seed } = this.#scope;
    const hash = createHash('sha256').update(`${seed} ${place}`).digest().readUInt32BE();
    return hash % 1000 < samplePermille;
  }

  #ask(group: Group, state: unknown, classes: readonly string[]) {
    const was = oldAnswers(group, this.#today);
    if (was === null) return { differs: [], explained: [] };
    this.#asked += 1;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it is kept by the rules that read it
    const is = dryRun(state as Known, this.#at);
    const differing = MESSAGES.filter((name) => was[name] !== (AGAIN[is[name]] ?? is[name]));
    const why = differing.map((name) => isExplained('meaning', classes, []) ?? name);
    const explained = why.filter((name) => classes.includes(name));
    const differs = differing
      .filter((_, index) => !classes.includes(why[index] ?? ''))
      .map((name) => `dry run of ${name}: ${is[name]} where ${was[name]} was`);
    return { differs, explained };
  }

  /** Asks for every organisation, and answers whose lists differ. */
  async end(): Promise<{ differs: string[]; meant: Meant }> {
    const [waits, has] = [new Lists(this.#scope.organisation), new Lists(this.#scope.organisation)];
    const { organisation: only } = this.#scope;
    const organisations =
      only === null ? await repository.organisationsWaitedFor(this.#reads) : [only];
    for (const organisation of organisations) {
      for (const id of await wouldDownload(this.#reads, brand<OdsCode>(organisation), this.#at)) {
        if (this.#isLooked(id)) waits.add(organisation, id);
      }
    }
    for (let after: string | null = ''; after !== null; ) {
      const some: repository.Held[] = await repository.heldBehind(this.#reads, after, AT_ONCE);
      for (const { id, issue, holder } of some) {
        if (holder !== null && this.#isLooked(id) && (only === null || only === holder))
          has.add(holder, `${id} ${issue}`);
      }
      after = some.at(-1)?.id ?? null;
    }
    return {
      differs: [
        ...this.#waited.differing(waits, 'automatic download'),
        ...this.#held.differing(has, 'what is with the dispenser'),
      ],
      meant: { downloads: waits.size, holders: has.size, asked: this.#asked, gone: this.#gone },
    };
  }

  #isLooked(id: string): boolean {
    return !this.#leftOut.has(id) && (isOfAll(this.#scope) || isInBucket(this.#scope, id));
  }
}

const HELD = ['0002', '0003'];
const AT_ONCE = 5000;
const MESSAGES = ['status', 'release', 'cancel', 'dispense', 'claim'] as const;
/** Their dates in the old store say otherwise than ours. */
const DOUBTFUL = ['D15', 'D24'];
/** Two refusals for one thing, by the day on which somebody asks. */
const AGAIN: Readonly<Record<string, string>> = {
  ClaimedBefore: 'again',
  ClaimWithAgency: 'again',
};
