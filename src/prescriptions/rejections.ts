import type { Instant } from '../kernel/instant.ts';
import type { Organisation, Party } from './prescription.ts';

/** Every reason for which the state of a prescription refuses a message. */
export type Rejection =
  | { readonly kind: 'PrescriptionCancelled' }
  | { readonly kind: 'PrescriptionExpired' }
  | { readonly kind: 'ReleaseNotFound' }
  | {
      readonly kind: 'WithAnotherDispenser';
      readonly holder: Organisation;
      /** Who had it released there, and when; answers of older versions do not say. */
      readonly release?: Pick<Party, 'person'> & { readonly at: Instant };
    }
  | { readonly kind: 'AlreadyDispensed' }
  | { readonly kind: 'NoMorePrescriptions' }
  | { readonly kind: 'ReleaseDisabled' }
  | { readonly kind: 'PatientDeceased' }
  | { readonly kind: 'DuplicatePrescription' }
  | { readonly kind: 'SignatureMissing' }
  | { readonly kind: 'PrescriptionNotFound' }
  | { readonly kind: 'InvalidPrescriptionTransition' }
  | { readonly kind: 'InvalidItemTransition' }
  | { readonly kind: 'ItemNotFound' }
  | { readonly kind: 'ClaimNotDispensed' }
  | { readonly kind: 'ClaimedBefore' }
  | { readonly kind: 'ClaimWithAgency' }
  | { readonly kind: 'RepeatCountMismatch' }
  | { readonly kind: 'NotTheLastDispense' }
  | { readonly kind: 'ClaimPeriodOver' }
  | { readonly kind: 'NoNotifications' }
  | { readonly kind: 'InvalidHistory' }
  | { readonly kind: 'DuplicateItem' }
  | { readonly kind: 'MessageIdUsedBefore' }
  | { readonly kind: 'Unprocessable'; readonly detail: string };

export type Wire = {
  /** Code in its list: `release` is OID 2.16.840.1.113883.2.1.3.2.4.16.34, `message` …17.22, `spine` …17.32 [EPS-CODES 2, EPS-HL7V3 4.3]. */
  readonly list: 'release' | 'message' | 'spine';
  readonly spine: string;
  readonly issue: string;
  readonly severity: 'error' | 'information';
  readonly system: 'EPS-IssueCode' | 'Spine-ErrorOrWarningCode';
  readonly code: string;
  readonly text: string;
};

const EPS = { severity: 'error', system: 'EPS-IssueCode' } as const;
const SPINE = { severity: 'error', system: 'Spine-ErrorOrWarningCode' } as const;

