import type { Element } from '../../gateways/xml/element.ts';
import { OID } from './oids.ts';
import { organisationIn, personIn } from './read-people.ts';
import type { Reading } from './reading.ts';

/**
 * What Spine wants to know of the person who acts and of their organisation: the first thing that is not
 * told. Of a prescriber that is also how to reach them [EPS-HL7V3 6.10].
 */
export function agentFault(
  from: Reading,
  agent: Element | null,
  half: 'prescribing' | 'dispensing',
): string | null {
  if (agent === null) return 'hl7:AgentPerson root not found';
  const isPrescriber = half === 'prescribing';
  if (!hasId(from, agent, OID.roleProfile)) return 'Mandatory field agentRoleProfileCodeId missing';
  if (!hasCode(from, agent, OID.jobRole)) return 'Mandatory field agentSdsRole missing';
  if (isPrescriber && !hasTelecom(from, agent)) return 'AgentPerson telecom missing';
  const person = personIn(from, agent);
  if (person === null) return 'hl7:AgentPerson/hl7:agentPerson not found';
  if (!hasId(from, person, OID.professional, OID.user)) {
    return 'Mandatory field agentPersonSDSPerson missing';
  }
  if (from.at(person, 'name') === null) return 'agentPerson name missing';
  const organisation = organisationIn(from, agent);
  if (organisation.name === '') return 'hl7:representedOrganization not found';
  if (!hasId(from, organisation, OID.ods)) return 'Mandatory field agentOrganization missing';
  return organisationFault(from, organisation, isPrescriber);
}

function organisationFault(
  from: Reading,
  organisation: Element,
  isPrescriber: boolean,
): string | null {
  if (!hasCode(from, organisation, isPrescriber ? null : OID.organisationType)) {
    return 'representedOrganization type code missing';
  }
  if (from.at(organisation, 'name') === null) return 'representedOrganization name missing';
  if (isPrescriber && !hasTelecom(from, organisation)) {
    return 'representedOrganization telecom missing';
  }
  return from.at(organisation, 'addr') === null ? 'representedOrganization addr missing' : null;
}

export function hasId(from: Reading, element: Element, ...roots: readonly string[]): boolean {
  const [id] = from.all(element, 'id');
  const { root = '', extension = '' } = id?.attributes ?? {};
  return roots.includes(root) && extension !== '';
}

function hasCode(from: Reading, element: Element, system: string | null): boolean {
  const { code = '', codeSystem } = from.at(element, 'code')?.attributes ?? {};
  return code !== '' && (system === null || codeSystem === system);
}

function hasTelecom(from: Reading, element: Element): boolean {
  return from.all(element, 'telecom').some(({ attributes }) => (attributes['value'] ?? '') !== '');
}
