import {
  type Cell,
  COMPONENT_IDS,
  type Component,
  DATACENTRES,
  type Datacentre,
  isSameCell,
  type State,
} from '../components.ts';
import { type Incident, isOpen } from '../incidents/incident.ts';
import type { Maintenance } from '../maintenance/maintenance.ts';
import { isAwaited, isBad, type Observed, since, stepsOf } from './observed.ts';
import { findings } from './rules.ts';

/** A cell that no probe has come through for so long is unknown [EXPERIENCE 6.1]. */
export const UNKNOWN_AFTER_MS = 3 * 60_000;

export type Cells = Readonly<Record<Datacentre, State>>;

/** Each component at each datacentre: the worst of open incidents and of what probes find [EXPERIENCE 6.1]. */
export function statesOf(
  observed: Observed,
  incidents: readonly Incident[],
  maintenance: readonly Maintenance[],
): Readonly<Record<Component, Cells>> {
  const wrong = findings(observed);
  const state = (cell: Cell): State => {
    const isMaintained = maintenance.some(
      (one) => one.state === 'under-way' && one.cells.some((other) => isSameCell(other, cell)),
    );
    if (isMaintained) return 'maintenance';
    const found = wrong.find((finding) => isSameCell(finding, cell));
    return worst([
      byProbe(observed, cell),
      found === undefined ? 'unknown' : found.isOutage ? 'full' : 'degraded',
      ...incidents.filter((one) => touches(one, cell)).map(byIncident),
    ]);
  };
  const cells = (component: Component): Cells => ({
    a: state({ component, datacentre: 'a' }),
    b: state({ component, datacentre: 'b' }),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an entry for each component
  return Object.fromEntries(COMPONENT_IDS.map((id) => [id, cells(id)])) as Record<Component, Cells>;
}

/** An open one that people were told of; a draft is no more than what the probes say. */
function touches(incident: Incident, cell: Cell): boolean {
  const isTold = isOpen(incident) && incident.publishedAt !== null;
  return isTold && incident.cells.some((other) => isSameCell(other, cell));
}

/** While it is watched only, the way it was found to be before has ended. */
function byIncident({ isOutage, stage }: Incident): State {
  if (stage === 'monitoring') return 'degraded';
  return isOutage ? 'full' : 'degraded';
}

function byProbe(observed: Observed, cell: Cell): State {
  const { component, datacentre } = cell;
  if (isAwaited(observed, cell)) return 'unknown';
  const [newest] = stepsOf(observed.rounds, component, datacentre);
  if (newest === undefined || since(observed, newest.at) > UNKNOWN_AFTER_MS) return 'unknown';
  if (newest.outcome === 'not-reached') return 'unknown';
  return isBad(newest) ? 'degraded' : 'operational';
}

const FROM_WORST: readonly State[] = ['full', 'partial', 'degraded', 'operational'];

/** Something that is known counts for more than what is not. */
function worst(states: readonly State[]): State {
  return FROM_WORST.find((state) => states.includes(state)) ?? 'unknown';
}

/** Of a component as a whole: an outage at one datacentre is a partial one. */
export function wholeOf(cells: Cells): State {
  const all = DATACENTRES.map((datacentre) => cells[datacentre]);
  if (all.every((state) => state === 'full')) return 'full';
  if (all.includes('full') || all.includes('partial')) return 'partial';
  if (all.includes('degraded')) return 'degraded';
  if (all.includes('maintenance')) return 'maintenance';
  return all.includes('operational') ? 'operational' : 'unknown';
}
