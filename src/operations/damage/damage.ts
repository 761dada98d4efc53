import type { PageLook } from '../../platform/page-failures.ts';

/** A server whose pages are looked after; times are ISO 8601, as they are kept. */
export type Damage = PageLook & {
  readonly lookedAt: string;
  /** When it was last found to have refused more pages than before; null: never. */
  readonly seenAt: string | null;
};

const TOLD_MS = 86_400_000; // for a day on, also where a crash or a new copy has the server count from 0

/** Whether somebody must do something: its pages are damaged, or were a short while ago, or nobody would know. */
export function isAlarming(damage: Damage, at: Date): boolean {
  return !damage.isChecked || damage.failures > 0 || isRecent(damage.seenAt, at);
}

function isRecent(when: string | null, at: Date): boolean {
  return when !== null && at.getTime() - Date.parse(when) < TOLD_MS;
}

/** All that is known after a look, and whether that found more than there was. */
export function afterLook(
  before: readonly Damage[],
  look: PageLook,
  at: Date,
): { readonly known: readonly Damage[]; readonly isWorse: boolean } {
  const same = before.find(({ server }) => server === look.server);
  const isWorse = look.failures > (same?.failures ?? 0);
  const lookedAt = at.toISOString();
  const seenAt = isWorse ? lookedAt : (same?.seenAt ?? null);
  const others = before.filter(
    (one) => one.server !== look.server && isRecent(one.lookedAt, at), // one that is gone for good is forgotten
  );
  return { known: [...others, { ...look, lookedAt, seenAt }], isWorse };
}

/** The last word on each server, of what several lookers know. */
export function together(all: readonly Damage[]): readonly Damage[] {
  const newestLast = all.toSorted((one, other) => one.lookedAt.localeCompare(other.lookedAt));
  const byServer = new Map(newestLast.map((one) => [one.server, one]));
  return [...byServer.values()].toSorted((one, other) => one.server.localeCompare(other.server));
}

/** In words for people: what is wrong, or that nothing is. */
export function damageWords({ failures, isChecked, seenAt }: Damage): string {
  if (!isChecked) return 'keeps no checksums: a damaged page would be read like any other';
  if (failures > 0) return `${failures} times a damaged page was refused`;
  return seenAt === null ? 'no page is damaged' : `a damaged page was refused at ${seenAt}`;
}
