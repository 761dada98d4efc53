import {
  COMPONENT_IDS,
  COMPONENTS,
  type Component,
  DATACENTRES,
  type Group,
  GROUPS,
  type State,
  STATES,
} from '../components.ts';
import { AUTHORS, type Incident, isOpen, isPublic } from '../incidents/incident.ts';
import type { Level } from '../incidents/severity.ts';
import { LEVELS } from '../incidents/severity.ts';
import type { Maintenance } from '../maintenance/maintenance.ts';
import { wholeOf } from '../monitor/states.ts';
import { incidentPath, namesOf, reportPath } from '../subscriptions/notices.ts';
import { duration, londonInstant, londonTime } from '../words.ts';
import { barWords } from './bars.ts';
import { overallOf } from './machine.ts';
import type { Snapshot } from './snapshot.ts';

/** What the pages of the status site show: texts alone, in the order in which they stand. */
export function nowModel(snapshot: Snapshot): object {
  const { incidents, maintenance, lastCheckedAt, now } = snapshot;
  const open = incidents.filter(isOpen);
  const next = maintenance
    .filter(({ state }) => state === 'planned' || state === 'under-way')
    .toSorted((one, other) => one.from.localeCompare(other.from));
  return {
    headline: headlineOf(snapshot),
    state: isChecking(snapshot) ? CHECKING_TAG : tagOf(overallOf(snapshot)),
    open: open.map((incident) => incidentModel(incident, now)),
    groups: GROUPS.map((group) => groupModel(snapshot, group)),
    next: next[0] === undefined ? null : maintenanceModel(next[0]),
    lastChecked: lastCheckedAt === null ? null : londonInstant(lastCheckedAt.toISOString()),
  };
}

const HEADLINES: Readonly<Record<State, string>> = {
  operational: 'All parts of the service work',
  degraded: 'Some parts of the service are slow or fail now and then',
  partial: 'Some of the service does not work',
  full: 'A part of the service does not work at all',
  maintenance: 'Maintenance is under way',
  unknown: 'Nothing is known of the service at the moment',
};

function headlineOf(snapshot: Snapshot): string {
  const high = snapshot.incidents.find((one) => isOpen(one) && isPublic(one) && one.severity <= 2);
  if (high !== undefined) return high.symptom;
  return isChecking(snapshot) ? CHECKING : HEADLINES[overallOf(snapshot)];
}

const CHECKING = 'We are checking the service for the first time';

/** Nothing that was seen so far is wrong, and not all was seen. */
function isChecking(snapshot: Snapshot): boolean {
  return snapshot.isBeginning && ['operational', 'unknown'].includes(overallOf(snapshot));
}

const CHECKING_TAG = { text: '… Checking', classes: 'nhsuk-tag--grey' };

function cellTag({ isBeginning }: Snapshot, state: State): object {
  return isBeginning && state === 'unknown' ? CHECKING_TAG : tagOf(state);
}

function tagOf(state: State): object {
  const { name, colour, symbol } = STATES[state];
  return { text: `${symbol} ${name}`, classes: `nhsuk-tag--${colour}` };
}

function groupModel(snapshot: Snapshot, group: Group): object {
  const members = COMPONENT_IDS.filter((id) => COMPONENTS[id].group === group);
  const { states, bars } = snapshot;
  const affected = members.filter(
    (id) => !['operational', 'unknown'].includes(wholeOf(states[id])),
  );
  return {
    name: group,
    // A count, not the colour of the worst: one member that fails is not all of them.
    count:
      affected.length === 0
        ? `${members.length} of ${members.length} not affected`
        : `${affected.length} of ${members.length} affected`,
    rows: members.map((id) => ({
      id,
      name: COMPONENTS[id].name,
      cells: DATACENTRES.map((datacentre) => cellTag(snapshot, states[id][datacentre])),
      bar: barWords(bars[id]),
    })),
  };
}

