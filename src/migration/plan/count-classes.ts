import { createHash } from 'node:crypto';

import { currentIssue } from '../../prescriptions/rules.ts';
import { foldGroup, type Moved } from '../fold/fold-group.ts';
import { Payloads } from '../fold/payloads.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Judge } from '../signatures/judge.ts';
import { judgedGroups } from '../signatures/judged-groups.ts';

/** Ids of one dirty class: how many, and the SHA-256 of their list, hex; no id itself leaves the store. */
export type ClassCount = {
  readonly class: string;
  readonly count: number;
  readonly digest: string;
};

/** What an export will bring. */
export type Expected = {
  readonly ids: number;
  /** Prescriptions that somebody may still do something with. */
  readonly open: number;
  /** Those of them that a person must decide about. */
  readonly held: number;
  readonly classes: readonly ClassCount[];
  /** Of class D20, those whose signature is not good, by what is wrong with it. */
  readonly signatures: readonly SignatureCount[];
};

export type SignatureCount = { readonly because: string; readonly count: number };

/** Brings each id to its events as a load would, and a check of the signatures after it, and keeps only the counts. */
export async function countClasses(
  dump: Dump,
  judge: Judge,
  onProgress: (ids: number) => void = () => undefined,
): Promise<Expected> {
  const payloads = new Payloads(dump);
  const places = new Map<string, string[]>();
  const reasons = new Map<string, number>();
  const count = { ids: 0, open: 0, held: 0 };
  try {
    for await (const { group, isDamaged, because } of judgedGroups(dump, payloads, judge)) {
      const moved = foldGroup(group, dump, isDamaged || because !== null);
      for (const name of moved.classes) {
        const some = places.get(name);
        if (some === undefined) places.set(name, [group.place]);
        else some.push(group.place);
      }
      if (because !== null && moved.classes.includes('D20')) {
        reasons.set(because, (reasons.get(because) ?? 0) + 1);
      }
      count.ids += 1;
      if (isOpen(moved)) count.open += 1;
      if (isOpen(moved) && isHeld(moved)) count.held += 1;
      onProgress(count.ids);
    }
  } finally {
    payloads.close();
  }
  const classes = [...places]
    .map(([name, some]) => ({ class: name, count: some.length, digest: digestOf(some) }))
    .toSorted((one, other) => numberOf(one) - numberOf(other));
  const signatures = [...reasons]
    .map(([because, some]) => ({ because, count: some }))
    .toSorted((one, other) => (one.because < other.because ? -1 : 1));
  return { ...count, classes, signatures };
}

const OVER = new Set(['Expired', 'Cancelled', 'NotDispensed', 'Claimed', 'NoClaimed']);

function isOpen({ state }: Moved): boolean {
  return state?.kind === 'prescription' && !OVER.has(currentIssue(state).status);
}

function isHeld({ state }: Moved): boolean {
  return state?.kind === 'prescription' && state.held !== undefined;
}

function digestOf(places: readonly string[]): string {
  return createHash('sha256').update(places.toSorted().join('\n')).digest('hex');
}

/** 7 of D7. */
function numberOf({ class: name }: ClassCount): number {
  return Number(name.slice(1));
}
