import type { Bundle, MedicationDispense, MedicationRequest, PractitionerRole } from 'fhir/r4';

import { all, one } from '../../src/local/sample-messages/testing.ts';
import {
  amends,
  dispenses,
  type Entry,
  tooFew,
  tooMany,
  tooManyIfAny,
  translated,
} from './rule.ts';

/** What is found in carrying a dispense notification over to what Spine keeps [EPS-FHIR 5.4]. */
const carried = dispenses('[EPS-FHIR 5.4]').rule;

const NHS = 'https://fhir.nhs.uk';
const OTHER = { url: 'urn:x', valueBoolean: true };
const EXTENSION = `${NHS}/StructureDefinition/Extension`;
const SNOMED = 'http://snomed.info/sct';

export function supply(bundle: Bundle): MedicationDispense {
  return one(bundle, 'MedicationDispense');
}

export function role(bundle: Bundle): PractitionerRole {
  return contained(bundle, 'PractitionerRole') as PractitionerRole;
}

export function request(bundle: Bundle): MedicationRequest {
  return contained(bundle, 'MedicationRequest') as MedicationRequest;
}

function contained(bundle: Bundle, type: string) {
  return supply(bundle).contained?.find(({ resourceType }) => resourceType === type);
}

/** The message with one more product of its first item. */
export function another(bundle: Bundle): MedicationDispense {
  const second = structuredClone(supply(bundle));
  bundle.entry?.splice(2, 0, { fullUrl: `urn:uuid:${crypto.randomUUID()}`, resource: second });
  return second;
}

function notContained(name: string) {
  const text = `Contained resource with reference ${name} not found`;
  return translated('INVALID_VALUE', text, null);
}

function ofAnotherType(name: string, type: string) {
  const text = `Contained resource with reference ${name} is not of type ${type}`;
  return translated('INVALID_VALUE', text, null);
}

const CONTAINED: readonly Entry[] = [
  carried(
    'the performer is not contained',
    (bundle) => void (supply(bundle).performer = [{ actor: { reference: '#nobody' } }]),
    notContained('#nobody'),
  ),
  carried(
    'the performer is no role',
    (bundle) => void (supply(bundle).performer = [{ actor: { reference: '#request' } }]),
    ofAnotherType('#request', 'PractitionerRole'),
  ),
  carried(
    'the prescribed item is not contained',
    (bundle) => void (supply(bundle).authorizingPrescription = [{ reference: '#nothing' }]),
    notContained('#nothing'),
  ),
  carried(
    'the prescribed item is no item',
    (bundle) => void (supply(bundle).authorizingPrescription = [{ reference: '#performer' }]),
    ofAnotherType('#performer', 'MedicationRequest'),
  ),
  carried(
    'the prescribed item of a second product is not contained',
    (bundle) => void (another(bundle).authorizingPrescription = [{ reference: '#nothing' }]),
    notContained('#nothing'),
  ),
];

