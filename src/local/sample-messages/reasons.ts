import { CANCEL_REASONS as ALL_CANCEL_REASONS } from '../../prescriptions/track/words.ts';

const { '0007': _death, ...OF_PEOPLE } = ALL_CANCEL_REASONS;

/**
 * Why a prescriber cancels [EPS-CODES 1]. 0007 is Spine's own, for a death, and is not sent by
 * people.
 */
export const CANCEL_REASONS = OF_PEOPLE;

/** Why a pharmacy sends a prescription back [EPS-CODES 1]. */
export const RETURN_REASONS = {
  '0001': 'Patient non-attendance',
  '0002': 'Unable to dispense medication on prescriptions',
  '0003': 'Patient requested release',
  '0004': 'Another dispenser requested release on behalf of the patient',
  '0005': 'Invalid digital signature',
  '0006': 'Rejected due to version problem',
  '0007': 'Prescription otherwise invalid or unreadable',
  '0008': 'Prescription expired',
} as const;

/** Why a pharmacy takes back its last dispense notification [EPS-CODES 1]. */
export const WITHDRAW_REASONS = {
  QU: 'Quantity Update',
  MU: 'Medication Update',
  DA: 'Dosage Amendments',
  PA: 'Patient Details Amendments',
  OC: 'Other Clinical',
  ONC: 'Other Non-Clinical',
} as const;

/** Why an item was not supplied [EPS-CODES 1]. */
export const NOT_DISPENSED_REASONS = {
  '0001': 'Not required as instructed by the patient',
  '0002': 'Clinically unsuitable',
  '0003': 'Owings note issued to patient',
  '0004': 'Prescription cancellation',
  '0005': 'Prescription cancellation due to death',
  '0006': 'Illegal NHS prescription',
  '0007': 'Prescribed out of scope item',
  '0008': 'Item or prescription expired',
  '0009': 'Not allowed on FP10',
  '0010': 'Patient did not collect medication',
  '0011': 'Patient purchased medication over the counter',
} as const;

export type CancelReason = keyof typeof CANCEL_REASONS;
export type ReturnReason = keyof typeof RETURN_REASONS;
export type WithdrawReason = keyof typeof WITHDRAW_REASONS;
export type NotDispensedReason = keyof typeof NOT_DISPENSED_REASONS;
