import { londonDate, startOf } from '../../../kernel/london.ts';
import { dayOf } from '../../../pages/index.ts';
import { COMPONENT_IDS, COMPONENTS, GROUPS } from '../../components.ts';
import type { Maintenance } from '../../maintenance/maintenance.ts';
import { incidentModel } from '../../site/model.ts';
import { nameOf } from '../../suppliers/fault.ts';
import { namesOf } from '../../subscriptions/notices.ts';
import { duration, londonInstant } from '../../words.ts';
import { type Incident, isOpen, isPublic } from '../incident.ts';
import { isHighSeverity, reportDueOn, SEVERITIES } from '../severity.ts';
import type { Desk } from './order.ts';

const CLOSED_SHOWN = 20;

/** What the page of incidents shows; `rings`: of each local fault, whom to ring. */
export function deskModel(
  { incidents, maintenance, localFaults }: Desk,
  now: Date,
  rings: readonly (readonly string[])[],
): object {
  const open = incidents.filter(isOpen);
  return {
    open: open.map((one) => incidentDetails(one, now)),
    closed: incidents
      .filter((one) => !isOpen(one))
      .slice(0, CLOSED_SHOWN)
      .map((one) => incidentDetails(one, now)),
    maintenance: maintenance
      .filter(({ state }) => state === 'planned' || state === 'under-way')
      .map(maintenanceDetails),
    localFaults: localFaults.map((one, index) => ({
      ...faultDetails(one),
      ring: rings[index] ?? [],
    })),
  };
}

/** With what they were told of it, and that they were not. */
function faultDetails({
  names,
  cells,
  told,
  endedAt,
  ...fault
}: Desk['localFaults'][number]): object {
  const since = `since ${londonInstant(fault.beganAt)}`;
  const over = `${londonInstant(fault.beganAt)} until ${londonInstant(endedAt ?? fault.beganAt)}`;
  return {
    ...fault,
    names,
    who: names.map(nameOf).join(', '),
    affected: namesOf(cells),
    isOver: endedAt !== null,
    seen: endedAt === null ? since : over,
    told: told.map(({ channel, sentAt, problem }) =>
      sentAt === null
        ? `Not told yet${problem === null ? '' : `: ${problem}`}`
        : `Told by ${channel ?? 'an address that has left'}, ${londonInstant(sentAt)}`,
    ),
  };
}

export function maintenanceDetails(maintenance: Maintenance): object {
  const { number, title, effect, state, from, until, cells, reason } = maintenance;
  return {
    number,
    title,
    effect,
    reason,
    state: state.replace('-', ' '),
    window: `${londonInstant(from)} until ${londonInstant(until)}`,
    affected: namesOf(cells),
    isPlanned: state === 'planned',
    isUnderWay: state === 'under-way',
  };
}

/** All components to choose from, by their groups. */
export function componentChoices(chosen: readonly string[]): readonly object[] {
  return GROUPS.map((group) => ({
    name: group,
    items: COMPONENT_IDS.filter((id) => COMPONENTS[id].group === group).map((id) => ({
      value: id,
      text: COMPONENTS[id].name,
      checked: chosen.includes(id),
    })),
  }));
}

/** As the status site shows it, with what only those who run the service see. */
export function incidentDetails(incident: Incident, now: Date): object {
  const { version, suggestion, isDismissed, severity, nextUpdateAt } = incident;
  const lateMs = nextUpdateAt === null ? 0 : now.getTime() - Date.parse(nextUpdateAt);
  return {
    ...incidentModel(incident, now),
    version,
    state: isDismissed ? 'dismissed' : isPublic(incident) ? incident.stage : 'draft',
    isDraft: isOpen(incident) && !isPublic(incident),
    isOpen: isOpen(incident),
    isResolutionProposed: incident.isResolutionProposed,
    suggested: `Severity ${suggestion.severity}: impact ${suggestion.impact}, urgency ${suggestion.urgency} (${suggestion.reason})`,
    fixWithin: SEVERITIES[severity].fix,
    isHigh: isHighSeverity(severity),
    report: reportOf(incident, now),
    clock:
      nextUpdateAt === null
        ? null
        : `${duration(Math.abs(lateMs))} ${lateMs > 0 ? 'late' : 'left'}`,
  };
}

/** Of a high severity service incident that is over: by when its report is due, until it is reviewed. */
function reportOf({ severity, stage, resolvedAt }: Incident, now: Date): object | null {
  if (!isHighSeverity(severity) || stage !== 'resolved' || resolvedAt === null) return null;
  const due = reportDueOn(londonDate(new Date(resolvedAt)));
  return { due: dayOf(startOf(due)), isLate: londonDate(now) > due };
}
