import type { Bundle, BundleEntry, Extension, MedicationRequest, MessageHeader } from 'fhir/r4';

import { fhirInstant } from '../../gateways/fhir/operation-outcome.ts';
import { addMonths, londonDate } from '../../kernel/london.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { Patient } from '../patients.ts';
import type { Person, Prescriber } from '../personas.ts';
import type { Medication } from './medications.ts';
import { mockSignature } from './mock-signature.ts';
import {
  COURSE_OF_THERAPY,
  type Course,
  coding,
  concept,
  entry,
  groupIdentifier,
  identifier,
  known,
  type PrescriptionIds,
  product,
  quantity,
  urn,
} from './parts.ts';
import {
  organizationResource,
  patientResource,
  practitionerResource,
  roleResource,
} from './people.ts';
import { CODES, EXTENSION, ID } from './systems.ts';

export type OrderItem = { readonly itemId: string; readonly medication: Medication };

/** Everything that a prescription is made of. Two equal orders give the same bytes. */
export type Order = PrescriptionIds & {
  readonly messageId: string;
  readonly course: Course;
  /** One to four. */
  readonly items: readonly OrderItem[];
  readonly prescriber: Prescriber;
  readonly patient: Patient;
  /**
   * ODS code of the nominated pharmacy, or null for a prescription that any pharmacy may ask for.
   */
  readonly nominated: string | null;
  readonly authoredAt: Date;
};

const REVIEW_AFTER_MONTHS = 6; // ours: repeat prescribing needs some review date [EPS-CODES 3]
const SUPPLY_DAYS = 28; // Spine's own default [EPS-LIFECYCLE 8]

/** A signed prescription-order message [EPS-FHIR 4.2]; the signature is a mock. */
export function order(of: Order): Bundle {
  const parties = partyIds(of.messageId, 'requester');
  const requests = of.items.map((item) =>
    entry(item.itemId, medicationRequest(of, item, parties.role)),
  );
  return {
    resourceType: 'Bundle',
    id: of.messageId,
    identifier: identifier(ID.message, of.messageId),
    type: 'message',
    entry: [
      orderHeader(of, 'prescription-order'),
      ...requests,
      entry(patientId(of.messageId), patientResource(of.patient)),
      ...partyEntries(of.prescriber, parties),
      provenance(of, parties.role),
    ],
  };
}

/** The header of the order, and of the cancellation that repeats the order. */
export function orderHeader(
  of: Order,
  event: 'prescription-order' | 'prescription-order-update',
): BundleEntry {
  const display =
    event === 'prescription-order' ? 'Prescription Order' : 'Prescription Order Update';
  const { organisation } = of.prescriber;
  const header: MessageHeader = {
    resourceType: 'MessageHeader',
    eventCoding: coding(CODES.event, event, display),
    ...(of.nominated === null
      ? {}
      : {
          destination: [
            {
              endpoint: `urn:nhs-uk:addressing:ods:${of.nominated}`,
              receiver: known(ID.ods, of.nominated),
            },
          ],
        }),
    sender: known(ID.ods, organisation.ods, organisation.name),
    source: { endpoint: `urn:nhs-uk:addressing:ods:${organisation.ods}` },
    focus: of.items.map((item) => ({ reference: urn(item.itemId) })),
  };
  return entry(derivedUuid(of.messageId, 'header'), header);
}

export function medicationRequest(of: Order, item: OrderItem, roleId: string): MedicationRequest {
  const course = COURSE_OF_THERAPY[of.course];
  return {
    resourceType: 'MedicationRequest',
    extension: requestExtensions(of),
    identifier: [identifier(ID.item, item.itemId)],
    status: 'active',
    intent: course.intent,
    category: [concept(coding(CODES.category, 'community', 'Community'))],
    medicationCodeableConcept: product(item.medication),
    subject: { reference: urn(patientId(of.messageId)) },
    authoredOn: fhirInstant(of.authoredAt),
    requester: { reference: urn(roleId) },
    groupIdentifier: groupIdentifier(of),
    courseOfTherapyType: concept(coding(CODES.courseOfTherapy, course.code, course.display)),
    dosageInstruction: [{ text: item.medication.dosage }],
    dispenseRequest: dispenseRequest(of, item.medication),
    substitution: { allowedBoolean: false },
  };
}

export function prescriptionType(prescriber: Prescriber): Extension {
  const { code, display } = prescriber.professional.prescriptionType;
  return {
    url: EXTENSION.prescriptionType,
    valueCoding: coding(CODES.prescriptionType, code, display),
  };
}

function requestExtensions(of: Order): Extension[] {
  if (of.course === 'acute') return [prescriptionType(of.prescriber)];
  const review = addMonths(londonDate(of.authoredAt), REVIEW_AFTER_MONTHS);
  return [
    prescriptionType(of.prescriber),
    {
      url: EXTENSION.ukRepeat,
      extension: [{ url: 'authorisationExpiryDate', valueDateTime: review }],
    },
  ];
}

function dispenseRequest(
  of: Order,
  medication: Medication,
): NonNullable<MedicationRequest['dispenseRequest']> {
  // Spine refuses a pharmacy under 0004 and its absence under P1 [EPS-FHIR 4.2].
  const siteType =
    of.nominated === null ? { code: '0004', display: 'None' } : { code: 'P1', display: 'Other' };
  return {
    extension: [
      {
        url: EXTENSION.siteType,
        valueCoding: coding(CODES.siteType, siteType.code, siteType.display),
      },
    ],
    ...(of.course === 'repeat' ? { numberOfRepeatsAllowed: 0 } : {}),
    quantity: quantity(medication, medication.quantity),
    expectedSupplyDuration: { value: SUPPLY_DAYS, unit: 'day', system: CODES.units, code: 'd' },
    ...(of.nominated === null ? {} : { performer: known(ID.ods, of.nominated) }),
  };
}

function provenance(of: Order, roleId: string): BundleEntry {
  const who = { reference: urn(roleId) };
  const at = fhirInstant(of.authoredAt);
  const id = derivedUuid(of.messageId, 'provenance');
  const signed = [of.longFormId, at, ...of.items.map((item) => item.itemId)];
  return entry(id, {
    resourceType: 'Provenance',
    id,
    target: of.items.map((item) => ({ reference: urn(item.itemId) })),
    recorded: at,
    agent: [{ who }],
    signature: [
      {
        type: [coding(CODES.signature, '1.2.840.10065.1.12.1.1')],
        when: at,
        who,
        data: mockSignature(of.messageId, ...signed),
      },
    ],
  });
}

export type PartyIds = {
  readonly role: string;
  readonly practitioner: string;
  readonly organisation: string;
};

export function partyIds(messageId: string, party: 'requester' | 'responsible'): PartyIds {
  return {
    role: derivedUuid(messageId, party, 'role'),
    practitioner: derivedUuid(messageId, party, 'practitioner'),
    organisation: derivedUuid(messageId, party, 'organisation'),
  };
}

export function partyEntries(person: Person, ids: PartyIds): BundleEntry[] {
  return [
    entry(ids.role, roleResource(person, ids.practitioner, ids.organisation)),
    entry(ids.practitioner, practitionerResource(person)),
    entry(ids.organisation, organizationResource(person.organisation)),
  ];
}

export function patientId(messageId: string): string {
  return derivedUuid(messageId, 'patient');
}
