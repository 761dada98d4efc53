import { parseUuid } from '../../kernel/uuid.ts';
import { canonicalJson } from '../canonical.ts';
import type { Group } from '../lx1/read-groups.ts';
import { lastSteps, type View } from './old-view.ts';
import type { Asked } from './repository.ts';

/** One id as both stores have it. */
export type Pair = {
  readonly was: View;
  readonly is: View | null;
  /** That may explain a difference. */
  readonly classes: readonly string[];
};

/**
 * The classes that may explain a difference. That a whole history was believed instead of the rows is looked at here: what
 * the loader says of itself is no proof [MIGRATION 4, D16].
 */
export function provenClasses(
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

/** What is to be read of the store to compare these. */
export function askedOf(groups: readonly Group[]): Asked {
  const organisations = groups.flatMap(({ rows }) => rows.NOM_RELEASE.map(({ row }) => row.ORG));
  return {
    ids: groups.map(({ place }) => place),
    messageIds: groups.flatMap(({ rows }) =>
      rows.MESSAGE.flatMap(({ row }) => (parseUuid(row.MSG_ID) === null ? [] : [row.MSG_ID])),
    ),
    organisations: [...new Set(organisations)],
  };
}

const FIELDS = ['fate', 'about', 'issues', 'waitsFor', 'had', 'pending', 'messages'] as const;
export type Field = (typeof FIELDS)[number];

/** Which members differ. */
export function differing(was: View, is: View): Field[] {
  if (canonicalJson(was) === canonicalJson(is)) return [];
  return FIELDS.filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]));
}

/** What either store says of a member, for whoever has opened it. */
export function saying(field: Field, was: View, is: View | null): string {
  const words = (view: View | null): string =>
    JSON.stringify(view === null ? 'nothing' : view[field]).slice(0, SHOWN_MAX);
  return `${words(is)} where ${words(was)} was`;
}

const SHOWN_MAX = 300;

/** Whether an organisation prescribed it, has or had it, or it waits for it. */
export function isOf({ about, issues, waitsFor, had }: View, organisation: string): boolean {
  return (
    about[1] === organisation ||
    waitsFor === organisation ||
    issues.some(([, , , holder]) => holder === organisation) ||
    had.some((line) => line.split(' ')[1] === organisation)
  );
}
