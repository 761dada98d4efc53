import type {
  Claim as FhirClaim,
  ClaimItem as FhirClaimItem,
  ClaimItemDetail,
  Extension,
} from 'fhir/r4';

import { fhirInstant } from '../../gateways/fhir/operation-outcome.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../../prescriptions/statuses.ts';
import type { Person } from '../personas.ts';
import type { DispensedItem, IssueOutcome } from './dispense.ts';
import {
  type Course,
  coding,
  concept,
  identifier,
  known,
  onlyIssue,
  type PrescriptionIds,
  product,
  quantity,
  replacementOf,
} from './parts.ts';
import { containedParty, REIMBURSEMENT_AUTHORITY } from './people.ts';
import { CODES, EXTENSION, ID } from './systems.ts';

/** An item as it was dispensed in all, with the id under which it is claimed. */
export type ClaimedItem = DispensedItem & { readonly claimedItemId: string };

export type Claim = PrescriptionIds & {
  readonly messageId: string;
  readonly course: Course;
  readonly items: readonly ClaimedItem[];
  readonly outcome: Exclude<IssueOutcome, 'WithDispenserActive'>;
  readonly dispenser: Person;
  readonly nhsNumber: string;
  readonly createdAt: Date;
  /** Message id of the claim that this one amends. */
  readonly replacementOf?: string;
};

/** A claim for payment, or with `replacementOf` the amendment of one [EPS-FHIR 4.8]. */
export function claim(of: Claim): FhirClaim {
  return {
    resourceType: 'Claim',
    id: of.messageId,
    contained: containedParty(of.dispenser, 'provider'),
    extension: [
      {
        url: EXTENSION.provenanceAgent,
        valueReference: known(ID.user, of.dispenser.userId, of.dispenser.display),
      },
      ...(of.replacementOf === undefined ? [] : [replacementOf(of.replacementOf)]),
    ],
    identifier: [identifier(ID.message, of.messageId)],
    status: 'active',
    type: concept(coding(CODES.claimType, 'pharmacy', 'Pharmacy')),
    use: 'claim',
    patient: known(ID.nhsNumber, of.nhsNumber),
    created: fhirInstant(of.createdAt),
    provider: { reference: '#provider' },
    priority: concept(coding(CODES.priority, 'normal')),
    prescription: { extension: [groupIdentifiers(of)], display: 'Prescription' },
    payee: {
      type: concept(coding(CODES.payee, 'provider', 'Provider')),
      party: { reference: '#organisation' },
    },
    insurance: [
      {
        sequence: 1,
        focal: true,
        coverage: known(ID.ods, REIMBURSEMENT_AUTHORITY.ods, REIMBURSEMENT_AUTHORITY.name),
      },
    ],
    item: [claimItem(of)],
  };
}

function groupIdentifiers(of: PrescriptionIds): Extension {
  return {
    url: EXTENSION.groupIdentifier,
    extension: [
      { url: 'shortForm', valueIdentifier: identifier(ID.shortForm, of.shortFormId) },
      { url: 'UUID', valueIdentifier: identifier(ID.longForm, of.longFormId) },
    ],
  };
}

function claimItem(of: Claim): FhirClaimItem {
  const { code, display } = ISSUE_STATUSES[of.outcome];
  return {
    sequence: 1,
    extension: [
      { url: EXTENSION.issueStatus, valueCoding: coding(CODES.issueStatus, code, display) },
      ...(of.course === 'repeat' ? [onlyIssue()] : []),
    ],
    productOrService: concept(coding(CODES.snomed, '16076005', 'Prescription')),
    programCode: [
      concept(coding(CODES.exemption, '0001', 'Patient has paid appropriate charges')),
      concept(coding(CODES.evidence, 'no-evidence-seen', 'No Evidence Seen')),
    ],
    detail: of.items.map((item, index) => claimDetail(of, item, index + 1)),
  };
}

function claimDetail(of: Claim, item: ClaimedItem, sequence: number): ClaimItemDetail {
  const status = ITEM_STATUSES[item.outcome];
  const isSupplied = item.supplied > 0;
  const charge = isSupplied
    ? coding(CODES.charge, 'paid-once', 'Paid Once')
    : coding(CODES.charge, 'not-paid', 'Not Paid');
  return {
    sequence,
    extension: [
      {
        url: EXTENSION.claimSequence,
        valueIdentifier: identifier(ID.claimedItem, item.claimedItemId),
      },
      { url: EXTENSION.claimRequest, valueReference: known(ID.item, item.itemId) },
      ...(of.course === 'repeat' ? [onlyIssue()] : []),
    ],
    productOrService: product(item.medication),
    modifier: [concept(coding(CODES.itemStatus, status.code, status.display))],
    programCode: [
      concept(charge),
      // A claim without any endorsement is refused; NDEC says there is none [EPS-CODES 1].
      concept(coding(CODES.endorsement, 'NDEC', 'No Dispenser Endorsement Code')),
    ],
    quantity: quantity(item.medication, item.medication.quantity),
    ...(isSupplied ? { subDetail: [supplied(item)] } : {}),
  };
}

function supplied(item: ClaimedItem): NonNullable<ClaimItemDetail['subDetail']>[number] {
  return {
    sequence: 1,
    extension: [
      {
        url: EXTENSION.claimDispense,
        valueReference: known(ID.dispensedItem, item.dispensedItemId),
      },
    ],
    productOrService: product(item.medication),
    quantity: quantity(item.medication, item.supplied),
  };
}
