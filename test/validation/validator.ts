import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import { one } from '../../src/local/sample-messages/testing.ts';
import { type Kind, ORDER } from '../bad-input/kinds.ts';
import type { Rule } from './catalogued.ts';
import { item, removeAll, supply, twoItems } from './changes.ts';
import { changing } from './through.ts';

const VALIDATE: Kind = { ...ORDER, name: '$validate', path: '/$validate' };

const BUNDLE = 'Bundle.entry';

function structure(diagnostics: string, place: string): Issue {
  return { severity: 'error', code: 'processing', diagnostics, expression: [place] };
}

function validator(diagnostics: string, id: string, place = ''): Issue {
  const coding = [{ system: 'http://hl7.org/fhir/java-core-messageId', code: id }];
  const location = [`Bundle.entry[1].resource.ofType(MedicationRequest)${place}`];
  return { severity: 'error', code: 'processing', details: { coding }, diagnostics, location };
}

const MINIMUM = 'Validation_VAL_Profile_Minimum';
const MESSAGE = 'https://fhir.nhs.uk/StructureDefinition/NHSDigital-MedicationRequest-Message';
const PROFILE = 'https://fhir.nhs.uk/StructureDefinition/NHSDigital-MedicationRequest';
const R4 = 'http://hl7.org/fhir/StructureDefinition/MedicationRequest|4.0.1';
const ENDORSEMENT = 'https://fhir.nhs.uk/CodeSystem/medicationrequest-endorsement#ACBSET';

function found(element: string, from: string): string {
  return `MedicationRequest.${element}: minimum required = 1, but only found 0 (from ${from})`;
}

/** The words of the FHIR validator that the contract has [EPS-FHIR 5.2]. */
export const STRUCTURE: readonly Rule[] = [
  changing(
    VALIDATE,
    'there is no header',
    (bundle) => removeAll(bundle, 'MessageHeader'),
    structure('No MessageHeader found.', BUNDLE),
  ),
  changing(
    VALIDATE,
    'its event is unknown',
    (bundle) => {
      one(bundle, 'MessageHeader').eventCoding = { system: 'urn:events', code: 'wish' };
    },
    structure('Unsupported message type urn:events#wish.', 'MessageHeader.eventCoding'),
  ),
  changing(
    VALIDATE,
    'there are five items',
    (bundle) => {
      for (let more = 0; more < 4; more += 1) twoItems(bundle);
    },
    structure(
      'Bundle contains too many resources of type MedicationRequest. Expected at most 4.',
      BUNDLE,
    ),
  ),
  changing(
    VALIDATE,
    'there is no item',
    (bundle) => removeAll(bundle, 'MedicationRequest'),
    structure(
      'Bundle contains too few resources of type MedicationRequest. Expected at least 1.',
      BUNDLE,
    ),
  ),
  changing(
    VALIDATE,
    'an item has no dosage',
    (bundle) => void delete item(bundle).dosageInstruction,
    validator(found('dosageInstruction', MESSAGE), MINIMUM),
  ),
  changing(
    VALIDATE,
    'an item has no quantity',
    (bundle) => void delete supply(bundle).quantity,
    validator(found('dispenseRequest.quantity', MESSAGE), MINIMUM),
  ),
  changing(
    VALIDATE,
    'an item has no medication',
    (bundle) => void delete item(bundle).medicationCodeableConcept,
    validator(found('medication[x]', R4), MINIMUM),
    validator(found('medication[x]', MESSAGE), MINIMUM),
    validator(
      `Constraint failed: eps-1: 'medication[x] - Only one of medicationReference or medicationCodeableConcept should be provided' (defined in ${PROFILE})`,
      `${PROFILE}#eps-1`,
    ),
  ),
  changing(
    VALIDATE,
    'the prescriber’s endorsement is unknown',
    (bundle) => {
      const [system = '', code = ''] = ENDORSEMENT.split('#');
      item(bundle).extension?.push({
        url: 'https://fhir.nhs.uk/StructureDefinition/Extension-DM-PrescriptionEndorsement',
        valueCodeableConcept: { coding: [{ system, code }] },
      });
    },
    validator(
      `Unknown code '${ENDORSEMENT}'`,
      'Terminology_PassThrough_TX_Message',
      '.extension[1].valueCodeableConcept.coding[0]',
    ),
    validator(
      `None of the codings provided are in the value set 'NHSBSAPrescriptionEndorsement' (https://fhir.nhs.uk/ValueSet/DM-prescription-endorsement|4.0.2), and a coding from this value set is required) (codes = ${ENDORSEMENT})`,
      'Terminology_TX_NoValid_1_CC',
      '.extension[1].valueCodeableConcept.coding[0]',
    ),
  ),
].map((rule) => ({ ...rule, source: '[EPS-FHIR 5.2]' }));
