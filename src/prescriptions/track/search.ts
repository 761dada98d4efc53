import type { LondonDate } from '../../kernel/london.ts';
import { londonDate } from '../../kernel/london.ts';
import { dueOf } from '../due.ts';
import { hl7Time } from '../hl7v3/time.ts';
import type { OrderDocument } from '../hl7v3/order-document.ts';
import { isComplete, isOver, issueCount, toCome } from '../issues.ts';
import type { Issue, Prescription } from '../prescription.ts';
import { shortForm } from '../prescription-id.ts';
import { ISSUE_STATUSES } from '../statuses.ts';
import { dispensedAt, downloadedAt } from './moments.ts';
import type { SearchQuery } from './read-query.ts';
import { TREATMENT_WORDS, yesOrNo } from './words.ts';

/** Whether a prescription is one of those that are searched for; `numbers` are all of the patient who is. */
export function isSought(
  prescription: Prescription,
  query: SearchQuery,
  numbers: readonly string[],
): boolean {
  const { patient, prescriber, dispenser, status, from, until } = query;
  const created: LondonDate = londonDate(new Date(prescription.prescribedAt));
  const issues = issuesOf(prescription);
  return (
    (patient === null || numbers.includes(prescription.patient)) &&
    (prescriber === null || prescription.prescriber === prescriber) &&
    (dispenser === null || issues.some((issue) => holderOf(issue) === dispenser)) &&
    (status === null || issues.some((issue) => ISSUE_STATUSES[issue.status].code === status)) &&
    (from === null || from <= created) &&
    (until === null || created <= until)
  );
}

/** A prescription in a list, in the words of the clinical tracker's search [EPS-HL7V3 10.2]. */
export function foundOf(prescription: Prescription, { patient }: OrderDocument) {
  const { id, orderId, patient: nhsNumber, prescriber, nominated, treatment } = prescription;
  const issues = issuesOf(prescription);
  const [name] = patient.names;
  return {
    prescriptionID: shortForm(id),
    messageID: orderId.toUpperCase(),
    patientID: nhsNumber,
    prefix: name?.prefixes.join(' ') ?? '',
    suffix: name?.suffixes.join(' ') ?? '',
    given: name?.givens.join(' ') ?? '',
    family: name?.family ?? name?.text ?? '',
    prescriberOrg: prescriber,
    nominatedOrg: nominated ?? '',
    dispenserOrg: perIssue(issues, (issue) => holderOf(issue) ?? ''),
    nextActivity: nextActivity(prescription),
    issueDetail: issues.map((issue) => issueDetail(prescription, issue)),
    instanceNumbers: perIssue(issues, ({ number }) => String(number)),
    prescriptionStatuses: perIssue(issues, ({ status }) => ISSUE_STATUSES[status].code),
    prescribedDate: hl7Time(prescription.prescribedAt),
    completedDate: completedDate(issues),
    prescriptionTreatmentType: TREATMENT_WORDS[treatment].code,
    maxRepeats: treatment === 'Acute' ? 'None' : String(issueCount(prescription)),
  };
}

function issuesOf(prescription: Prescription): Issue[] {
  return [...prescription.issues, ...toCome(prescription)];
}

function perIssue(issues: readonly Issue[], textOf: (issue: Issue) => string): string {
  return issues.map(textOf).join('|');
}

function holderOf(issue: Issue): string | null {
  return 'holding' in issue ? issue.holding.holder.organisation.ods : null;
}

/** What time brings next, as the real Spine calls it. */
function nextActivity(prescription: Prescription): string {
  const kind = dueOf(prescription)?.kind;
  return kind === undefined ? '' : ACTIVITIES[kind];
}

const ACTIVITIES = {
  ready: 'ready',
  expire: 'expire',
  noClaim: 'createNoClaim',
  delete: 'delete',
} as const;

function issueDetail({ pending }: Prescription, issue: Issue) {
  const released = downloadedAt(issue);
  return {
    instanceNumber: String(issue.number),
    releaseDate: released === null ? '' : hl7Time(released),
    prescriptionStatus: ISSUE_STATUSES[issue.status].code,
    cancellations: yesOrNo(pending.length > 0 || issue.status === 'Cancelled'),
    prescCancPending: yesOrNo(pending.some(({ item }) => item === null)),
    liCancPending: yesOrNo(pending.some(({ item }) => item !== null)),
  };
}

/** When the last issue was dispensed from, once all are complete or over. */
function completedDate(issues: readonly Issue[]): string {
  const isDone = issues.every((issue) => isComplete(issue) || isOver(issue));
  const last = issues.map(dispensedAt).findLast((at) => at !== null) ?? null;
  return isDone && last !== null ? hl7Time(last) : '';
}
