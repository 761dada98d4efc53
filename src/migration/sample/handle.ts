import type { Database } from '../../platform/database.ts';
import { groupsOf } from '../groups.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Group } from '../lx1/read-groups.ts';
import { newDue, oldDue } from '../reconcile/due.ts';
import { newView } from '../reconcile/new-view.ts';
import { oldView, type View } from '../reconcile/old-view.ts';
import { askedOf } from '../reconcile/compare.ts';
import { stored, touched } from '../reconcile/repository.ts';
import { draw, type Drawn } from './repository.ts';

/** One thing that both stores say of an id, side by side. */
export type Line = {
  readonly id: string;
  readonly classes: string;
  readonly what: string;
  readonly old: string;
  readonly new: string;
};

const AT_ONCE = 100;

/** Draws ids from all classes, and says of each what either store has of it [MIGRATION 6, L7]. Nothing of a patient is in it. */
export async function sample(
  database: Database,
  dump: Dump,
  wanted: { readonly count: number; readonly seed: number },
): Promise<Line[]> {
  const drawn = await draw(database, dump.manifest.exportId, wanted);
  const byPlace = new Map(drawn.map((one) => [one.place, one]));
  const groups = new Map<string, Group>();
  for (const part of dump.parts) {
    for await (const group of groupsOf(dump, part)) {
      if (byPlace.has(group.place)) groups.set(group.place, group);
    }
  }
  for (const [place, group] of await touched(database, [...byPlace.keys()])) {
    groups.set(place, group);
  }
  const all = [...groups.values()].toSorted((one, other) => (one.place < other.place ? -1 : 1));
  const lines: Line[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    lines.push(
      ...(await linesOf(database, dump, { some: all.slice(from, from + AT_ONCE), byPlace })),
    );
  }
  return lines;
}

async function linesOf(
  database: Database,
  dump: Dump,
  {
    some,
    byPlace,
  }: { readonly some: readonly Group[]; readonly byPlace: ReadonlyMap<string, Drawn> },
): Promise<Line[]> {
  const rows = await stored(database, askedOf(some));
  return some.flatMap((group) => {
    const row = rows.get(group.place);
    const was = words(oldView(group, dump.manifest.timeBasis), oldDue(group));
    const is = row === undefined ? {} : words(newView(row), newDue(row.state));
    const classes = byPlace.get(group.place)?.classes.join(' ') ?? '';
    return Object.entries(was).map(([what, old]) => ({
      id: group.place,
      classes,
      what,
      old,
      new: is[what] ?? 'not in the store',
    }));
  });
}

function words(view: View, due: string): Readonly<Record<string, string>> {
  const { fate, about, issues, waitsFor, had, pending, messages } = view;
  return {
    fate,
    'treatment, prescriber, when': about.join(' '),
    issues: issues.map((issue) => issue.join(' ').trim()).join('; '),
    'waits for': waitsFor,
    'was had by': had.join('; '),
    'cancellations that wait': String(pending),
    messages: String(messages.length),
    'next step': due,
  };
}
