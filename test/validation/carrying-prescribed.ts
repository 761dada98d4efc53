import { another, request } from './carrying.ts';
import { dispenses, type Entry, tooFew, tooMany, translated } from './rule.ts';

/** The item that a product was given for: told so that it can be carried over to what Spine keeps [EPS-FHIR 5.4]. */
const carried = dispenses('[EPS-FHIR 5.4]').rule;

const ITEM = 'https://fhir.nhs.uk/Id/prescription-order-item-number';
const SNOMED = 'http://snomed.info/sct';
const IDENTIFIER = 'MedicationRequest.identifier';
const CODING = 'MedicationRequest.medicationCodeableConcept.coding';

export const CARRYING_PRESCRIBED: readonly Entry[] = [
  carried(
    'the prescribed item has no id',
    (bundle) => void delete request(bundle).identifier,
    translated('INVALID_VALUE', 'Required field missing.', IDENTIFIER),
  ),
  carried(
    'the prescribed item’s id is in another system',
    (bundle) => void (request(bundle).identifier = [{ system: 'urn:x', value: '1' }]),
    tooFew(`system == '${ITEM}'`, IDENTIFIER),
  ),
  carried(
    'the prescribed item’s id has no value',
    (bundle) => void (request(bundle).identifier = [{ system: ITEM }]),
    tooFew(`system == '${ITEM}'`, IDENTIFIER),
  ),
  carried(
    'the prescribed item has two ids',
    (bundle) => void request(bundle).identifier?.push(...(request(bundle).identifier ?? [])),
    tooMany(`system == '${ITEM}'`, IDENTIFIER),
  ),
  carried(
    'the prescribed item of a second product has no id',
    (bundle) => {
      for (const one of another(bundle).contained ?? []) {
        if (one.resourceType === 'MedicationRequest') delete one.identifier;
      }
    },
    translated('INVALID_VALUE', 'Required field missing.', IDENTIFIER),
  ),
  carried(
    'the prescribed item has no SNOMED code',
    (bundle) => void (request(bundle).medicationCodeableConcept = { text: 'Tablets' }),
    tooFew(`system == '${SNOMED}'`, CODING),
  ),
  carried(
    'the prescribed item has two SNOMED codes',
    (bundle) => {
      const coding = request(bundle).medicationCodeableConcept?.coding ?? [];
      request(bundle).medicationCodeableConcept = { coding: [...coding, ...coding] };
    },
    tooMany(`system == '${SNOMED}'`, CODING),
  ),
];
