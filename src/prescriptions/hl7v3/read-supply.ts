import type { Element } from '../../gateways/xml/element.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import type { Item } from '../prescription.ts';
import type { Rejection } from '../rejections.ts';
import { type IssueStatus, issueStatusOf, itemStatusOf } from '../statuses.ts';
import { OID } from './oids.ts';
import { codeIn, issueIn, prescriptionIdIn } from './read-values.ts';
import type { Reading } from './reading.ts';
import { unprocessable } from './received.ts';

/** What a dispense notification and a claim say of a prescription [EPS-HL7V3 6.4, 6.5]. */
export type ToldSupply = {
  readonly header: Element;
  readonly prescriptionId: string;
  readonly status: IssueStatus;
  readonly issue: number | null;
  readonly items: readonly Element[];
};

/** In the order in which Spine looks at it [EPS-LIFECYCLE 5.1]. */
export function readSupply(
  from: Reading,
  act: Element,
  ...idRoots: readonly string[]
): Result<ToldSupply, Rejection> {
  const header = from.at(act, 'pertinentInformation1', 'pertinentSupplyHeader');
  if (header === null) return fail(unprocessable('hl7:pertinentSupplyHeader root not found'));
  const named = from.at(header, 'pertinentInformation4', 'pertinentPrescriptionID');
  if (named === null) return fail(unprocessable('hl7:pertinentPrescriptionID root not found'));
  const told = from.at(header, 'pertinentInformation3', 'pertinentPrescriptionStatus');
  if (told === null) return fail(unprocessable('hl7:pertinentPrescriptionStatus root not found'));
  const prescriptionId = prescriptionIdIn(from, named, ...idRoots);
  if (prescriptionId === null)
    return fail(unprocessable('A single PrescriptionID must be provided'));
  const status = issueStatusOf(codeIn(from, told, OID.prescriptionStatus) ?? '');
  if (status === null) {
    return fail(unprocessable('pertinentPrescriptionStatus has invalid format'));
  }
  const items = from
    .all(header, 'pertinentInformation1')
    .map((one) => from.only(one, 'pertinentSuppliedLineItem'));
  if (items.length === 0)
    return fail(unprocessable('At least 1 SuppliedLineItem must be provided'));
  const issue = issueIn(from, from.at(header, 'repeatNumber', 'low'));
  return issue.ok ? ok({ header, prescriptionId, status, issue: issue.value, items }) : issue;
}

/** What came of each item, by the ids that the prescription has them under. */
export function suppliedItems(
  from: Reading,
  elements: readonly Element[],
): Result<Item[], Rejection> {
  const items: Item[] = [];
  for (const element of elements) {
    const text = orderedItemId(from, element);
    const id = parseUuid(text);
    if (id === null) return fail(unprocessable(`${text} is not a valid GUID format`));
    const told = from.at(element, 'pertinentInformation3', 'pertinentItemStatus');
    const status = itemStatusOf(codeIn(from, told, OID.itemStatus) ?? '');
    if (status === null) return fail({ kind: 'InvalidItemTransition' });
    items.push({ id, status });
  }
  return ok(items);
}

/** In how many issues the message says that each item is, where it says so: its own count, or the prescription's. */
export function itemIssues(
  from: Reading,
  { header, items }: ToldSupply,
): Readonly<Record<string, number>> {
  const whole = highOf(from, header);
  const told = items.flatMap((item) => {
    const id = parseUuid(orderedItemId(from, item));
    const high = highOf(from, item) ?? whole;
    return id === null || high === null ? [] : [[id, high] as const];
  });
  return Object.fromEntries(told);
}

function orderedItemId(from: Reading, item: Element): string {
  const id = from.only(item, 'inFulfillmentOf', 'priorOriginalItemRef', 'id');
  return from.attribute(id, 'root');
}

function highOf(from: Reading, element: Element): number | null {
  const high = from.at(element, 'repeatNumber', 'high');
  return high === null ? null : Number(from.attribute(high, 'value'));
}
