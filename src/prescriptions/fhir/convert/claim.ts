import type { Claim, ClaimItem, ClaimItemDetail, CodeableConcept, Extension } from 'fhir/r4';

import {
  codedValue,
  codeElement,
  guidElement,
  messageType,
  observation,
  pertinent,
  seperatable,
  snomedElement,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import type { Repeats } from '../../hl7v3/order-document.ts';
import { odsId, ORGANISATION, organisationType } from '../../hl7v3/people.ts';
import { type Element, element, textElement } from '../../../gateways/xml/element.ts';
import { readProvider } from '../../messages/claim/fhir.ts';
import { idText, timeOf } from '../hl7-values.ts';
import { onlyIdentifier } from '../only.ts';
import { codingOf, extension } from '../r4.ts';
import { onlyOne } from '../rules.ts';
import { repeatCount } from '../repeat-count.ts';
import { CODE, EXTENSION, ID } from '../systems.ts';
import type { Translation } from '../translation.ts';
import { replacementOf } from './dispense.ts';
import { dispenserElement } from './dispenser.ts';
import {
  sequelTo,
  SUPPLY_CODE,
  suppliedLineItem,
  suppliedQuantity,
  supplyHeader,
} from './supply.ts';

/** A claim, or its amendment, PORX_IN090101SM31 [EPS-HL7-MAP 7]. */
export function dispenseClaim(to: Translation, claim: Claim): Element {
  const messageId = idText(
    to.take(onlyIdentifier(claim.identifier, ID.message, 'Claim.identifier'), ''),
  );
  const created = timeOf(to, claim.created, 'Claim.created');
  const replaced = extension(claim, EXTENSION.replacementOf)?.valueIdentifier?.value;
  const item = to.take(onlyOne(claim.item, 'Claim.item'), NO_ITEM);
  return element(
    'DispenseClaim',
    { classCode: 'INFO', moodCode: 'EVN' },
    guidElement(messageId),
    snomedElement('code', SUPPLY_CODE),
    valueElement('effectiveTime', created),
    messageType('PORX_MT142001UK31'),
    recipient(claim),
    headerOf(to, { claim, item, messageId, created }),
    replaced === undefined ? null : replacementOf(replaced),
    coverage(item),
    sequelTo(ANY_RELEASE),
  );
}

const NO_ITEM: ClaimItem = { sequence: 1, productOrService: {} };
const ANY_RELEASE = 'FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF'; // a claim does not know its release

function recipient(claim: Claim): Element {
  const payer = claim.insurance[0]?.coverage;
  return element(
    'primaryInformationRecipient',
    { typeCode: 'PRCP' },
    element(
      'AgentOrg',
      { classCode: 'AGNT' },
      element(
        'agentOrganization',
        ORGANISATION,
        odsId(payer?.identifier?.value ?? ''),
        organisationType(),
        payer?.display === undefined ? null : textElement('name', payer.display),
      ),
    ),
  );
}

type Claimed = {
  readonly claim: Claim;
  readonly item: ClaimItem;
  readonly messageId: string;
  readonly created: string;
};

function headerOf(to: Translation, { claim, item, messageId, created }: Claimed): Element {
  const group = extension(claim.prescription, EXTENSION.groupIdentifier) ?? undefined;
  const details = item.detail ?? [];
  const own = repeatsOf(item);
  const by = element(
    'legalAuthenticator',
    { contextControlCode: 'OP', typeCode: 'LA' },
    valueElement('time', created),
    element('signatureText', { nullFlavor: 'NA' }),
    dispenserElement(to.take(readProvider(claim), null)),
  );
  return supplyHeader(
    {
      messageId,
      // Older clients told both numbers one place further down [EPS-HL7-MAP 7].
      repeats: own ?? repeatsOf(details[0]),
      by,
      reason: extension(item, EXTENSION.businessStatusReason)?.valueCoding ?? null,
      status: extension(item, EXTENSION.businessStatus)?.valueCoding ?? null,
      items: details.map((detail) =>
        itemOf(detail, own === null ? repeatsOf(detail.subDetail?.[0]) : repeatsOf(detail)),
      ),
      shortFormId: extension(group, 'shortForm')?.valueIdentifier?.value ?? '',
      longFormId: idText(extension(group, 'UUID')?.valueIdentifier?.value ?? ''),
    },
    'status first',
  );
}

function repeatsOf(part: { extension?: Extension[] | undefined } | undefined): Repeats | null {
  const information = extension(part, EXTENSION.epsRepeatInformation);
  const allowed = repeatCount(information, 'numberOfRepeatsAllowed');
  const issued = repeatCount(information, 'numberOfRepeatsIssued');
  return allowed === null || issued === null
    ? null
    : { low: String(issued), high: String(allowed) };
}

function itemOf(detail: ClaimItemDetail, repeats: Repeats | null): Element {
  const sequence = extension(detail, EXTENSION.claimSequence)?.valueIdentifier?.value;
  const request = extension(detail, EXTENSION.claimRequest)?.valueReference?.identifier?.value;
  const codings = detail.modifier?.flatMap(({ coding }) => coding ?? []) ?? [];
  return suppliedLineItem({
    id: idText(sequence ?? ''),
    repeats,
    consumable: null,
    components: (detail.subDetail ?? []).map((supplied) =>
      suppliedQuantity(
        supplied.quantity,
        codingOf(supplied.productOrService, CODE.snomed),
        'KIND',
        chargePayment(detail),
        ...endorsements(detail),
      ),
    ),
    request: null,
    reason: extension(detail, EXTENSION.businessStatusReason)?.valueCoding ?? null,
    status: codings.find(({ system }) => system === CODE.itemStatus) ?? null,
    orderedItemId: idText(request ?? ''),
  });
}

function chargePayment(detail: ClaimItemDetail): Element {
  const isPaid = conceptOf(detail.programCode, CODE.charge)?.coding.code !== 'not-paid';
  return pertinent(
    'pertinentInformation1',
    observation('pertinentChargePayment', 'CP', valueElement('value', String(isPaid))),
  );
}

function endorsements(detail: ClaimItemDetail): Element[] {
  return (detail.programCode ?? []).flatMap((concept) => {
    const coding = codingOf(concept, CODE.endorsement);
    if (coding === null) return [];
    const value = codedValue(coding.code ?? '', OID.dispensingEndorsement);
    const words = concept.text === undefined ? [] : [textElement('text', concept.text)];
    const told = observation('pertinentDispensingEndorsement', 'DE', ...words, value);
    return [pertinent('pertinentInformation2', told, true)];
  });
}

const PAID = '0001'; // patient has paid appropriate charges: the only one that is no exemption

function coverage(item: ClaimItem): Element | null {
  const exemption = conceptOf(item.programCode, CODE.exemption)?.coding.code;
  if (exemption === undefined) return null;
  const evidence = conceptOf(item.programCode, CODE.evidence)?.coding.code;
  const covering = element(
    'coveringChargeExempt',
    { classCode: 'OBS', moodCode: 'EVN', negationInd: String(exemption === PAID) },
    codeElement('EX', OID.part),
    codedValue(exemption, OID.chargeExemption),
    evidence === undefined ? null : authorization(evidence),
  );
  return element(
    'coverage',
    { contextConductionInd: 'true', typeCode: 'COVBY' },
    seperatable(false),
    covering,
  );
}

function authorization(evidence: string): Element {
  const negationInd = String(evidence !== 'evidence-seen');
  return element(
    'authorization',
    { contextConductionInd: 'true', typeCode: 'AUTH' },
    seperatable(false),
    element(
      'authorizingEvidenceSeen',
      { classCode: 'OBS', moodCode: 'EVN', negationInd },
      codeElement('ES', OID.part),
    ),
  );
}

function conceptOf(concepts: readonly CodeableConcept[] | undefined, system: string) {
  for (const concept of concepts ?? []) {
    const coding = codingOf(concept, system);
    if (coding !== null) return { concept, coding };
  }
  return null;
}
