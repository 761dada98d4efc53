import type {
  Bundle,
  BundleEntry,
  Extension,
  MedicationDispense,
  MedicationRequest,
  PractitionerRole,
} from 'fhir/r4';

import { fhirInstant } from '../../gateways/fhir/operation-outcome.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../../prescriptions/statuses.ts';
import type { Person } from '../personas.ts';
import type { Medication } from './medications.ts';
import {
  COURSE_OF_THERAPY,
  type Course,
  coding,
  concept,
  entry,
  groupIdentifier,
  identifier,
  known,
  onlyIssue,
  type PrescriptionIds,
  product,
  quantity,
  replacementOf,
  urn,
} from './parts.ts';
import { agentRole, reimbursedOrganization } from './people.ts';
import { NOT_DISPENSED_REASONS, type NotDispensedReason } from './reasons.ts';
import { CODES, EXTENSION, ID } from './systems.ts';

/**
 * What a notification may report of an item; every item is reported each time [EPS-LIFECYCLE 5.1].
 */
export type ItemOutcome =
  | 'FullyDispensed'
  | 'NotDispensed'
  | 'PartiallyDispensed'
  | 'Owing'
  | 'Cancelled'
  | 'Expired'
  | 'WithDispenser';

export type DispensedItem = {
  readonly itemId: string;
  readonly dispensedItemId: string;
  /** `quantity` of the medication is what was prescribed. */
  readonly medication: Medication;
  readonly outcome: ItemOutcome;
  /** Handed over now, in the medication's unit. */
  readonly supplied: number;
  readonly reason?: NotDispensedReason;
};

export type IssueOutcome = 'WithDispenserActive' | 'Dispensed' | 'NotDispensed';

export type Dispense = PrescriptionIds & {
  readonly messageId: string;
  /** Identifier of the release response that brought the prescription. */
  readonly releaseId: string;
  readonly course: Course;
  readonly items: readonly DispensedItem[];
  readonly outcome: IssueOutcome;
  readonly dispenser: Person;
  readonly nhsNumber: string;
  readonly handedOverAt: Date;
  /** Message id of the last notification, when this one amends it. */
  readonly replacementOf?: string;
};

/** A dispense-notification message, or with `replacementOf` the amendment of one [EPS-FHIR 4.7]. */
export function dispense(of: Dispense): Bundle {
  const organisationId = derivedUuid(of.messageId, 'organisation');
  return {
    resourceType: 'Bundle',
    id: of.messageId,
    identifier: identifier(ID.message, of.messageId),
    type: 'message',
    timestamp: fhirInstant(of.handedOverAt),
    entry: [
      header(of),
      ...of.items.map((item) =>
        entry(item.dispensedItemId, medicationDispense(of, item, organisationId)),
      ),
      entry(organisationId, reimbursedOrganization(of.dispenser.organisation)),
    ],
  };
}

/** The prescription's status that follows from its items' [EPS-LIFECYCLE 5.1]. */
export function outcomeOf(items: readonly { readonly outcome: ItemOutcome }[]): IssueOutcome {
  const open = new Set<ItemOutcome>(['PartiallyDispensed', 'Owing', 'WithDispenser']);
  if (items.some((item) => open.has(item.outcome))) return 'WithDispenserActive';
  return items.some((item) => item.outcome === 'FullyDispensed') ? 'Dispensed' : 'NotDispensed';
}

function header(of: Dispense): BundleEntry {
  const { organisation } = of.dispenser;
  return entry(derivedUuid(of.messageId, 'header'), {
    resourceType: 'MessageHeader',
    ...(of.replacementOf === undefined ? {} : { extension: [replacementOf(of.replacementOf)] }),
    eventCoding: coding(CODES.event, 'dispense-notification', 'Dispense Notification'),
    sender: known(ID.ods, organisation.ods, organisation.name),
    source: { endpoint: `urn:nhs-uk:addressing:ods:${organisation.ods}` },
    reason: concept(coding(CODES.messageReason, 'notification', 'Notification')),
    response: { identifier: of.releaseId, code: 'ok' },
    focus: of.items.map((item) => ({ reference: urn(item.dispensedItemId) })),
  });
}

function medicationDispense(
  of: Dispense,
  item: DispensedItem,
  organisationId: string,
): MedicationDispense {
  const status = ITEM_STATUSES[item.outcome];
  return {
    resourceType: 'MedicationDispense',
    contained: [performer(of, organisationId), requestAsReleased(of, item)],
    extension: dispenseExtensions(of),
    identifier: [identifier(ID.dispensedItem, item.dispensedItemId)],
    status: 'completed',
    ...(item.reason === undefined ? {} : { statusReasonCodeableConcept: whyNot(item.reason) }),
    medicationCodeableConcept: product(item.medication),
    subject: { type: 'Patient', ...known(ID.nhsNumber, of.nhsNumber) },
    performer: [{ actor: { reference: '#performer' } }],
    authorizingPrescription: [{ reference: '#request' }],
    type: concept(coding(CODES.itemStatus, status.code, status.display)),
    quantity: quantity(item.medication, item.supplied),
    whenHandedOver: fhirInstant(of.handedOverAt),
    dosageInstruction: [{ text: item.medication.dosage }],
  };
}

function performer(of: Dispense, organisationId: string): PractitionerRole {
  return {
    ...agentRole(of.dispenser),
    id: 'performer',
    organization: { reference: urn(organisationId) },
  };
}

function dispenseExtensions(of: Dispense): Extension[] {
  const { code, display } = ISSUE_STATUSES[of.outcome];
  return [
    { url: EXTENSION.issueStatus, valueCoding: coding(CODES.issueStatus, code, display) },
    ...(of.course === 'repeat' ? [onlyIssue()] : []),
  ];
}

/** The line item that the supply is for, with what a pharmacy has at hand of it. */
function requestAsReleased(of: Dispense, item: DispensedItem): MedicationRequest {
  const course = COURSE_OF_THERAPY[of.course];
  const type = coding(
    CODES.prescriptionType,
    '0101',
    'Primary Care Prescriber - Medical Prescriber',
  );
  return {
    resourceType: 'MedicationRequest',
    id: 'request',
    extension: [{ url: EXTENSION.prescriptionType, valueCoding: type }],
    identifier: [identifier(ID.item, item.itemId)],
    status: 'active',
    intent: course.intent,
    category: [concept(coding(CODES.category, 'community', 'Community'))],
    medicationCodeableConcept: product(item.medication),
    subject: known(ID.nhsNumber, of.nhsNumber),
    requester: { display: 'Prescriber, as released' },
    ...(of.course === 'repeat'
      ? { basedOn: [{ ...known(ID.item, item.itemId), extension: [onlyIssue()] }] }
      : {}),
    groupIdentifier: groupIdentifier(of),
    courseOfTherapyType: concept(coding(CODES.courseOfTherapy, course.code, course.display)),
    dosageInstruction: [{ text: item.medication.dosage }],
    dispenseRequest: {
      extension: [{ url: EXTENSION.siteType, valueCoding: coding(CODES.siteType, 'P1', 'Other') }],
      ...(of.course === 'repeat' ? { numberOfRepeatsAllowed: 0 } : {}),
      quantity: quantity(item.medication, item.medication.quantity),
    },
    substitution: { allowedBoolean: false },
  };
}

function whyNot(reason: NotDispensedReason): ReturnType<typeof concept> {
  return concept(coding(CODES.notDispensedReason, reason, NOT_DISPENSED_REASONS[reason]));
}
