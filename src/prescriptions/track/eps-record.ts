import { type Element, element } from '../../gateways/xml/element.ts';
import { present } from '../../kernel/bug.ts';
import type { Instant } from '../../kernel/instant.ts';
import { type LondonDate, londonDate } from '../../kernel/london.ts';
import { exemptAges } from '../exempt-ages.ts';
import type { OrderDocument } from '../hl7v3/order-document.ts';
import { hl7Time, readDay } from '../hl7v3/time.ts';
import { documentOf, readKeptOrder } from '../kept-order.ts';
import { isComplete, isOver, issueCount, lastIssueOf } from '../issues.ts';
import type { Issue, Prescription } from '../prescription.ts';
import { shortForm } from '../prescription-id.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../statuses.ts';
import { dispenseNotifications } from './eps-dispense.ts';
import { fact } from './eps-fact.ts';
import { filteredHistory, wholeHistory } from './eps-history.ts';
import { parentPrescription } from './eps-patient.ts';
import { type Step, stepsOf, type Viewed } from './history.ts';
import { messageKey } from './message-key.ts';
import { claimedAt, dispensedAt, downloadedAt } from './moments.ts';
import type { TrackedRecord } from './tracked-record.ts';
import { TREATMENT_WORDS } from './words.ts';

/**
 * All that trackers are told of one issue of a prescription, in the order of the real Spine [EPS-HL7V3 10.2]. Throws
 * when its messages, as they are kept, cannot be read.
 */
export function epsRecord(record: TrackedRecord, issue: Issue): Element {
  const { prescription, history, order } = record;
  const document = documentOf(readKeptOrder(order.body), prescription.prescribedAt);
  const steps = stepsOf(prescription.id, history, issue.number);
  const viewed: Viewed = { record, document, issue, steps };
  return element(
    'epsRecord',
    {},
    standing(viewed),
    issue.items.map((_, place) => lineItem(viewed, place)),
    wholeHistory(viewed),
    filteredHistory(viewed),
    dispensing(viewed),
    prescribing(viewed),
    parentPrescription(document),
    dispenseNotifications(viewed),
  );
}

function time(name: string, at: Instant | null): Element {
  return fact(name, at === null ? null : hl7Time(at));
}

function day(name: string, on: LondonDate | null): Element {
  return fact(name, on === null ? null : compact(on));
}

function compact(on: LondonDate): string {
  return on.replaceAll('-', '');
}

/** The key of the last message that brought an event of a kind about; null: none did. */
function keyOfLast({ record, steps }: Viewed, kind: Step['event']['kind']): string | null {
  const step = steps.findLast(({ event }) => event.kind === kind);
  const message = record.messages.find(
    ({ messageId, interaction }) =>
      messageId === step?.messageId && interaction === step.by.interaction,
  );
  return message === undefined ? null : messageKey(message);
}

function standing(viewed: Viewed): Element[] {
  const { record, issue, steps } = viewed;
  const isDone = isComplete(issue) || isOver(issue);
  const done = isDone ? (steps.findLast(endsIssue)?.at ?? null) : null;
  const from = londonDate(new Date(record.prescription.prescribedAt));
  return [
    fact('releaseRequestMsgRef', 'holding' in issue ? keyOfLast(viewed, 'Released') : null),
    fact('prescriptionStatus', ISSUE_STATUSES[issue.status].code),
    day('nominatedDownloadDate', 'readyOn' in issue ? issue.readyOn : null),
    time('downloadDate', downloadedAt(issue)),
    time('completionDate', done),
    day('expiryDate', issue.expiresOn),
    element(
      'dispenseWindow',
      {},
      element('low', { value: compact(from) }),
      element('high', { value: compact(issue.expiresOn) }),
    ),
    fact('instanceNumber', String(issue.number)),
  ];
}

/** Since when an issue is complete or over. */
function endsIssue({ before, after }: Step): boolean {
  const isEnd = (issue: Issue | null): boolean =>
    issue !== null && (isComplete(issue) || isOver(issue));
  return isEnd(after) && !isEnd(before);
}

function lineItem({ record: { prescription }, issue, steps }: Viewed, place: number): Element {
  const item = present(issue.items[place], 'item of an issue');
  const changes = steps
    .flatMap(({ before }) => before?.items.filter(({ id }) => id === item.id) ?? [])
    .filter(({ status }) => status !== item.status);
  const previous = changes.at(-1)?.status ?? item.status;
  const isRepeat = prescription.repeats !== null;
  return element(
    'lineItem',
    {},
    element('order', { value: String(place + 1) }),
    element('ID', { value: item.id.toUpperCase() }),
    element('previousStatus', { value: ITEM_STATUSES[previous].code }),
    element('status', { value: ITEM_STATUSES[item.status].code }),
    isRepeat
      ? element('lineItemMaxRepeats', { value: String(lastIssueOf(prescription, item.id)) })
      : null,
  );
}

function dispensing(viewed: Viewed): Element[] {
  const { record, issue } = viewed;
  const holding = 'holding' in issue ? issue.holding : null;
  const last = holding?.notifications.at(-1);
  return [
    fact('dispensingOrganization', holding?.holder.organisation.ods ?? null),
    time('lastDispenseDate', dispensedAt(issue)),
    fact(
      'lastDispenseNotificationMsgRef',
      last === undefined ? null : keyOfLast(viewed, 'DispenseNotified'),
    ),
    fact('lastDispenseNotificationGuid', last?.id.toUpperCase() ?? null),
    time('claimReceivedDate', claimedAt(issue)),
    fact('currentInstance', String(record.prescription.currentIssue)),
  ];
}

function prescribing({ record, document }: Viewed): Element[] {
  const { prescription, order } = record;
  const { treatment, prescribedAt, id, prescriber, repeats, orderId } = prescription;
  return [
    fact('signedTime', document.author.time),
    fact('prescriptionTreatmentType', TREATMENT_WORDS[treatment].code),
    fact('prescriptionType', document.type),
    time('prescriptionTime', prescribedAt),
    fact('prescriptionID', shortForm(id)),
    fact('prescriptionMsgRef', messageKey(order)),
    fact('prescribingOrganization', prescriber),
    fact('daysSupply', daysSupplyOf(document, repeats)),
    fact('maxRepeats', String(issueCount(prescription))),
    fact('eventID', orderId.toUpperCase()),
    ...patient(prescription, document),
    fact('nominatedPerformer', prescription.nominated),
    fact('nominatedPerformerType', prescription.nominated === null ? null : document.site),
  ];
}

function daysSupplyOf(
  { daysSupply }: OrderDocument,
  repeats: Prescription['repeats'],
): string | null {
  return repeats === null ? (daysSupply?.days ?? null) : String(repeats.daysSupply);
}

function patient({ patient: nhsNumber }: Prescription, { patient: told }: OrderDocument) {
  const born = readDay(told.birthDate.slice(0, 8));
  const ages = born === null ? null : exemptAges(born);
  return [
    day('lowerAgeLimit', ages?.until ?? null),
    day('higherAgeLimit', ages?.since ?? null),
    fact('patientNhsNumber', nhsNumber),
    fact('patientBirthTime', told.birthDate),
  ];
}
