import { canonicalXml } from '../../hl7v3/canonical.ts';
import {
  administration,
  codedValue,
  dispensingCode,
  guidElement,
  idElement,
  messageType,
  noTime,
  observation,
  pertinent,
  repeatsElement,
  seperatable,
  snomedElement,
  template,
  valueElement,
  valueIfAny,
} from '../../hl7v3/data-types.ts';
import { undeclared } from '../../hl7v3/content.ts';
import { careRecord } from '../../hl7v3/care-record.ts';
import { pertinentLineItem } from '../../hl7v3/line-item.ts';
import { OID } from '../../hl7v3/oids.ts';
import type { OrderDocument } from '../../hl7v3/order-document.ts';
import { agentPerson, odsId, ORGANISATION, recordTarget } from '../../hl7v3/people.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { type Element, element } from '../../../gateways/xml/element.ts';

const NAMESPACE = 'urn:hl7-org:v3';

/** The string that is hashed: time and id, prescriber, patient, and each item, in canonical form [EPS-SIGNATURE 2]. */
export function signedFragments({ author, longFormId, patient, items }: OrderDocument): string {
  return fragmentsText([
    [valueElement('time', author.time), guidElement(longFormId)],
    [agentPerson(author.agent)],
    [recordTarget(patient)],
    ...items.map((item) => [unchanging(pertinentLineItem(item))]),
  ]);
}

/** The same of a prescription as it was received: of its own elements, so that nothing is lost in between [EPS-HL7V3 9]. */
export function fragmentsOf(received: Element): string {
  const from = new Reading();
  const content = from.only(received, 'pertinentInformation1', 'pertinentPrescription');
  const author = from.only(content, 'author');
  const [longFormId] = from.all(content, 'id');
  const items = from
    .all(content, 'pertinentInformation2')
    .map((one) => from.only(one, 'pertinentLineItem'));
  const fragments = [
    [from.only(author, 'time'), ...(longFormId === undefined ? [] : [longFormId])],
    [from.only(author, 'AgentPerson')],
    [from.only(received, 'recordTarget')],
    ...items.map((item) => [unchanging(item)]),
  ];
  return fragmentsText(fragments.map((parts) => parts.map(undeclared)));
}

function fragmentsText(fragments: readonly (readonly Element[])[]): string {
  const texts = fragments.map((parts) =>
    parts.map((part) => canonicalXml(part, NAMESPACE)).join(''),
  );
  return `<FragmentsToBeHashed>${texts.map((text) => `<Fragment>${text}</Fragment>`).join('')}</FragmentsToBeHashed>`;
}

/** Which issue it is, and how the item stands, changes while the prescription lives: neither is signed [EPS-SIGNATURE 2.4, EPS-HL7V3 9]. */
function unchanging(item: Element): Element {
  if (typeof item.children === 'string') return item;
  const kept = item.children.filter(({ name }) => name !== ITEM_STATUS);
  const children = kept.map((child) =>
    child.name === 'repeatNumber' && typeof child.children !== 'string'
      ? { ...child, children: child.children.filter(({ name }) => name !== 'low') }
      : child,
  );
  return { ...item, children };
}

const ITEM_STATUS = 'pertinentInformation4';

/** A prescription order, PORX_IN020101SM31 [EPS-HL7-MAP 3]. */
export function parentPrescription(order: OrderDocument): Element {
  const { messageId, effectiveTime, patient } = order;
  return element(
    'ParentPrescription',
    { classCode: 'INFO', moodCode: 'EVN' },
    guidElement(messageId),
    snomedElement('code', RECORD),
    valueElement('effectiveTime', effectiveTime),
    messageType('PORX_MT132004UK31'),
    recordTarget(patient),
    element(
      'pertinentInformation1',
      { contextConductionInd: 'true', typeCode: 'PERT' },
      template('CSAB_RM-NPfITUK10.pertinentInformation'),
      pertinentPrescription(order),
    ),
    careRecord(
      order.items.map(({ id }) => id),
      'RQO',
    ),
  );
}

const RECORD = {
  code: '163501000000109',
  display: 'Prescription - FocusActOrEvent (record artifact)',
};

function pertinentPrescription(order: OrderDocument): Element {
  const { longFormId, shortFormId, repeats, performer, author, responsible } = order;
  const signature = author.signature;
  return element(
    'pertinentPrescription',
    { classCode: 'SBADM', moodCode: 'RQO' },
    guidElement(longFormId),
    idElement({ root: OID.shortForm, extension: shortFormId }),
    administration(),
    noTime(),
    repeatsElement(repeats),
    performer === null ? null : performerElement(performer),
    element(
      'author',
      { contextControlCode: 'OP', typeCode: 'AUT' },
      valueElement('time', author.time),
      signature === null
        ? element('signatureText', { nullFlavor: 'NA' })
        : element('signatureText', {}, signature),
      agentPerson(author.agent),
    ),
    element(
      'responsibleParty',
      { contextControlCode: 'OP', typeCode: 'RESP' },
      agentPerson(responsible),
    ),
    ...prescriptionParts(order),
  );
}

function performerElement(ods: string): Element {
  return element(
    'performer',
    { contextControlCode: 'OP', typeCode: 'PRF' },
    element(
      'AgentOrgSDS',
      { classCode: 'AGNT' },
      element('agentOrganizationSDS', ORGANISATION, odsId(ods)),
    ),
  );
}

function prescriptionParts(order: OrderDocument): (Element | null)[] {
  const { reviewDate, treatment, site, type, items } = order;
  return [
    daysSupply(order),
    reviewDate === null
      ? null
      : pertinent(
          'pertinentInformation7',
          observation('pertinentReviewDate', 'RD', valueElement('value', reviewDate)),
        ),
    pertinent(
      'pertinentInformation5',
      observation(
        'pertinentPrescriptionTreatmentType',
        'PTT',
        codedValue(treatment, OID.treatment),
      ),
    ),
    pertinent(
      'pertinentInformation1',
      observation('pertinentDispensingSitePreference', 'DSP', codedValue(site, OID.site)),
      true,
    ),
    ...items.map((item) => itemOf(pertinentLineItem(item))),
    pertinent(
      'pertinentInformation8',
      observation('pertinentTokenIssued', 'TI', valueElement('value', 'false')),
    ),
    pertinent(
      'pertinentInformation4',
      observation('pertinentPrescriptionType', 'PT', codedValue(type, OID.prescriptionType)),
    ),
  ];
}

function daysSupply({ daysSupply: supply }: OrderDocument): Element | null {
  if (supply === null) return null;
  const { low, high, days } = supply;
  return element(
    'component1',
    { typeCode: 'COMP' },
    seperatable(true),
    element(
      'daysSupply',
      { classCode: 'SPLY', moodCode: 'RQO' },
      dispensingCode(),
      element('effectiveTime', {}, valueIfAny('low', low), valueIfAny('high', high)),
      days === null
        ? null
        : element('expectedUseTime', {}, element('width', { unit: 'd', value: days })),
    ),
  );
}

function itemOf(lineItem: Element): Element {
  return element(
    'pertinentInformation2',
    {
      contextConductionInd: 'true',
      inversionInd: 'false',
      negationInd: 'false',
      typeCode: 'PERT',
    },
    seperatable(true),
    template('CSAB_RM-NPfITUK10.sourceOf2'),
    lineItem,
  );
}
