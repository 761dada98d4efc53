import { all, one } from '../../src/local/sample-messages/testing.ts';
import * as change from './changes.ts';
import { item, LONG_ID, NHS_ID, role, SITE, supply, TYPE } from './changes.ts';
import { hospital, NOBODY, renameRequester, signedBy } from './changes.ts';
import { type Entry, orders, tooFew, translated } from './rule.ts';

/** What is found in carrying an order over: the first of it is told [EPS-FHIR 5.4]. */
const carried = orders('[EPS-FHIR 5.4]').rule;

const ITEM = `${NHS_ID}/prescription-order-item-number`;
const ODS = `${NHS_ID}/ods-organization-code`;
const ROLE = `${NHS_ID}/sds-role-profile-id`;
const NUMBER = `${NHS_ID}/nhs-number`;
const SNOMED = 'http://snomed.info/sct';
const PRODUCT = 'MedicationRequest.medicationCodeableConcept.coding';

const system = (name: string): string => `system == '${name}'`;
const url = (name: string): string => `url == '${name}'`;
const missing = (path: string) => translated('INVALID_VALUE', 'Required field missing.', path);
/** The list is not there at all. */
const ABSENT: readonly Entry[] = [
  carried(
    'the requester has no role profile',
    (bundle) => void delete role(bundle).identifier,
    missing('PractitionerRole.identifier'),
  ),
  ...(['identifier', 'telecom', 'address'] as const).map((field) =>
    carried(
      `the requester’s organisation has no ${field}`,
      (bundle) => void delete one(bundle, 'Organization')[field],
      missing(`Organization.${field}`),
    ),
  ),
  carried(
    'nothing stands beside the short-form id',
    (bundle) => void delete item(bundle).groupIdentifier?.extension,
    missing('MedicationRequest.groupIdentifier.extension'),
  ),
  carried(
    'the requester’s service has no telecom',
    (bundle) => {
      hospital(bundle);
      delete one(bundle, 'HealthcareService').telecom;
    },
    missing('HealthcareService.telecom'),
  ),
];

/** Something is there, and not what is wanted. */
const TOO_FEW: readonly Entry[] = [
  carried(
    'the medication list that a message to the patient names is no entry',
    (bundle) =>
      change.addEntry(bundle, 'urn:uuid:1', {
        resourceType: 'CommunicationRequest',
        status: 'unknown',
        payload: [{ contentReference: { reference: NOBODY } }],
      }),
    tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
  ),
  carried(
    'the item’s id is in another system',
    (bundle) => void (item(bundle).identifier = [{ system: 'urn:other', value: '1' }]),
    tooFew(system(ITEM), 'MedicationRequest.identifier'),
  ),
  carried(
    'the patient has no NHS number',
    (bundle) => void (one(bundle, 'Patient').identifier = [{ system: 'urn:other', value: '1' }]),
    tooFew(system(NUMBER), 'Patient.identifier'),
  ),
  carried(
    'the requester’s role profile is in another system',
    (bundle) => void (role(bundle).identifier = [{ system: 'urn:other', value: '1' }]),
    tooFew(system(ROLE), 'PractitionerRole.identifier'),
  ),
  carried(
    'the requester’s organisation has no ODS code',
    (bundle) =>
      void (one(bundle, 'Organization').identifier = [{ system: 'urn:other', value: '1' }]),
    tooFew(system(ODS), 'Organization.identifier'),
  ),
  carried(
    'the product is not coded in SNOMED CT',
    (bundle) =>
      void (item(bundle).medicationCodeableConcept = { coding: [{ system: 'urn:o', code: '1' }] }),
    tooFew(system(SNOMED), PRODUCT),
  ),
  carried(
    'the prescription type is missing',
    (bundle) => void (item(bundle).extension = [{ url: 'urn:other', valueBoolean: true }]),
    tooFew(url(TYPE), 'MedicationRequest.extension'),
  ),
  carried(
    'the preference of dispensing site is missing',
    (bundle) => void (supply(bundle).extension = [{ url: 'urn:other', valueBoolean: true }]),
    tooFew(url(SITE), 'MedicationRequest.dispenseRequest.extension'),
  ),
  carried(
    'the long-form id is missing',
    (bundle) => {
      for (const { groupIdentifier } of all(bundle, 'MedicationRequest')) {
        Object.assign(groupIdentifier ?? {}, {
          extension: [{ url: 'urn:other', valueBoolean: true }],
        });
      }
    },
    tooFew(url(LONG_ID), 'MedicationRequest.groupIdentifier.extension'),
  ),
  ...(['subject', 'requester'] as const).map((field) =>
    carried(
      `the ${field} is not in the message`,
      (bundle) => {
        item(bundle)[field] = { reference: NOBODY };
        if (field === 'requester') signedBy(bundle, NOBODY);
      },
      tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
    ),
  ),
  carried(
    'the product is not in the message',
    (bundle) => {
      delete item(bundle).medicationCodeableConcept;
      item(bundle).medicationReference = { reference: NOBODY };
    },
    tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
  ),
  ...(['practitioner', 'organization'] as const).map((field) =>
    carried(
      `the requester’s ${field} is not in the message`,
      (bundle) => void (role(bundle)[field] = { reference: NOBODY }),
      tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
    ),
  ),
  carried(
    'who is responsible is not in the message',
    (bundle) =>
      change.add(item(bundle), {
        url: change.RESPONSIBLE,
        valueReference: { reference: NOBODY },
      }),
    tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
  ),
  carried(
    'the requester has no job role',
    (bundle) => void (role(bundle).code = [{ coding: [{ system: 'urn:other', code: '1' }] }]),
    translated(
      'TOO_FEW_VALUES_SUBMITTED',
      'Too few values submitted. Expected at least 1 element where system in [https://fhir.nhs.uk/CodeSystem/NHSDigital-SDS-JobRoleCode, https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName].',
      null,
    ),
  ),
  carried(
    'the prescriber has no professional code',
    (bundle) => {
      const person = one(bundle, 'Practitioner');
      person.identifier = [{ system: `${NHS_ID}/sds-user-id`, value: '555254239107' }];
    },
    translated(
      'TOO_FEW_VALUES_SUBMITTED',
      'Expected exactly one professional code. One of GMC|GMP|NMC|GPhC|HCPC|unknown',
      'Practitioner.identifier',
    ),
  ),
  carried(
    'the requester has no telephone',
    (bundle) => void delete role(bundle).telecom,
    translated(
      'TOO_FEW_VALUES_SUBMITTED',
      'ResponsiblePractitioner must have at least one telecom.',
      'PractitionerRole.telecom',
    ),
  ),
  carried(
    'somebody else has signed',
    (bundle) => {
      renameRequester(bundle);
      signedBy(bundle, NOBODY);
    },
    // The reference of the requester, which is another in each message.
    tooFew("who.reference == 'REQUESTER'", 'Provenance.signature'),
  ),
];

export const ORDERING: readonly Entry[] = [...ABSENT, ...TOO_FEW];