export function incidentModel(incident: Incident, now: Date): object {
  const { number, severity, symptom, stage, users, beganAt, noticedAt, nextUpdateAt } = incident;
  const [latest] = incident.updates;
  const endedAt = incident.resolvedAt === null ? now.getTime() : Date.parse(incident.resolvedAt);
  return {
    number,
    path: incidentPath(number),
    report: incident.report === null ? null : reportPath(number),
    severity,
    severityWords: severityWords(incident),
    symptom,
    stage,
    affected: namesOf(incident.cells),
    grid: gridOf(incident),
    users: users.join(', '),
    began: londonInstant(beganAt),
    noticed: londonInstant(noticedAt),
    resolved: incident.resolvedAt === null ? null : londonInstant(incident.resolvedAt),
    length: duration(endedAt - Date.parse(beganAt)),
    nextUpdate: nextUpdateAt === null ? null : londonTime(nextUpdateAt),
    isLate: nextUpdateAt !== null && new Date(nextUpdateAt) < now,
    latest: latest === undefined ? null : updateModel(latest),
    updates: incident.updates.map(updateModel),
  };
}

function severityWords({ severity, isConfirmed, publishedAt }: Incident): string {
  if (isConfirmed) return `Severity ${severity}`;
  const how = publishedAt === null ? 'calculated, being confirmed' : 'calculated';
  return `Severity ${severity} (${how})`;
}

function updateModel(update: Incident['updates'][number]): object {
  const { at, by, stage, text, todo, notTodo, fallback } = update;
  return { at: londonInstant(at), by: AUTHORS[by], stage, text, todo, notTodo, fallback };
}

function gridOf({ cells }: Incident): object[] {
  const names = [...new Set(cells.map(({ component }) => component))];
  return names.map((component) => ({
    name: COMPONENTS[component].name,
    cells: DATACENTRES.map((datacentre) =>
      cells.some((cell) => cell.component === component && cell.datacentre === datacentre)
        ? 'Affected'
        : 'Not affected',
    ),
  }));
}

function maintenanceModel(maintenance: Maintenance): object {
  const { number, title, effect, from, until, state, reason, cells, users } = maintenance;
  return {
    number,
    title,
    effect,
    reason,
    state: state.replace('-', ' '),
    from: londonInstant(from),
    until: londonInstant(until),
    utc: `${from.slice(0, 16).replace('T', ' ')} to ${until.slice(0, 16).replace('T', ' ')} UTC`,
    affected: namesOf(cells),
    users: users.join(', '),
  };
}

export function maintenancePageModel({ maintenance }: Snapshot): object {
  const of = (state: Maintenance['state']): object[] =>
    maintenance
      .filter((one) => one.state === state)
      .toSorted((one, other) => other.from.localeCompare(one.from))
      .map(maintenanceModel);
  return {
    parts: [
      { name: 'Under way', list: of('under-way') },
      { name: 'Planned', list: of('planned') },
      { name: 'Cancelled', list: of('cancelled') },
      { name: 'Done', list: of('done') },
    ],
  };
}

const MONTH = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  month: 'long',
  year: 'numeric',
});

export type HistoryFilter = { readonly component?: Component; readonly severity?: Level };

/** Public ones by month, newest first; narrowed to a component or a severity. */
export function historyModel(snapshot: Snapshot, filter: HistoryFilter = {}): object {
  const shown = snapshot.incidents
    .filter((one) => isPublic(one))
    .filter(({ severity }) => filter.severity === undefined || severity === filter.severity)
    .filter(
      ({ cells }) =>
        filter.component === undefined ||
        cells.some(({ component }) => component === filter.component),
    );
  const months = Map.groupBy(shown, ({ beganAt }) => MONTH.format(new Date(beganAt)));
  return {
    what: filterWords(filter),
    months: [...months].map(([name, list]) => ({
      name,
      list: list.map((incident) => incidentModel(incident, snapshot.now)),
    })),
    components: COMPONENT_IDS.map((id) => ({
      name: COMPONENTS[id].name,
      href: historyPath({ component: id }),
      bar: barWords(snapshot.bars[id]),
      id,
    })),
    severities: LEVELS.map((level) => ({
      name: `Severity ${level}`,
      href: historyPath({ severity: level }),
    })),
  };
}

export function historyPath({ component, severity }: HistoryFilter): string {
  if (component !== undefined) return `/history/component/${component}/`;
  return severity === undefined ? '/history/' : `/history/severity/${severity}/`;
}

export function filterWords({ component, severity }: HistoryFilter): string | null {
  if (component !== undefined) return COMPONENTS[component].name;
  return severity === undefined ? null : `Severity ${severity}`;
}
