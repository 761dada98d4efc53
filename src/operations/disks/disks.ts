import type { FlushLook } from '../../platform/flush-times.ts';

/** The disk of a database, as it was looked at last. */
export type Disk = FlushLook & {
  /** How often in a row it was found slow. */
  readonly slowLooks: number;
};

/** A good disk takes one or two, one that turns eight; the lock store wants ten. */
export const SLOW_MS = 20;
const LOOKS = 2; // one may meet a moment in which much is written

/** Whether somebody is to be told. */
export function isSlow({ slowLooks }: Disk): boolean {
  return slowLooks >= LOOKS;
}

/** All that is known after a look, and which of them are slow that were not so before it. */
export function afterFlushes(
  before: readonly Disk[],
  looks: readonly FlushLook[],
): { readonly known: readonly Disk[]; readonly newlySlow: readonly Disk[] } {
  const known = looks.map((look) => {
    const same = before.find(
      ({ server, isStandby }) => server === look.server && isStandby === look.isStandby,
    );
    return { ...look, slowLooks: look.ms > SLOW_MS ? (same?.slowLooks ?? 0) + 1 : 0 };
  });
  return { known, newlySlow: known.filter(({ slowLooks }) => slowLooks === LOOKS) };
}

export function roleOf({ isStandby }: { readonly isStandby: boolean }): 'standby' | 'primary' {
  return isStandby ? 'standby' : 'primary';
}

/** In words for people. */
export function diskWords({ ms }: Disk): string {
  return `a flush takes ${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}
