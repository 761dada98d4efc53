import { type Element, element } from '../../gateways/xml/element.ts';
import { OID } from '../hl7v3/oids.ts';
import { codeIn } from '../hl7v3/read-values.ts';
import { Reading } from '../hl7v3/reading.ts';
import { hl7Time } from '../hl7v3/time.ts';
import type { Notification } from '../prescription.ts';
import { ISSUE_STATUSES } from '../statuses.ts';
import { fact } from './eps-fact.ts';
import type { Step, Viewed } from './history.ts';
import { keptNotifications } from './kept-act.ts';
import { messageKey } from './message-key.ts';
import type { KeptMessage } from './repository.ts';

/** What pharmacies told of an issue, the first message first; also what was amended or withdrawn since [EPS-HL7V3 10.2]. */
export function dispenseNotifications(viewed: Viewed): Element[] {
  const { record, document, steps } = viewed;
  const order = document.items.map(({ id }) => id.toUpperCase());
  return steps.flatMap((step) => {
    const message = record.messages.find(
      ({ messageId, interaction }) =>
        messageId === step.messageId && interaction === step.by.interaction,
    );
    if (message === undefined) return [];
    const acts = keptNotifications(message);
    return toldBy(step).flatMap((told) => {
      const act = acts.find((one) => idOf(one) === told.id.toUpperCase());
      return act === undefined ? [] : [notificationOf({ act, told, step, message, order })];
    });
  });
}

function toldBy({ event }: Step): readonly Notification[] {
  if (event.kind === 'DispenseNotified') return [event.notification];
  return event.kind === 'DispenseHistoryRebuilt' ? event.notifications : [];
}

function idOf(act: Element): string {
  const from = new Reading();
  return from.attribute(from.only(act, 'id'), 'root').toUpperCase();
}

type Told = {
  readonly act: Element;
  readonly told: Notification;
  readonly step: Step;
  readonly message: KeptMessage;
  /** Ids of the prescription's items, in their order. */
  readonly order: readonly string[];
};

function notificationOf({ act, told, step, message, order }: Told): Element {
  const from = new Reading();
  const header = from.only(act, 'pertinentInformation1', 'pertinentSupplyHeader');
  const items = from
    .all(header, 'pertinentInformation1')
    .map((one) => suppliedItem(from, from.only(one, 'pertinentSuppliedLineItem')));
  const before = step.before === null ? null : ISSUE_STATUSES[step.before.status].code;
  return element(
    'dispenseNotification',
    {},
    fact('dispenseNotificationID', told.id.toUpperCase()),
    fact('dispNotifDocumentKey', messageKey(message)),
    fact('dispNotifFromStatus', before),
    fact('dispNotifToStatus', ISSUE_STATUSES[told.status].code),
    fact('dispenseNotifDateTime', hl7Time(told.dispensedAt)),
    items.flatMap((item) => itemFacts(item, order.indexOf(item.orderedId) + 1)),
    fact('statusPrescription', ISSUE_STATUSES[told.status].code),
    fact('nonDispensingReasonPrescription', reasonIn(from, header)),
  );
}

type Supply = {
  readonly product: string;
  readonly quantity: string;
  readonly narrative: string;
  readonly dosage: string;
};

type SuppliedItem = {
  readonly orderedId: string;
  readonly supplies: readonly Supply[];
  readonly status: string;
  readonly reason: string | null;
};

function suppliedItem(from: Reading, item: Element): SuppliedItem {
  const ordered = from.only(item, 'inFulfillmentOf', 'priorOriginalItemRef', 'id');
  const status = from.at(item, 'pertinentInformation3', 'pertinentItemStatus');
  return {
    orderedId: from.attribute(ordered, 'root').toUpperCase(),
    supplies: from
      .all(item, 'component')
      .map((one) => supplyOf(from, from.only(one, 'suppliedLineItemQuantity'))),
    status: codeIn(from, status, OID.itemStatus) ?? '',
    reason: reasonIn(from, item),
  };
}

function supplyOf(from: Reading, supplied: Element): Supply {
  const quantity = from.only(supplied, 'quantity');
  const [instructions] = from.all(supplied, 'pertinentInformation1');
  const text =
    instructions === undefined
      ? null
      : from.only(instructions, 'pertinentSupplyInstructions', 'value');
  return {
    product: displayOf(from.only(supplied, ...PRODUCT)),
    quantity: from.attribute(quantity, 'value'),
    narrative: displayOf(from.only(quantity, 'translation')),
    dosage: text === null ? '' : from.text(text),
  };
}

const PRODUCT = [
  'product',
  'suppliedManufacturedProduct',
  'manufacturedSuppliedMaterial',
  'code',
] as const;

function displayOf({ attributes }: Element): string {
  return attributes['displayName'] ?? attributes['code'] ?? '';
}

function reasonIn(from: Reading, element: Element): string | null {
  const told = from.at(element, 'pertinentInformation2', 'pertinentNonDispensingReason');
  return codeIn(from, told, OID.nonDispensingReason);
}

/** Several products for one item are told in a list besides [EPS-HL7V3 10.2]. */
function itemFacts({ supplies, status, reason }: SuppliedItem, number: number): Element[] {
  const [first] = supplies;
  return [
    fact(`productLineItem${number}`, first?.product ?? null),
    fact(`quantityLineItem${number}`, first?.quantity ?? null),
    fact(`narrativeLineItem${number}`, first?.narrative ?? null),
    fact(`dosageLineItem${number}`, first?.dosage ?? null),
    fact(`componentsLineItem${number}`, JSON.stringify(supplies)),
    fact(`statusLineItem${number}`, status),
    fact(`nonDispensingReasonLineItem${number}`, reason),
  ];
}
