import {
  addressElement,
  codeElement,
  idElement,
  nameElement,
  telecomElement,
  valueElement,
} from './data-types.ts';
import { OID } from './oids.ts';
import type { Agent, PatientDetails, PrescribingOrganisation } from './order-document.ts';
import { type Element, element, textElement } from '../../gateways/xml/element.ts';

export const ORGANISATION = { classCode: 'ORG', determinerCode: 'INSTANCE' } as const;
export const PERSON = { classCode: 'PSN', determinerCode: 'INSTANCE' } as const;
const ANY_ORGANISATION = '999';

export function odsId(ods: string): Element {
  return idElement({ root: OID.ods, extension: ods });
}

export function organisationType(): Element {
  return codeElement(ANY_ORGANISATION, OID.organisationType);
}

/** The prescriber, or who answers for the prescription, at their organisation [EPS-SIGNATURE 2.2]. */
export function agentPerson({
  roleProfile,
  jobRole,
  telecoms,
  person,
  organisation,
}: Agent): Element {
  return element(
    'AgentPerson',
    { classCode: 'AGNT' },
    roleProfile === null ? null : idElement({ root: OID.roleProfile, extension: roleProfile }),
    jobRole === null ? null : codeElement(jobRole, OID.jobRole),
    telecoms.map(telecomElement),
    person === null
      ? null
      : element(
          'agentPerson',
          PERSON,
          idElement(person.id),
          person.name === null ? null : nameElement(person.name),
        ),
    representedOrganization(organisation),
  );
}

function representedOrganization(organisation: PrescribingOrganisation): Element {
  const { ods, name, telecom, address, licence } = organisation;
  return element(
    'representedOrganization',
    ORGANISATION,
    odsId(ods),
    organisationType(),
    textElement('name', name),
    telecomElement(telecom),
    addressElement(address),
    licence === null
      ? null
      : element(
          'healthCareProviderLicense',
          { classCode: 'PROV' },
          element(
            'Organization',
            ORGANISATION,
            odsId(licence.ods),
            organisationType(),
            licence.name === null ? null : textElement('name', licence.name),
          ),
        ),
  );
}

/** The patient with all that is signed of them [EPS-SIGNATURE 2.3]. */
export function recordTarget(patient: PatientDetails): Element {
  const practice = element(
    'responsibleParty',
    { typeCode: 'RESP' },
    element('healthCareProvider', { classCode: 'PROV' }, odsId(patient.generalPractice)),
  );
  const provision = element(
    'patientCareProvision',
    { classCode: 'PCPR', moodCode: 'EVN' },
    codeElement('1', OID.careProvision),
    practice,
  );
  const person = element(
    'patientPerson',
    PERSON,
    patient.names.map(nameElement),
    element('administrativeGenderCode', { code: patient.gender, codeSystem: OID.gender }),
    valueElement('birthTime', patient.birthDate),
    element(
      'playedProviderPatient',
      { classCode: 'PAT' },
      element('subjectOf', { typeCode: 'SBJ' }, provision),
    ),
  );
  return element(
    'recordTarget',
    { typeCode: 'RCT' },
    element(
      'Patient',
      { classCode: 'PAT' },
      idElement({ root: OID.nhsNumber, extension: patient.nhsNumber }),
      patient.addresses.map(addressElement),
      patient.telecoms.map(telecomElement),
      person,
    ),
  );
}
