import type { Organization, PractitionerRole } from 'fhir/r4';

import { addressElement, codeElement, idElement, telecomElement } from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import { odsId, ORGANISATION, organisationType, PERSON } from '../../hl7v3/people.ts';
import { type Element, element, textElement } from '../../../gateways/xml/element.ts';
import { addressOf, telecomOf } from '../hl7-values.ts';
import { onlyIdentifier } from '../only.ts';
import { jobRoleOf, NO_JOB_ROLE, NOBODY } from '../party.ts';
import { invalidValue } from '../rules.ts';
import { ID } from '../systems.ts';
import type { Translation } from '../translation.ts';

/** Who dispenses, and for which organisation [EPS-HL7-MAP 2]. */
export function dispenserElement(
  to: Translation,
  role: PractitionerRole,
  organization: Organization,
): Element {
  const profile = onlyIdentifier(role.identifier, ID.roleProfile, 'PractitionerRole.identifier');
  const jobRole = jobRoleOf(role);
  if (jobRole === null) to.refuse(NO_JOB_ROLE);
  const person = role.practitioner;
  if (person?.identifier?.value === undefined) to.refuse(NOBODY);
  const ods = onlyIdentifier(organization.identifier, ID.ods, 'Organization.identifier');
  const [address] = organization.address ?? [];
  const [own] = role.telecom ?? [];
  if (own === undefined) to.refuse(NO_TELECOM);
  const shared = organization.telecom?.[0] ?? own;
  return element(
    'AgentPerson',
    { classCode: 'AGNT' },
    idElement({ root: OID.roleProfile, extension: to.take(profile, '') }),
    codeElement(jobRole ?? '', OID.jobRole),
    own === undefined ? null : telecomElement(telecomOf(to, own, 'PractitionerRole.telecom')),
    element(
      'agentPerson',
      PERSON,
      idElement({ root: OID.professional, extension: person?.identifier?.value ?? '' }),
      person?.display === undefined ? null : textElement('name', person.display),
    ),
    element(
      'representedOrganization',
      ORGANISATION,
      odsId(to.take(ods, '')),
      organisationType(),
      organization.name === undefined ? null : textElement('name', organization.name),
      shared === undefined ? null : telecomElement(telecomOf(to, shared, 'Organization.telecom')),
      address === undefined ? null : addressElement(addressOf(to, address, 'Organization.address')),
    ),
  );
}

const NO_TELECOM = invalidValue('Required field missing.', 'PractitionerRole.telecom');
