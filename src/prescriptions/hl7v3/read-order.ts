import type { Result } from '../../kernel/result.ts';
import { OID } from './oids.ts';
import type { Coded, LineItem, OrderDocument, Repeats } from './order-document.ts';
import { odsOf, readAgent, readPatient } from './read-people.ts';
import { Reading } from './reading.ts';
import type { Element } from '../../gateways/xml/element.ts';

/** A ParentPrescription as the order that it is; the text says what is missing or there twice [EPS-HL7-MAP 3]. */
export function readOrder(root: Element): Result<OrderDocument, string> {
  const from = new Reading();
  return from.whole(orderIn(from, root));
}

/** What is missing is empty there, and its fault is noted. */
export function orderIn(from: Reading, root: Element): OrderDocument {
  const prescription = from.only(root, 'pertinentInformation1', 'pertinentPrescription');
  const author = from.only(prescription, 'author');
  const signature = from.at(author, 'signatureText', 'Signature');
  const performer = from.maybe(prescription, 'performer');
  const review = from.maybe(prescription, 'pertinentInformation7');
  return {
    messageId: from.attribute(from.only(root, 'id'), 'root'),
    effectiveTime: valueOf(from, root, 'effectiveTime'),
    ...readIds(from, prescription),
    patient: readPatient(from, from.only(root, 'recordTarget')),
    repeats: readRepeats(from, prescription),
    performer:
      performer === null
        ? null
        : odsOf(from, from.only(performer, 'AgentOrgSDS', 'agentOrganizationSDS')),
    author: {
      time: valueOf(from, author, 'time'),
      signature,
      agent: readAgent(from, from.only(author, 'AgentPerson')),
    },
    responsible: readAgent(from, from.only(prescription, 'responsibleParty', 'AgentPerson')),
    daysSupply: readDaysSupply(from, prescription),
    reviewDate: review === null ? null : valueOf(from, review, 'pertinentReviewDate', 'value'),
    treatment: codeOf(from, prescription, ...TREATMENT),
    site: codeOf(from, prescription, ...SITE),
    type: codeOf(from, prescription, ...TYPE),
    items: from
      .all(prescription, 'pertinentInformation2')
      .map((one) => readItem(from, from.only(one, 'pertinentLineItem'))),
  };
}

const TREATMENT = ['pertinentInformation5', 'pertinentPrescriptionTreatmentType'] as const;
const SITE = ['pertinentInformation1', 'pertinentDispensingSitePreference'] as const;
const TYPE = ['pertinentInformation4', 'pertinentPrescriptionType'] as const;

/** Two ids: the short form has its system, the long form is a GUID alone. */
function readIds(from: Reading, prescription: Element) {
  const isShort = ({ attributes }: Element): boolean => attributes['root'] === OID.shortForm;
  const ids = from.all(prescription, 'id');
  const idOf = (found: Element[]): Element => from.only({ ...prescription, children: found }, 'id');
  return {
    longFormId: from.attribute(idOf(ids.filter((id) => !isShort(id))), 'root'),
    shortFormId: from.attribute(idOf(ids.filter(isShort)), 'extension'),
  };
}

function valueOf(from: Reading, element: Element, ...path: readonly string[]): string {
  return from.attribute(from.only(element, ...path), 'value');
}

function valueIfAny(from: Reading, element: Element, name: string): string | null {
  const found = from.maybe(element, name);
  return found === null ? null : from.attribute(found, 'value');
}

/** The code of an observation's value. */
function codeOf(from: Reading, element: Element, ...path: readonly string[]): string {
  return from.attribute(from.only(element, ...path, 'value'), 'code');
}

function readRepeats(from: Reading, element: Element): Repeats | null {
  const repeats = from.maybe(element, 'repeatNumber');
  if (repeats === null) return null;
  return { low: valueIfAny(from, repeats, 'low'), high: valueIfAny(from, repeats, 'high') };
}

function readDaysSupply(from: Reading, prescription: Element): OrderDocument['daysSupply'] {
  const component = from.maybe(prescription, 'component1');
  if (component === null) return null;
  const supply = from.only(component, 'daysSupply');
  const window = from.maybe(supply, 'effectiveTime');
  const use = from.maybe(supply, 'expectedUseTime');
  return {
    low: window === null ? null : valueIfAny(from, window, 'low'),
    high: window === null ? null : valueIfAny(from, window, 'high'),
    days: use === null ? null : valueOf(from, use, 'width'),
  };
}

function readItem(from: Reading, item: Element): LineItem {
  const quantity = from.only(item, 'component', 'lineItemQuantity', 'quantity');
  const instructions = from.maybe(item, 'pertinentInformation1');
  const product = ['product', 'manufacturedProduct', 'manufacturedRequestedMaterial', 'code'];
  const dosage = ['pertinentInformation2', 'pertinentDosageInstructions', 'value'];
  return {
    id: from.attribute(from.only(item, 'id'), 'root'),
    repeats: readRepeats(from, item),
    product: readCoded(from, from.only(item, ...product)),
    quantity: {
      value: from.attribute(quantity, 'value'),
      unit: readCoded(from, from.only(quantity, 'translation')),
    },
    instructions:
      instructions === null
        ? ''
        : from.text(from.only(instructions, 'pertinentAdditionalInstructions', 'value')),
    endorsements: from
      .all(item, 'pertinentInformation3')
      .map((one) => codeOf(from, one, 'pertinentPrescriberEndorsement')),
    dosage: from.text(from.only(item, ...dosage)),
  };
}

function readCoded(from: Reading, coded: Element): Coded {
  return {
    code: from.attribute(coded, 'code'),
    display: coded.attributes['displayName'] ?? null,
  };
}
