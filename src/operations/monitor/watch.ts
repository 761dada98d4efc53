import { type Cell, COMPONENTS, isSameCell, type UserGroup, usersOf } from '../components.ts';
import { type Incident, type IncidentEvent, isOpen } from '../incidents/incident.ts';
import { isHighSeverity, PUBLISH_ALONE_MS, suggest } from '../incidents/severity.ts';
import { isBad, type Observed, since, stepsOf } from './observed.ts';
import { type Finding, findings, shareAffected } from './rules.ts';

/** A stretch without a fault after which things look better; two, and it looks over [EXPERIENCE 6.3]. */
const GOOD_INTERVAL_MS = 5 * 60_000;

/** What the program itself notes, from what it observed; `number` null: of a new incident. */
export type Noted = { readonly number: string | null; readonly events: readonly IncidentEvent[] };

export function watch(observed: Observed, incidents: readonly Incident[]): Noted[] {
  const found = findings(observed);
  const open = incidents.filter(isOpen);
  const noted = open.flatMap((incident) => ofIncident(observed, incident, found));
  const fresh = found.filter(
    (finding) => !open.some(({ cells }) => cells.some((cell) => isSameCell(cell, finding))),
  );
  if (fresh.length === 0) return noted;
  const draft = open.find(({ isWatched, recoveredAt }) => isWatched && recoveredAt === null);
  if (draft === undefined) return [...noted, { number: null, events: [detected(observed, fresh)] }];
  return [...noted, { number: draft.number, events: [widened(observed, draft, fresh)] }];
}

function ofIncident(observed: Observed, incident: Incident, found: readonly Finding[]): Noted[] {
  const events = [...publishedAlone(observed, incident), ...recovery(observed, incident, found)];
  return events.length === 0 ? [] : [{ number: incident.number, events }];
}

/** A calculated severity 1 does not wait for a person for ever. */
function publishedAlone(observed: Observed, incident: Incident): IncidentEvent[] {
  const { publishedAt, recoveredAt, suggestion, noticedAt } = incident;
  if (publishedAt !== null || recoveredAt !== null || suggestion.severity !== 1) return [];
  if (since(observed, new Date(noticedAt)) < PUBLISH_ALONE_MS) return [];
  const at = observed.now.toISOString();
  return [{ kind: 'PublishedAlone', at, severity: suggestion.severity }];
}

function recovery(
  observed: Observed,
  incident: Incident,
  found: readonly Finding[],
): IncidentEvent[] {
  if (!incident.isWatched) return [];
  const at = observed.now.toISOString();
  const isFailing = found.some((finding) =>
    incident.cells.some((cell) => isSameCell(cell, finding)),
  );
  if (isFailing) return incident.recoveredAt === null ? [] : [{ kind: 'FailedAgain', at }];
  const goodMs = goodFor(observed, incident.cells);
  if (incident.recoveredAt === null) {
    return goodMs < GOOD_INTERVAL_MS ? [] : [{ kind: 'RecoverySeen', at, isSteady: false }];
  }
  if (incident.isResolutionProposed || goodMs < 2 * GOOD_INTERVAL_MS) return [];
  const steady: IncidentEvent = { kind: 'RecoverySeen', at, isSteady: true };
  if (incident.publishedAt === null) {
    return [steady, { kind: 'Dismissed', at, by: 'automatic', text: OVER_BEFORE_TOLD }];
  }
  if (isHighSeverity(incident.severity)) return [steady]; // a person closes it
  return [steady, { kind: 'Resolved', at, by: 'automatic', text: OVER, check: null }];
}

const OVER = 'The service has worked again for ten minutes.';
const OVER_BEFORE_TOLD = 'It was over before anybody was told of it.';

/** Since when nothing of this has failed; nothing when it is not looked at. */
function goodFor(observed: Observed, cells: readonly Cell[]): number {
  const each = cells.map(({ component, datacentre }) => {
    const steps = stepsOf(observed.rounds, component, datacentre);
    const made = steps.filter(({ outcome }) => outcome !== 'not-reached');
    const lastBad = made.findIndex(isBad);
    const good = lastBad === -1 ? made : made.slice(0, lastBad);
    const first = good.at(-1);
    return first === undefined ? 0 : since(observed, first.at);
  });
  return each.length === 0 ? 0 : Math.min(...each);
}

function detected(observed: Observed, found: readonly Finding[]): IncidentEvent {
  const cells = found.map(cellOf);
  const isOutage = found.some((finding) => finding.isOutage);
  const began = Math.min(...found.map((finding) => finding.since.getTime()));
  return {
    kind: 'Detected',
    at: observed.now.toISOString(),
    by: 'automatic',
    symptom: symptomOf(cells, isOutage),
    beganAt: new Date(began).toISOString(),
    cells,
    users: usersOfAll(cells),
    isOutage,
    suggestion: suggest({
      cells,
      isOutage,
      shareAffected: shareAffected(observed, cells),
      isDataAtRisk: false,
    }),
  };
}

function widened(observed: Observed, incident: Incident, found: readonly Finding[]): IncidentEvent {
  const cells = [...incident.cells, ...found.map(cellOf)];
  const names = found.map(cellOf).map(cellWords).join(', ');
  return {
    kind: 'Widened',
    at: observed.now.toISOString(),
    extent: { cells, users: usersOfAll(cells) },
    text: `Also affected: ${names}.`,
  };
}

function cellOf({ component, datacentre }: Cell): Cell {
  return { component, datacentre };
}

function usersOfAll(cells: readonly Cell[]): UserGroup[] {
  return [...new Set(cells.flatMap(({ component }) => usersOf(component)))];
}

function cellWords({ component, datacentre }: Cell): string {
  return `${COMPONENTS[component].name} (datacentre ${datacentre.toUpperCase()})`;
}

/** As users see it: nobody knows the inside when it is written [EXPERIENCE 6.4]. */
function symptomOf(cells: readonly Cell[], isOutage: boolean): string {
  const names = [...new Set(cells.map(({ component }) => COMPONENTS[component].name))];
  const sites = [...new Set(cells.map(({ datacentre }) => datacentre.toUpperCase()))].toSorted();
  const where = sites.length === 1 ? `at datacentre ${sites[0] ?? ''}` : 'at both datacentres';
  const [first = '', ...more] = names;
  const what = more.length > 2 ? `${first} and ${more.length} more` : names.join(', ');
  return `${what} ${isOutage ? 'does not work' : 'is slow or fails now and then'} ${where}`;
}
