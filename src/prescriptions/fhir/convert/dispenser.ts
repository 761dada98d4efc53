import { addressElement, codeElement, idElement, telecomElement } from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import { odsId, ORGANISATION, organisationType, PERSON } from '../../hl7v3/people.ts';
import { type Element, element, textElement } from '../../../gateways/xml/element.ts';
import type { Dispenser } from '../dispenser.ts';

/** Who dispenses, and for which organisation [EPS-HL7-MAP 2]; null where the message tells it wrongly. */
export function dispenserElement(dispenser: Dispenser | null): Element | null {
  if (dispenser === null) return null;
  const { person, organisation, telecom, shared } = dispenser;
  return element(
    'AgentPerson',
    { classCode: 'AGNT' },
    idElement({ root: OID.roleProfile, extension: person.roleProfile }),
    codeElement(person.jobRole, OID.jobRole),
    telecomElement(telecom),
    element(
      'agentPerson',
      PERSON,
      idElement({ root: OID.professional, extension: person.userId }),
      person.name === null ? null : textElement('name', person.name),
    ),
    element(
      'representedOrganization',
      ORGANISATION,
      odsId(organisation.ods),
      organisationType(),
      organisation.name === null ? null : textElement('name', organisation.name),
      telecomElement(shared.telecom),
      shared.address === null ? null : addressElement(shared.address),
    ),
  );
}
