/**
 * A second door to prescriptions, for whoever needs their record and its rules and none of the messages: it is open at
 * once, where all that reads, checks and signs messages takes a second to load.
 */
export { chained, type ChainedEvent, CHAIN_START } from './chain.ts';
export { type DryRun, dryRun, orderAgain } from './dry-run/dry-run.ts';
export { wouldDownload } from './dry-run/handle.ts';
export { type Due, dueOf } from './due.ts';
export { evolveAll, evolving, type Known } from './evolve.ts';
export { INTERACTIONS, ownInteraction } from './interactions.ts';
export { currentIssue, issueOf, statusCode, toCome } from './issues.ts';
export { expiryOf, lastExpiryOf } from './messages/create/decide.ts';
export { isReadableXml, readOrderMessage } from './kept-hl7.ts';
export type { OdsCode } from './ods-code.ts';
export { CLOSED, type Opening, partOf } from './opening/opening.ts';
export { NotTakenYet, openTo } from './opening/repository.ts';
export type { Outcome } from './outcome.ts';
export type {
  Cancellation,
  Created,
  Holding,
  Issue,
  Item,
  Notification,
  Party,
  Placeholder,
  Prescription,
  PrescriptionEvent,
} from './prescription.ts';
export { type PrescriptionId, prescriptionKey, shortForm } from './prescription-id.ts';
export {
  ISSUE_STATUSES,
  type IssueStatus,
  issueStatusOf,
  ITEM_STATUSES,
  ITEMS_UNDER,
  type ItemStatus,
  itemStatusOf,
} from './statuses.ts';
