import { type Cell, COMPONENT_IDS, DATACENTRES, isSameCell } from '../components.ts';
import { type Minute, type Observed, since } from '../monitor/observed.ts';
import { failingIn, isLateForMany, lastLook, LIMITS, namesAtFault } from '../monitor/rules.ts';
import type { LocalFault, Trouble } from './fault.ts';

const QUIET_MS = 10 * 60_000; // two good intervals, as of an incident [EXPERIENCE 6.3]
const MINUTE_MS = 60_000;

/** What one organisation, system or party meets alone, as it is seen now. */
export function troublesIn(observed: Observed): Trouble[] {
  return [...failingAlone(observed), ...notTaking(observed)];
}

function failingAlone(observed: Observed): Trouble[] {
  const found = COMPONENT_IDS.flatMap((component) =>
    DATACENTRES.flatMap((datacentre) => {
      const failing = failingIn(observed, { component, datacentre });
      const names = failing === null ? [] : namesAtFault(failing.minutes);
      const [who] = names;
      if (failing === null || who === undefined) return [];
      const cells: Cell[] = [{ component, datacentre }];
      return [{ what: 'requests' as const, who, names, cells, count: failing.failures }];
    }),
  );
  return [...Map.groupBy(found, ({ who }) => who).values()].flatMap(together);
}

/** What the same people meet in several places is one trouble. */
function together(all: readonly Trouble[]): Trouble[] {
  const [first] = all;
  if (first === undefined) return [];
  return [
    {
      ...first,
      names: [...new Set(all.flatMap(({ names }) => names))],
      cells: all.flatMap(({ cells }) => cells),
      count: all.reduce((sum, { count }) => sum + count, 0),
    },
  ];
}

/** Messages wait for them, or were given up, while those for others arrive. */
function notTaking(observed: Observed): Trouble[] {
  const look = lastLook(observed);
  if (look === null || isLateForMany(look)) return [];
  return look.parties.map(({ party, names, waiting, lost }) => ({
    what: 'deliveries',
    who: `party:${party}`,
    names: [...new Set([`party:${party}`, ...names])],
    cells: DATACENTRES.map((datacentre) => ({ component: 'transport', datacentre })),
    count: waiting + lost,
  }));
}

/** Whether nothing of it was seen for ten minutes in which somebody looked. */
export function isOver(observed: Observed, fault: LocalFault): boolean {
  if (since(observed, observed.begunAt) < QUIET_MS) return false;
  return fault.what === 'requests'
    ? !observed.minutes.some((minute) => isFailing(observed, minute, fault))
    : observed.late.length > 0 &&
        !observed.late.some(({ parties }) =>
          parties.some(({ party }) => fault.who === `party:${party}`),
        );
}

/** As many a minute as it takes to begin, whether others fail beside them or not. */
function isFailing(observed: Observed, minute: Minute, { names, cells }: Trouble): boolean {
  if (since({ ...observed, resumedAt: null }, minute.at) >= QUIET_MS) return false;
  if (!cells.some((cell) => isSameCell(cell, minute))) return false;
  const most = Math.max(0, ...names.map((name) => minute.failuresBy[name] ?? 0));
  const { localShare, localFailuresMin, errorWindowMs, errorShare } = LIMITS;
  const enough = (localShare * localFailuresMin * MINUTE_MS) / errorWindowMs;
  return most >= enough && most > errorShare * minute.calls;
}
