import { parseFhirJson } from '../../gateways/fhir/json.ts';
import type { Element } from '../../gateways/xml/element.ts';
import { spliced } from '../../gateways/xml/spliced.ts';
import { xmlText } from '../../gateways/xml/xml-text.ts';
import { assure } from '../../kernel/bug.ts';
import { dispenseNotification } from '../fhir/convert/dispense.ts';
import { asMessage } from '../fhir/r4.ts';
import { Translation } from '../fhir/translation.ts';
import { undeclared } from '../hl7v3/content.ts';
import { Reading } from '../hl7v3/reading.ts';
import { hl7Time } from '../hl7v3/time.ts';
import { INTERACTIONS } from '../interactions.ts';
import { isXml, type KeptHl7, readKeptHl7 } from '../kept-hl7.ts';
import { actOf, readKeptOrder } from '../kept-order.ts';
import type { KeptMessage } from './repository.ts';

const NOTIFICATION = 'DispenseNotification';
const HL7 = 'urn:hl7-org:v3';

/** Whether it is a prescription, or what was told of its dispensing. */
export function isDocument({ interaction }: KeptMessage): boolean {
  return interaction === INTERACTIONS.create || interaction === INTERACTIONS.dispense;
}

/** A document in HL7 V3, whichever form it came in: to the byte as it came, if it came so. */
export function keptDocument(message: KeptMessage): string {
  const { interaction, body, receivedAt } = message;
  if (interaction === INTERACTIONS.create) {
    const order = readKeptOrder(body);
    return order.form === 'hl7v3' ? asReceived(order) : written(actOf(order, receivedAt));
  }
  return isXml(body)
    ? asReceived(readKeptHl7(body, NOTIFICATION))
    : written(notificationOf(message));
}

function asReceived({ source, path }: KeptHl7): string {
  return spliced(source, path, new Map(), '');
}

function written({ name, attributes, children }: Element): string {
  return xmlText({ name, attributes: { xmlns: HL7, ...attributes }, children });
}

/** Each notification that a message told: one, or a whole history. */
export function keptNotifications(message: KeptMessage): Element[] {
  const { interaction, body } = message;
  if (interaction === INTERACTIONS.dispense) {
    return [isXml(body) ? actIn(body, NOTIFICATION) : notificationOf(message)];
  }
  if (interaction !== INTERACTIONS.rebuild) return [];
  const from = new Reading();
  const history = actIn(body, 'RebuildDispenseHistory');
  return from.all(history, 'component').map((one) => from.only(one, NOTIFICATION));
}

function actIn(body: Buffer, name: string): Element {
  return undeclared(readKeptHl7(body, name).path[3]);
}

function notificationOf({ body, receivedAt }: KeptMessage): Element {
  const read = parseFhirJson(body);
  assure(read.ok, 'a kept message is no longer JSON');
  const bundle = asMessage(read.value);
  assure(bundle?.resourceType === 'Bundle', 'a kept notification is no Bundle');
  return dispenseNotification(new Translation(), bundle, hl7Time(receivedAt));
}