const PEOPLE: readonly Entry[] = [
  carried(
    'the role names its organisation by identifier',
    (bundle) => void (role(bundle).organization = { identifier: { value: 'FA565' } }),
    translated(
      'INVALID_VALUE',
      'fhirContainedPractitionerRole.organization should be a Reference',
      'resource("MedicationDispense").contained("organization")',
    ),
  ),
  carried(
    'the organisation is no entry',
    (bundle) => void (role(bundle).organization = { reference: 'urn:uuid:1' }),
    tooFew("fullUrl == 'urn:uuid:1'", 'Bundle.entry'),
  ),
  carried(
    'the organisation is two entries',
    (bundle) => {
      const entry = bundle.entry?.find(({ resource }) => resource?.resourceType === 'Organization');
      if (entry === undefined) return;
      entry.fullUrl = 'urn:uuid:1';
      role(bundle).organization = { reference: 'urn:uuid:1' };
      bundle.entry?.push(structuredClone(entry));
    },
    tooMany("fullUrl == 'urn:uuid:1'", 'Bundle.entry'),
  ),
  carried(
    'the organisation has no code',
    (bundle) => void (one(bundle, 'Organization').identifier = [{ system: 'urn:x', value: 'A' }]),
    tooFew(`system == '${NHS}/Id/ods-organization-code'`, 'Organization.identifier'),
  ),
  carried(
    'the role has no profile id',
    (bundle) => void (role(bundle).identifier = [{ system: 'urn:x', value: 'A' }]),
    tooFew(`system == '${NHS}/Id/sds-role-profile-id'`, 'PractitionerRole.identifier'),
  ),
  carried(
    'the role has two profile ids',
    (bundle) => void role(bundle).identifier?.push(...(role(bundle).identifier ?? [])),
    tooMany(`system == '${NHS}/Id/sds-role-profile-id'`, 'PractitionerRole.identifier'),
  ),
  carried(
    'the role has no job role',
    (bundle) => void (role(bundle).code = [{ coding: [{ system: 'urn:x', code: 'R8000' }] }]),
    translated(
      'TOO_FEW_VALUES_SUBMITTED',
      `Too few values submitted. Expected at least 1 element where system in [${NHS}/CodeSystem/NHSDigital-SDS-JobRoleCode, https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName].`,
      null,
    ),
  ),
  carried(
    'nobody is in the role',
    (bundle) => void (role(bundle).practitioner = { display: 'A pharmacist' }),
    translated(
      'INVALID_VALUE',
      'PractitionerRole.practitioner should be an Identifier',
      'PractitionerRole.practitioner',
    ),
  ),
  carried(
    'there are two patients',
    (bundle) => {
      const patient = { resourceType: 'Patient' } as const;
      bundle.entry?.push({ resource: patient }, { resource: patient });
    },
    translated(
      'TOO_MANY_VALUES_SUBMITTED',
      'Too many values submitted. Expected at most 1 element.',
      'Bundle.entry',
    ),
  ),
];

const TYPE = `${NHS}/CodeSystem/medicationdispense-type`;
const STATUS = `${EXTENSION}-EPS-TaskBusinessStatus`;

const PRODUCTS: readonly Entry[] = [
  carried(
    'the supply’s id is in another system',
    (bundle) => void (supply(bundle).identifier = [{ system: 'urn:x', value: '1' }]),
    tooFew(
      `system == '${NHS}/Id/prescription-dispense-item-number'`,
      'MedicationDispense.identifier',
    ),
  ),
  carried(
    'the product has no SNOMED code',
    (bundle) => void (supply(bundle).medicationCodeableConcept = { text: 'Tablets' }),
    tooFew(`system == '${SNOMED}'`, 'MedicationDispense.medicationCodeableConcept.coding'),
  ),
  carried(
    'the product is no entry',
    (bundle) => {
      delete supply(bundle).medicationCodeableConcept;
      supply(bundle).medicationReference = { reference: 'urn:uuid:1' };
    },
    tooFew("fullUrl == 'urn:uuid:1'", 'Bundle.entry'),
  ),
  carried(
    'the product has two SNOMED codes',
    (bundle) => {
      const coding = supply(bundle).medicationCodeableConcept?.coding ?? [];
      supply(bundle).medicationCodeableConcept = { coding: [...coding, ...coding] };
    },
    tooMany(`system == '${SNOMED}'`, 'MedicationDispense.medicationCodeableConcept.coding'),
  ),
  carried(
    'what came of the item is in another system',
    (bundle) => void (supply(bundle).type = { coding: [{ system: 'urn:x', code: '0001' }] }),
    tooFew(`system == '${TYPE}'`, 'MedicationDispense.type.coding'),
  ),
  carried(
    'what came of the item is told twice',
    (bundle) => {
      const codes = ['0001', '0002'].map((code) => ({ system: TYPE, code }));
      supply(bundle).type = { coding: codes };
    },
    tooMany(`system == '${TYPE}'`, 'MedicationDispense.type.coding'),
  ),
  carried(
    'the status of the prescription is missing',
    (bundle) => void (supply(bundle).extension = [{ url: 'urn:x', valueBoolean: true }]),
    tooFew(`url == '${STATUS}'`, 'MedicationDispense.extension'),
  ),
  carried(
    'it has no extension',
    (bundle) => void delete supply(bundle).extension,
    translated('INVALID_VALUE', 'Required field missing.', 'MedicationDispense.extension'),
  ),
  carried(
    'the status of the prescription is told twice',
    (bundle) => void supply(bundle).extension?.push(...(supply(bundle).extension ?? [])),
    tooMany(`url == '${STATUS}'`, 'MedicationDispense.extension'),
  ),
  carried(
    'the long id is missing',
    (bundle) => void (request(bundle).groupIdentifier = { extension: [OTHER] }),
    tooFew(
      `url == '${EXTENSION}-DM-PrescriptionId'`,
      'MedicationRequest.groupIdentifier.extension',
    ),
  ),
  carried(
    'nothing stands beside the short id',
    (bundle) => void delete request(bundle).groupIdentifier?.extension,
    translated(
      'INVALID_VALUE',
      'Required field missing.',
      'MedicationRequest.groupIdentifier.extension',
    ),
  ),
];