/** What each is called on the wire [EPS-FHIR 5.5]. */
export const REJECTIONS = {
  PrescriptionCancelled: {
    ...EPS,
    list: 'release',
    spine: '0001',
    issue: 'business-rule',
    code: 'PRESCRIPTION_CANCELLED',
    text: 'Prescription has been cancelled',
  },
  PrescriptionExpired: {
    ...EPS,
    list: 'release',
    spine: '0002',
    issue: 'business-rule',
    code: 'PRESCRIPTION_EXPIRED',
    text: 'Prescription has expired',
  },
  ReleaseNotFound: {
    ...SPINE,
    list: 'release',
    spine: '0003',
    issue: 'not-found',
    code: 'RESOURCE_NOT_FOUND',
    text: 'Resource not found',
  },
  WithAnotherDispenser: {
    ...EPS,
    list: 'release',
    spine: '0004',
    issue: 'business-rule',
    code: 'PRESCRIPTION_WITH_ANOTHER_DISPENSER',
    text: 'Prescription is with another dispenser',
  },
  AlreadyDispensed: {
    ...EPS,
    list: 'release',
    spine: '0005',
    issue: 'business-rule',
    code: 'PRESCRIPTION_DISPENSED',
    text: 'Prescription has been dispensed',
  },
  NoMorePrescriptions: {
    ...EPS,
    severity: 'information',
    list: 'release',
    spine: '0006',
    issue: 'informational',
    code: 'NO_MORE_PRESCRIPTIONS',
    text: 'No more prescriptions available',
  },
  ReleaseDisabled: {
    ...EPS,
    list: 'release',
    spine: '0007',
    issue: 'exception',
    code: 'SERVICE_DISABLED',
    text: 'Functionality disabled in spine',
  },
  PatientDeceased: {
    ...EPS,
    list: 'message',
    spine: '0001',
    issue: 'business-rule',
    code: 'PATIENT_DECEASED',
    text: 'Patient is recorded as dead',
  },
  DuplicatePrescription: {
    ...EPS,
    list: 'message',
    spine: '0002',
    issue: 'duplicate',
    code: 'DUPLICATE_PRESCRIPTION_ID',
    text: 'Duplicate prescription ID exists',
  },
  SignatureMissing: {
    ...EPS,
    list: 'message',
    spine: '0003',
    issue: 'business-rule',
    code: 'MISSING_DIGITAL_SIGNATURE',
    text: 'Digital signature not found',
  },
  PrescriptionNotFound: {
    ...EPS,
    list: 'message',
    spine: '0005',
    issue: 'not-found',
    code: 'PRESCRIPTION_NOT_FOUND',
    text: 'Prescription can not be found. Contact prescriber',
  },
  InvalidPrescriptionTransition: {
    ...EPS,
    list: 'message',
    spine: '0012',
    issue: 'business-rule',
    code: 'PRESCRIPTION_INVALID_STATE_TRANSITION',
    text: 'Invalid State Transition for Prescription',
  },
  InvalidItemTransition: {
    ...EPS,
    list: 'message',
    spine: '0013',
    issue: 'business-rule',
    code: 'MEDICATIONREQUEST_INVALID_STATE_TRANSITION',
    text: 'Invalid State Transition for Prescription Item',
  },
  ItemNotFound: {
    ...EPS,
    list: 'message',
    spine: '0014',
    issue: 'not-found',
    code: 'MEDICATIONREQUEST_NOT_FOUND',
    text: 'Prescription Item Not found',
  },
  ClaimNotDispensed: {
    ...EPS,
    list: 'message',
    spine: '0015',
    issue: 'business-rule',
    code: 'CLAIM_INVALID_NOT_DISPENSED',
    text: 'Invalid Claim. Prescription is not Dispensed',
  },
  ClaimedBefore: {
    ...SPINE,
    list: 'message',
    spine: '0011',
    issue: 'invalid',
    code: 'ERROR',
    text: 'Invalid claim. Claim already made for the prescription',
  },
  ClaimWithAgency: {
    ...SPINE,
    list: 'message',
    spine: '0016',
    issue: 'invalid',
    code: 'ERROR',
    text: 'Invalid Claim As Claim Notification Has Already Been Sent To The PPA',
  },
  RepeatCountMismatch: {
    ...EPS,
    list: 'message',
    spine: '0018',
    issue: 'business-rule',
    code: 'MISMATCH_AUTHORISED_REPEAT_COUNT',
    text: 'Mismatch in authorised repeat counts',
  },
  NotTheLastDispense: {
    ...EPS,
    list: 'message',
    spine: '0021',
    issue: 'business-rule',
    code: 'DISPENSE_AMEND_IDENTIFIER_MISMATCH',
    text: 'Dispense Amendment/Cancellation Request does not pertain to Last Dispense',
  },
  ClaimPeriodOver: {
    ...SPINE,
    list: 'message',
    spine: '0100',
    issue: 'business-rule',
    code: 'CLAIM_AMEND_PERIOD_ISSUE',
    text: 'Claim amendment is not permitted outside of the claim period',
  },
  NoNotifications: {
    ...SPINE,
    list: 'message',
    spine: '0022',
    issue: 'invalid',
    code: 'ERROR',
    text: 'No Dispense Messages found for Prescription',
  },
  InvalidHistory: {
    ...SPINE,
    list: 'message',
    spine: '0023',
    issue: 'invalid',
    code: 'ERROR',
    text: 'Invalid Dispense History',
  },
  DuplicateItem: {
    ...EPS,
    list: 'message',
    spine: '5008',
    issue: 'duplicate',
    code: 'DUPLICATE_MEDICATIONREQUEST_ID',
    text: 'Duplicate item id',
  },
  MessageIdUsedBefore: {
    ...SPINE,
    list: 'spine',
    spine: '202',
    issue: 'processing',
    code: 'FAILURE_TO_PROCESS_MESSAGE',
    text: 'Unable to process message. Information missing or invalid - hl7EventID has been used before',
  },
  Unprocessable: {
    ...SPINE,
    list: 'release',
    spine: '5000',
    issue: 'processing',
    code: 'FAILURE_TO_PROCESS_MESSAGE',
    text: 'Unable to process message. Information missing or invalid',
  },
} as const satisfies Record<Rejection['kind'], Wire>;

/** The display text: Spine names what is missing or invalid behind a dash [EPS-LIFECYCLE 3]. */
export function textOf(rejection: Rejection): string {
  const { text } = REJECTIONS[rejection.kind];
  return rejection.kind === 'Unprocessable' ? `${text} - ${rejection.detail}` : text;
}
