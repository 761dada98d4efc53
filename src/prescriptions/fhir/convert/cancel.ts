import type { Bundle } from 'fhir/r4';

import { present } from '../../../kernel/bug.ts';
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
import { agentOf, byUser } from '../agents.ts';
import { idText } from '../hl7-values.ts';
import { onlyCoding, onlyExtension, onlyIdentifier } from '../only.ts';
import { patientDetails } from '../patient-details.ts';
import { extension, resourcesOf } from '../r4.ts';
import { CODE, EXTENSION, ID } from '../systems.ts';
import type { Translation } from '../translation.ts';

/** A cancel request, PORX_IN030101SM32 [EPS-HL7-MAP 4]. */
export function cancellationRequest(to: Translation, bundle: Bundle, now: string): Element {
  const request = present(resourcesOf(bundle, 'MedicationRequest')[0], 'item of a cancel request');
  const { groupIdentifier: group, identifier, requester, statusReason } = request;
  const responsible = extension(request, EXTENSION.responsiblePractitioner)?.valueReference;
  const longForm = to.take(onlyExtension(group?.extension, EXTENSION.longFormId, LONG_FORM), null);
  const reasons = statusReason === undefined ? undefined : [statusReason];
  const reason = to.take(onlyCoding(reasons, CODE.cancelReason, REASON), null);
  const item = to.take(onlyIdentifier(identifier, ID.item, 'MedicationRequest.identifier'), '');
  return element(
    'CancellationRequest',
    { classCode: 'INFO', moodCode: 'EVN' },
    guidElement(idText(bundle.identifier?.value ?? '')),
    valueElement('effectiveTime', now),
    recordTarget(patientDetails(to, bundle)),
    element(
      'author',
      { typeCode: 'AUT' },
      agentPerson(unlicensed(agentOf(to, bundle, requester, byUser))),
    ),
    element(
      'responsibleParty',
      { typeCode: 'RESP' },
      agentPerson(unlicensed(agentOf(to, bundle, responsible ?? requester, byUser))),
    ),
    pertinent(
      'pertinentInformation2',
      observation('pertinentPrescriptionID', 'PID', prescriptionIdValue(group?.value ?? '')),
    ),
    referred('pertinentInformation1', { inversionInd: 'false', negationInd: 'false' }, [
      'pertinentLineItemRef',
      item,
    ]),
    pertinent(
      'pertinentInformation',
      observation(
        'pertinentCancellationReason',
        'CR',
        textElement('text', reason?.display ?? ''),
        codedValue(reason?.code ?? '', OID.cancelReason),
      ),
    ),
    referred('pertinentInformation3', { contextConductionInd: 'false' }, [
      'pertinentOriginalPrescriptionRef',
      longForm?.valueIdentifier?.value ?? '',
    ]),
  );
}

const LONG_FORM = 'MedicationRequest.groupIdentifier.extension';
const REASON = 'MedicationRequest.statusReason.coding';

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
    referenceTo(what, { classCode: 'SBADM', moodCode: 'RQO' }, idText(id)),
  );
}