const REPEATS = `${EXTENSION}-EPS-RepeatInformation`;
const REASON = `${EXTENSION}-DM-PrescriptionNonDispensingReason`;

function told(code: string) {
  const system = `${NHS}/CodeSystem/medicationdispense-status-reason`;
  return { url: REASON, valueCoding: { system, code } };
}

const REASON_PATH = 'MedicationDispense.extension:prescriptionNonDispensingReason';

const NUMBERS: readonly Entry[] = [
  carried(
    'the issue is told as another type than integer',
    (bundle) => {
      const issued = { url: 'numberOfRepeatsIssued', valueUnsignedInt: 0 };
      supply(bundle).extension?.push({ url: REPEATS, extension: [issued] });
    },
    translated(
      'INVALID_VALUE',
      'Required field missing.',
      'MedicationDispense.extension.extension.valueInteger',
    ),
  ),
  carried(
    'the issue is told twice',
    (bundle) => {
      const issued = { url: 'numberOfRepeatsIssued', valueInteger: 0 };
      const extension = [{ url: REPEATS, extension: [issued, issued] }];
      request(bundle).basedOn = [{ display: 'the order', extension }];
    },
    tooManyIfAny("url == 'numberOfRepeatsIssued'", 'MedicationRequest.basedOn.extension.extension'),
  ),
  carried(
    'two products have different reasons why nothing was dispensed',
    (bundle) => {
      another(bundle).extension?.push(told('0002'));
      for (const [index, dispense] of all(bundle, 'MedicationDispense').entries()) {
        if (index === 0) dispense.extension?.push(told('0001'));
      }
    },
    {
      severity: 'error',
      code: 'invalid',
      details: {
        coding: [{ system: `${NHS}/CodeSystem/Spine-ErrorOrWarningCode`, code: 'INVALID_VALUE' }],
      },
      diagnostics: `Expected all MedicationDispenses to have the same value for ${REASON_PATH}`,
      expression: [REASON_PATH],
    },
  ),
  amends('[EPS-FHIR 5.4]').rule(
    'two notifications are replaced',
    (bundle) => {
      const header = one(bundle, 'MessageHeader');
      header.extension = [...(header.extension ?? []), ...(header.extension ?? [])];
    },
    tooManyIfAny(`url == '${EXTENSION}-replacementOf'`, 'MessageHeader.extension'),
  ),
];

export const CARRYING: readonly Entry[] = [...CONTAINED, ...PEOPLE, ...PRODUCTS, ...NUMBERS];
