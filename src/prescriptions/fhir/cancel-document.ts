import type { Bundle } from 'fhir/r4';

import { present } from '../../kernel/bug.ts';
import type { CancelDocument } from '../hl7v3/cancel-document.ts';
import { agentOf, byUser, requesterOf } from './agents.ts';
import { idText } from './hl7-values.ts';
import { onlyCoding, onlyExtension, onlyIdentifier } from './only.ts';
import { patientDetails } from './patient-details.ts';
import { extension, resourcesOf } from './r4.ts';
import { CODE, EXTENSION, ID } from './systems.ts';
import type { Translation } from './translation.ts';

/** Of a request whose rules are kept [EPS-HL7-MAP 4]. */
export function cancelDocument(to: Translation, bundle: Bundle): CancelDocument {
  const request = present(resourcesOf(bundle, 'MedicationRequest')[0], 'item of a cancel request');
  const { groupIdentifier: group, identifier, requester, statusReason } = request;
  const responsible = extension(request, EXTENSION.responsiblePractitioner)?.valueReference;
  const longForm = to.take(onlyExtension(group?.extension, EXTENSION.longFormId, LONG_FORM), null);
  const reasons = statusReason === undefined ? undefined : [statusReason];
  const reason = to.take(onlyCoding(reasons, CODE.cancelReason, REASON), null);
  const item = to.take(onlyIdentifier(identifier, ID.item, 'MedicationRequest.identifier'), '');
  return {
    messageId: idText(bundle.identifier?.value ?? ''),
    patient: patientDetails(to, bundle),
    author: requesterOf(to, bundle, requester, byUser),
    responsible: agentOf(to, bundle, responsible ?? requester, byUser),
    shortFormId: group?.value ?? '',
    longFormId: idText(longForm?.valueIdentifier?.value ?? ''),
    item: idText(item),
    reason: { code: reason?.code ?? '', display: reason?.display ?? null },
  };
}

const LONG_FORM = 'MedicationRequest.groupIdentifier.extension';
const REASON = 'MedicationRequest.statusReason.coding';
