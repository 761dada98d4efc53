/**
 * What NHS England's profiles require beyond R4. An element whose absence has words of its own
 * among the later rules is not listed: the caller would never see those [EPS-FHIR 5.3, 5.4].
 */
import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Walk } from './issues.ts';
import { minimum, report } from './issues.ts';
import type { Event } from './message-definition.ts';

type Minimums = { readonly profile: string; readonly elements: readonly string[] };
type ByResource = Readonly<Record<string, Minimums>>;

const NHS = 'https://fhir.nhs.uk/StructureDefinition/NHSDigital-';

const ORDER: ByResource = {
  MedicationRequest: {
    profile: `${NHS}MedicationRequest-Message`,
    elements: [
      'extension',
      'identifier',
      'status',
      'intent',
      'category',
      'medication[x]',
      'subject',
      'requester',
      'groupIdentifier',
      'courseOfTherapyType',
      'dosageInstruction',
      'dosageInstruction.text',
      'dispenseRequest',
      'dispenseRequest.extension',
      'dispenseRequest.quantity',
      'dispenseRequest.quantity.value',
      'dispenseRequest.quantity.code',
      'substitution',
    ],
  },
  Patient: {
    profile: `${NHS}Patient`,
    elements: ['identifier', 'name', 'name.family', 'gender', 'birthDate', 'address'],
  },
  Practitioner: {
    profile: `${NHS}Practitioner`,
    elements: ['identifier', 'name', 'name.family'],
  },
  CommunicationRequest: { profile: `${NHS}CommunicationRequest`, elements: ['payload'] },
}; // [EPS-FHIR 4.2]

const DISPENSE: ByResource = {
  MessageHeader: { profile: `${NHS}MessageHeader`, elements: ['response'] },
  MedicationDispense: {
    profile: `${NHS}MedicationDispense`,
    elements: [
      'contained',
      'identifier',
      'medication[x]',
      'subject',
      'authorizingPrescription',
      'type',
      'quantity',
      'quantity.value',
      'quantity.code',
      'whenHandedOver',
    ],
  },
}; // [EPS-FHIR 4.7]

const MESSAGES: Readonly<Record<Event, ByResource>> = {
  'prescription-order': ORDER,
  'prescription-order-update': ORDER,
  'dispense-notification': DISPENSE,
  'dispense-notification-update': DISPENSE,
  'dispense-claim': {},
  'dispense-claim-update': {},
};

const SINGLE: ByResource = {
  Task: {
    profile: `${NHS}Task`,
    elements: ['contained', 'identifier', 'groupIdentifier', 'focus', 'authoredOn', 'requester'],
  }, // [EPS-FHIR 4.6]
  Claim: {
    profile: `${NHS}Claim`,
    elements: [
      'contained',
      'identifier',
      'created',
      'status',
      'type',
      'use',
      'patient',
      'provider',
      'priority',
      'insurance',
      'payee',
      'prescription',
      'prescription.extension',
      'item',
    ],
  }, // [EPS-FHIR 4.8]
};

/** `walk` stands at the resource; an event of null means a resource sent on its own. */
export function checkMinimums(resource: JsonObject, event: Event | null, walk: Walk): void {
  const table = event === null ? SINGLE : MESSAGES[event];
  const resourceType = resource['resourceType'];
  if (typeof resourceType !== 'string' || !Object.hasOwn(table, resourceType)) return;
  const minimums = table[resourceType];
  if (minimums === undefined) return;
  for (const element of minimums.elements) {
    if (!isMissing(resource, element.split('.'))) continue;
    const words = minimum(`${resourceType}.${element}`, minimums.profile);
    report(walk, 'Validation_VAL_Profile_Minimum', words);
    if (element === 'medication[x]' && resourceType === 'MedicationRequest') reportMedication(walk);
  }
}

const ONE_MEDICATION =
  'medication[x] - Only one of medicationReference or medicationCodeableConcept should be provided';

/** The constraint that the profile states besides the minimum [EPS-FHIR 5.2]. */
function reportMedication(walk: Walk): void {
  const profile = `${NHS}MedicationRequest`;
  const words = `Constraint failed: eps-1: '${ONE_MEDICATION}' (defined in ${profile})`;
  report(walk, `${profile}#eps-1`, words);
}

/** An element below one that is missing itself is not missed a second time. */
function isMissing(value: unknown, path: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((item: unknown) => isMissing(item, path));
  const [name, ...rest] = path;
  if (!isJsonObject(value) || name === undefined) return false;
  if (rest.length > 0) return isMissing(value[name], rest);
  if (!name.endsWith('[x]')) return value[name] === undefined && value[`_${name}`] === undefined;
  const stem = name.slice(0, -'[x]'.length);
  return !Object.keys(value).some((member) => member.startsWith(stem) && member !== stem);
}
