import type { Bundle } from 'fhir/r4';

import { parseFhirJson } from '../gateways/fhir/json.ts';
import type { Element } from '../gateways/xml/element.ts';
import { assure } from '../kernel/bug.ts';
import type { Instant } from '../kernel/instant.ts';
import { orderBundle } from './fhir/order-bundle.ts';
import { orderDocument } from './fhir/order-document.ts';
import { asMessage } from './fhir/r4.ts';
import { undeclared } from './hl7v3/content.ts';
import type { OrderDocument } from './hl7v3/order-document.ts';
import { readOrder } from './hl7v3/read-order.ts';
import { isXml, type KeptHl7, ORDER, readKeptHl7 } from './kept-hl7.ts';
import { parentPrescription } from './messages/create/hl7v3.ts';

/** A prescription order as it is kept: the bytes that were received, read again in the form that they are in. */
export type KeptOrder =
  | { readonly form: 'fhir'; readonly bundle: Bundle }
  | ({ readonly form: 'hl7v3' } & KeptHl7);

/**
 * The bytes say themselves which form they are in: XML begins with a bracket and JSON does not (ADR 19). Whoever looks
 * at little of HL7 V3 says inside of which elements nothing needs to be read.
 */
export function readKeptOrder(body: Buffer, passedOver?: ReadonlySet<string>): KeptOrder {
  return isXml(body) ? { form: 'hl7v3', ...readKeptHl7(body, ORDER, passedOver) } : readFhir(body);
}

function readFhir(body: Buffer): KeptOrder {
  const read = parseFhirJson(body);
  assure(read.ok, 'a kept document is no longer JSON');
  const bundle = asMessage(read.value);
  assure(bundle?.resourceType === 'Bundle', 'a kept document is no Bundle');
  return { form: 'fhir', bundle };
}

/** The order as FHIR has it. */
export function bundleOf(order: KeptOrder): Bundle {
  return order.form === 'fhir' ? order.bundle : orderBundle(readAct(order.path[3]));
}

/** The order as HL7 V3 has it; `signedAt` is when one without a signature was written. */
export function actOf(order: KeptOrder, signedAt: Instant): Element {
  return order.form === 'hl7v3' ? order.path[3] : parentPrescription(documentOf(order, signedAt));
}

export function documentOf(order: KeptOrder, signedAt: Instant): OrderDocument {
  if (order.form === 'hl7v3') return readAct(order.path[3]);
  const document = orderDocument(order.bundle, signedAt);
  assure(document.ok, 'a kept order can no longer be carried over');
  return document.value;
}

function readAct(act: Element): OrderDocument {
  const document = readOrder(undeclared(act));
  assure(document.ok, 'a kept order can no longer be read');
  return document.value;
}
