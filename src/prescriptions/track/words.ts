import type { Treatment } from '../prescription.ts';
import type { ItemStatus } from '../statuses.ts';

/** How trackers call a kind of prescription, to the letter; and its code [EPS-HL7V3 10.1, 4.4]. */
export const TREATMENT_WORDS: Record<Treatment, { readonly code: string; readonly words: string }> =
  {
    Acute: { code: '0001', words: 'Acute Prescription' },
    RepeatPrescribing: { code: '0002', words: 'Repeat Prescribing' },
    RepeatDispensing: { code: '0003', words: 'Repeat Dispensing' },
  };

/** How the JSON tracker calls a status of an item: in other words than messages do [EPS-HL7V3 10.1]. */
export const ITEM_WORDS: Record<ItemStatus, string> = {
  FullyDispensed: 'Dispensed',
  NotDispensed: 'Not Dispensed',
  PartiallyDispensed: 'Dispensed - Partial',
  Owing: 'Not Dispensed - Owing',
  Cancelled: 'Cancelled',
  Expired: 'Expired',
  ToBeDispensed: 'To be Dispensed',
  WithDispenser: 'With Dispenser',
};

/** Why a prescription was cancelled [EPS-HL7V3 4.4]. */
export const CANCEL_REASONS = {
  '0001': 'Prescribing Error',
  '0002': 'Clinical contra-indication',
  '0003': 'Change to medication treatment regime',
  '0004': 'Clinical grounds',
  '0005': 'At the Patients request',
  '0006': 'At the Pharmacists request',
  '0007': 'Notification of Death',
  '0008': 'Patient deducted - other reason',
  '0009': 'Patient deducted - registered with new practice',
} as const;

/** A reason that no list has is shown by its code. */
export function cancelReason(code: string): string {
  const known: Readonly<Record<string, string>> = CANCEL_REASONS;
  return known[code] ?? code;
}

/** As the Spine writes yes and no. */
export function yesOrNo(isSo: boolean): 'True' | 'False' {
  return isSo ? 'True' : 'False';
}
