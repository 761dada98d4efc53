import { type Changes, changed, spliced } from '../../../gateways/xml/spliced.ts';
import { type Element, element } from '../../../gateways/xml/element.ts';
import { xmlText } from '../../../gateways/xml/xml-text.ts';
import { assure, present } from '../../../kernel/bug.ts';
import type { LondonDate } from '../../../kernel/london.ts';
import {
  codedValue,
  codeElement,
  messageType,
  observation,
  pertinent,
  seperatable,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { hl7Time, readDay } from '../../hl7v3/time.ts';
import { exemptAges } from '../../exempt-ages.ts';
import { currentIssue, lastIssueOf } from '../../issues.ts';
import { actOf, readKeptOrder } from '../../kept-order.ts';
import type { Prescription } from '../../prescription.ts';
import { prescriptionKey } from '../../prescription-id.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../../statuses.ts';
import type { Released } from './released-by.ts';
import { lastDispensedAt } from './released-item.ts';

/**
 * A ParentPrescription with what a pharmacy is told besides. Nothing that is signed changes, and of an order
 * that came by HL7 V3 no character does but where something is put in [EPS-HL7V3 7.3, 9].
 */
export function releasedOrder({
  prescription,
  body,
}: Pick<Released, 'prescription' | 'body'>): string {
  const order = readKeptOrder(body, PASSED_OVER);
  const act = actOf(order, prescription.prescribedAt);
  const changes = changesOf(act, prescription);
  return order.form === 'hl7v3'
    ? spliced(order.source, order.path, changes, HL7)
    : xmlText(changed(act, changes));
}

const HL7 = 'urn:hl7-org:v3';

/** Most of an order goes on as it is: to read it all again is half of what a release costs. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'author',
  'responsibleParty',
  'legalAuthenticator',
  'performer',
  'component1',
  'product',
  'component',
  'pertinentAdditionalInstructions',
  'pertinentDosageInstructions',
  'pertinentPrescriberEndorsement',
  'addr',
  'name',
  'telecom',
  'playedProviderPatient',
]);

/** What stands in which order, as far as something is put between it [EPS-HL7V3 6.1, 7.3]. */
const ACT = ['id', 'code', 'effectiveTime', 'typeId'];
const PRESCRIPTION = `id code effectiveTime repeatNumber performer author legalAuthenticator
  responsibleParty component1 pertinentInformation7 pertinentInformation5 pertinentInformation6
  pertinentInformation10 pertinentInformation9 pertinentInformation1 pertinentInformation2
  pertinentInformation11 pertinentInformation8 pertinentInformation3 pertinentInformation4
  inFulfillmentOf predecessor`.split(/\s+/);
const ITEM = `id code effectiveTime repeatNumber doseQuantity rateQuantity product component
  pertinentInformation4`.split(/\s+/);

function changesOf(act: Element, prescription: Prescription): Changes {
  const from = new Reading();
  const changes = new Map<Element, readonly Element[]>();
  const content = from.only(act, 'pertinentInformation1', 'pertinentPrescription');
  const shortFormId = from.all(content, 'id').find(isShortForm)?.attributes['extension'] ?? '';
  assure(
    prescriptionKey(shortFormId) === prescription.id,
    "a kept order is another prescription's",
  );
  place(changes, act, ACT, messageType('PORX_MT122003UK32'));
  for (const told of toldOf(act, prescription)) place(changes, content, PRESCRIPTION, told);
  countIssues(changes, content, prescription.currentIssue);
  for (const one of from.all(content, 'pertinentInformation2')) {
    const item = from.only(one, 'pertinentLineItem');
    const id = from.attribute(from.only(item, 'id'), 'root').toLowerCase();
    place(changes, item, ITEM, itemStatus(prescription, id));
    const last = lastIssueOf(prescription, id);
    countIssues(changes, item, Math.min(prescription.currentIssue, last));
  }
  return changes;
}

function isShortForm({ attributes }: Element): boolean {
  return attributes['root'] === OID.shortForm;
}

/** Puts an element where the order of the schema has it; one that is there already goes. */
function place(
  changes: Map<Element, readonly Element[]>,
  { children }: Element,
  order: readonly string[],
  added: Element,
): void {
  if (typeof children === 'string') return;
  const rank = ({ name }: Element): number => order.indexOf(name);
  const isBefore = (one: Element): boolean => rank(one) !== -1 && rank(one) < rank(added);
  for (const old of children.filter(({ name }) => name === added.name)) changes.set(old, []);
  const before = present(children.findLast(isBefore), 'id of an accepted order');
  changes.set(before, [...(changes.get(before) ?? [before]), added]);
}

/** The issue stands in the lower end of the repeat number; an order without one has no issues [EPS-HL7V3 7.3]. */
function countIssues(
  changes: Map<Element, readonly Element[]>,
  element: Element,
  issue: number,
): void {
  const from = new Reading();
  const repeats = from.maybe(element, 'repeatNumber');
  const low = repeats === null ? null : from.maybe(repeats, 'low');
  if (low !== null) changes.set(low, [valueElement('low', String(issue))]);
}

function toldOf(act: Element, prescription: Prescription): Element[] {
  return [prescriptionStatus(prescription), ...exemptions(act), ...previousIssue(prescription)];
}

/** Before this release; an issue that was given before its day was to be dispensed all the same [EPS-LIFECYCLE 4.3]. */
function prescriptionStatus(prescription: Prescription): Element {
  const issue = currentIssue(prescription);
  const status = 'readyOn' in issue ? 'ToBeDispensed' : issue.status;
  const { code, display } = ISSUE_STATUSES[status];
  const value = codedValue(code, OID.prescriptionStatus, display);
  return pertinent(
    'pertinentInformation10',
    observation('pertinentPrescriptionStatus', 'PS', value),
  );
}

function itemStatus(prescription: Prescription, id: string): Element {
  const item = currentIssue(prescription).items.find((one) => one.id === id);
  const { code, display } = ITEM_STATUSES[present(item, 'item of an accepted order').status];
  const value = codedValue(code, OID.itemStatus, display);
  return pertinent('pertinentInformation4', observation('pertinentItemStatus', 'IS', value));
}

/** Until and from which day the patient's age exempts them from charges [EPS-LIFECYCLE 4.3]. */
function exemptions(act: Element): Element[] {
  const born = new Reading().only(act, 'recordTarget', 'Patient', 'patientPerson', 'birthTime');
  const day = readDay((born.attributes['value'] ?? '').slice(0, 8));
  if (day === null) return [];
  const { until, since } = exemptAges(day);
  return [
    exemption('pertinentInformation9', 'pertinentLowPermanentExemptionInfo', UNDER_16, until),
    exemption('pertinentInformation11', 'pertinentHighPermanentExemptionInfo', OVER_60, since),
  ];
}

const UNDER_16 = { code: '0002', display: 'is under 16 years of age' };
const OVER_60 = { code: '0004', display: 'is 60 years of age or over' };

function exemption(
  name: string,
  what: string,
  { code, display }: typeof UNDER_16,
  day: LondonDate,
): Element {
  return pertinent(
    name,
    element(
      what,
      { classCode: 'OBS', moodCode: 'EVN' },
      codeElement(code, OID.chargeExemption, display),
      valueElement('value', day.replaceAll('-', '')),
    ),
  );
}

/** When the issue before this one was last dispensed from, if that is known. */
function previousIssue(prescription: Prescription): Element[] {
  const at = lastDispensedAt(prescription);
  if (at === null) return [];
  const issued = observation('priorPreviousIssueDate', 'PRDT', valueElement('value', hl7Time(at)));
  return [element('predecessor', { typeCode: 'PREV' }, seperatable(true), issued)];
}
