import type { Claim } from 'fhir/r4';

import { one } from '../../src/local/sample-messages/testing.ts';
import { request, supply } from './carrying.ts';
import { amends, claims, dispenses, type Entry, releases, returns, spine } from './rule.ts';
import { withdrawals } from './rule.ts';

/** What Spine cannot process of a pharmacy's message, whatever it is about [EPS-LIFECYCLE 4.4, 5.1, 5.3]. */
const told = dispenses('[EPS-LIFECYCLE 5.1]').rule;
const amended = amends('[EPS-LIFECYCLE 5.1]').rule;
const returned = returns('[EPS-LIFECYCLE 4.4]').rule;
const withdrawn = withdrawals('[EPS-LIFECYCLE 5.3]').rule;
const claimed = claims('[EPS-LIFECYCLE 5.4]').rule;

const MALFORMED = '7E3A5B62';
const NO_GUID = 'hl7EventID has invalid format';

const DISPENSED: readonly Entry[] = [
  told(
    'it has no id',
    (bundle) => void delete bundle.identifier?.value,
    spine('Dispense Notification ID missing'),
  ),
  told(
    'its id is no GUID',
    (bundle) => void (bundle.identifier = { ...bundle.identifier, value: MALFORMED }),
    spine(NO_GUID),
  ),
  told(
    'the prescription is not named',
    (bundle) => void delete request(bundle).groupIdentifier?.value,
    spine('A single PrescriptionID must be provided'),
  ),
  told(
    'the item’s id is no GUID',
    (bundle) => {
      const [id = {}] = request(bundle).identifier ?? [];
      id.value = MALFORMED;
    },
    spine(`${MALFORMED} is not a valid GUID format`),
  ),
  told(
    'the patient has no NHS number',
    (bundle) => void (supply(bundle).subject = { display: 'A patient' }),
    spine('NHSNumber missing'),
  ),
  told(
    'the NHS number is none',
    (bundle) => void (supply(bundle).subject = { identifier: { value: '9990000010' } }),
    spine('nhsNumber is not valid'),
  ),
  told(
    'the status of the prescription is none',
    (bundle) => {
      for (const { valueCoding } of supply(bundle).extension ?? []) {
        if (valueCoding !== undefined) Object.assign(valueCoding, { system: 'urn:x', code: 'x' });
      }
    },
    spine('pertinentPrescriptionStatus has invalid format'),
  ),
  told(
    'the pharmacy’s code is none',
    (bundle) => {
      for (const identifier of one(bundle, 'Organization').identifier ?? []) identifier.value = '?';
    },
    spine('agentOrganization has invalid format'),
  ),
  amended(
    'what it replaces is no GUID',
    (bundle) => {
      for (const extension of one(bundle, 'MessageHeader').extension ?? []) {
        extension.valueIdentifier = { ...extension.valueIdentifier, value: MALFORMED };
      }
    },
    spine('replacementOf target must be a 36-character GUID'),
  ),
];

const TASKS: readonly Entry[] = [
  returned(
    'its id is no GUID',
    ({ identifier = [] }) => void Object.assign(identifier[0] ?? {}, { value: MALFORMED }),
    spine(NO_GUID),
  ),
  returned(
    'the prescription is not named',
    (task) => void delete task.groupIdentifier?.value,
    spine('hl7:pertinentPrescriptionID not found'),
  ),
  withdrawn(
    'the prescription is not named',
    (task) => void delete task.groupIdentifier?.value,
    spine('Withdraw ID (target prescription) not found'),
  ),
  withdrawn(
    'the notification is not named',
    (task) => void delete task.focus?.identifier?.value,
    spine('only a single dispense notification ref may be provided'),
  ),
  withdrawn(
    'the patient is not named',
    (task) => void delete task.for,
    spine('Patient NHS Number not found'),
  ),
];

function named(claim: Claim) {
  return claim.prescription?.extension?.flatMap(({ extension }) => extension ?? []) ?? [];
}

const CLAIMED: readonly Entry[] = [
  claimed(
    'its id is no GUID',
    ({ identifier = [] }) => void Object.assign(identifier[0] ?? {}, { value: MALFORMED }),
    spine(NO_GUID),
  ),
  claimed(
    'the prescription’s id has no value',
    (claim) => {
      for (const { url, valueIdentifier } of named(claim)) {
        if (url === 'shortForm') delete valueIdentifier?.value;
      }
    },
    spine('PrescriptionID missing'),
  ),
  claimed(
    'what it replaces is no GUID',
    ({ extension = [] }) => {
      const url = 'https://fhir.nhs.uk/StructureDefinition/Extension-replacementOf';
      extension.push({ url, valueIdentifier: { value: MALFORMED } });
    },
    spine('replacementOf target must be a 36-character GUID'),
  ),
];

const RELEASED: readonly Entry[] = [
  releases('[EPS-LIFECYCLE 3]').rule(
    'the pharmacy’s code is none',
    ({ parameter = [] }) => {
      for (const { resource } of parameter) {
        if (resource?.resourceType !== 'Organization') continue;
        for (const identifier of resource.identifier ?? []) identifier.value = '?';
      }
    },
    spine('agentOrganization has invalid format'),
  ),
];

export const UNPROCESSABLE: readonly Entry[] = [...RELEASED, ...TASKS, ...DISPENSED, ...CLAIMED];
