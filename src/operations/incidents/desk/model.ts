import { incidentModel } from '../../site/model.ts';
import { namesOf } from '../../subscriptions/notices.ts';
import { duration, londonInstant } from '../../words.ts';
import { type Incident, isOpen, isPublic } from '../incident.ts';
import { SEVERITIES } from '../severity.ts';
import type { Desk } from './order.ts';

const CLOSED_SHOWN = 20;

/** What the page of incidents shows. */
export function deskModel({ incidents, maintenance, localFaults }: Desk, now: Date): object {
  const open = incidents.filter(isOpen);
  return {
    open: open.map((one) => incidentDetails(one, now)),
    closed: incidents
      .filter((one) => !isOpen(one))
      .slice(0, CLOSED_SHOWN)
      .map((one) => incidentDetails(one, now)),
    maintenance: maintenance
      .filter(({ state }) => state === 'planned' || state === 'under-way')
      .map(({ number, title, state, from, until, cells }) => ({
        number,
        title,
        state: state.replace('-', ' '),
        window: `${londonInstant(from)} until ${londonInstant(until)}`,
        affected: namesOf(cells),
      })),
    localFaults: localFaults.map(({ who, component, datacentre, failures, at }) => ({
      who: who.replace(/^ods:/, 'ODS code ').replace(/^asid:/, 'ASID '),
      affected: namesOf([{ component, datacentre }]),
      failures,
      at: londonInstant(at),
    })),
  };
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
    clock:
      nextUpdateAt === null
        ? null
        : `${duration(Math.abs(lateMs))} ${lateMs > 0 ? 'late' : 'left'}`,
  };
}
