import {
  codedValue,
  guidElement,
  observation,
  pertinent,
  prescriptionIdValue,
  referenceTo,
  seperatable,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import type { Agent } from '../../hl7v3/order-document.ts';
import { agentPerson, recordTarget } from '../../hl7v3/people.ts';
import { type Element, element, textElement } from '../../../gateways/xml/element.ts';
import type { CancelDocument } from '../../hl7v3/cancel-document.ts';

/** A cancel request, PORX_IN030101SM32 [EPS-HL7-MAP 4]. */
export function cancellationRequest(request: CancelDocument, now: string): Element {
  const { messageId, patient, author, responsible, reason } = request;
  return element(
    'CancellationRequest',
    { classCode: 'INFO', moodCode: 'EVN' },
    guidElement(messageId),
    valueElement('effectiveTime', now),
    recordTarget(patient),
    element('author', { typeCode: 'AUT' }, agentPerson(unlicensed(author))),
    element('responsibleParty', { typeCode: 'RESP' }, agentPerson(unlicensed(responsible))),
    pertinent(
      'pertinentInformation2',
      observation('pertinentPrescriptionID', 'PID', prescriptionIdValue(request.shortFormId)),
    ),
    request.item === null
      ? null
      : referred('pertinentInformation1', { inversionInd: 'false', negationInd: 'false' }, [
          'pertinentLineItemRef',
          request.item,
        ]),
    pertinent(
      'pertinentInformation',
      observation(
        'pertinentCancellationReason',
        'CR',
        textElement('text', reason.display ?? ''),
        codedValue(reason.code, OID.cancelReason),
      ),
    ),
    referred('pertinentInformation3', { contextConductionInd: 'false' }, [
      'pertinentOriginalPrescriptionRef',
      request.longFormId,
    ]),
  );
}

function unlicensed(agent: Agent): Agent {
  return { ...agent, organisation: { ...agent.organisation, licence: null } };
}

function referred(
  name: string,
  attributes: Element['attributes'],
  [what, id]: readonly [string, string],
): Element {
  return element(
    name,
    { ...attributes, typeCode: 'PERT' },
    seperatable(true),
    referenceTo(what, { classCode: 'SBADM', moodCode: 'RQO' }, id),
  );
}
