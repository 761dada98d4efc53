export { type Cancel, cancel } from './cancel.ts';
export { type Claim, type ClaimedItem, claim } from './claim.ts';
export {
  type Dispense,
  type DispensedItem,
  dispense,
  type IssueOutcome,
  type ItemOutcome,
  outcomeOf,
} from './dispense.ts';
export { MEDICATIONS, type Medication, medication } from './medications.ts';
export { MOCK_CERTIFICATE_MARK, MOCK_SIGNATURE_MARK, mockSignature } from './mock-signature.ts';
export { type Order, type OrderItem, order } from './order.ts';
export { type Course, type PrescriptionIds } from './parts.ts';
export { newShortFormId, type Random } from './prescription-id.ts';
export {
  CANCEL_REASONS,
  type CancelReason,
  NOT_DISPENSED_REASONS,
  type NotDispensedReason,
  RETURN_REASONS,
  type ReturnReason,
  WITHDRAW_REASONS,
  type WithdrawReason,
} from './reasons.ts';
export { type Release, releaseNominated, releasePatient } from './release.ts';
export { type Return, returnTask, type Withdraw, withdraw } from './tasks.ts';
export { withSignature } from './signed.ts';
