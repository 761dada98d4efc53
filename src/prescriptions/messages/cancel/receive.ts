import { present } from '../../../kernel/bug.ts';
import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid } from '../../../kernel/uuid.ts';
import type { CancelDocument } from '../../hl7v3/cancel-document.ts';
import { parseNhsNumber } from '../../../kernel/nhs-number.ts';
import { parseOdsCode } from '../../ods-code.ts';
import { type PrescriptionId, prescriptionKey } from '../../prescription-id.ts';
import {
  messageIdFault,
  nhsNumberFault,
  noGuid,
  organisationFault,
  patientFault,
} from '../create/spine-checks.ts';
import type { Cancel } from './decide.ts';

/** What Spine looks at of a cancel request; who answers for the prescription is told to nobody but the requester again. */
export type CancelRequest = Omit<CancelDocument, 'responsible' | 'longFormId'>;

/** A cancel request as a command, whichever door it came through; or what Spine misses in it. Null id: no prescription can have it. */
export function receiveCancel(
  request: CancelRequest,
  at: Instant,
): Result<{ id: PrescriptionId | null; command: Cancel }, string> {
  const fault = spineFault(request);
  if (fault !== null) return fail(fault);
  const { messageId, patient, item, reason, author, shortFormId } = request;
  const command = {
    messageId: present(parseUuid(messageId), CHECKED),
    patient: present(parseNhsNumber(patient.nhsNumber), CHECKED),
    item: item === null ? null : present(parseUuid(item), CHECKED),
    reason: reason.code,
    organisation: present(parseOdsCode(author.organisation.ods), CHECKED),
    at,
  };
  return ok({ id: prescriptionKey(shortFormId), command });
}

const CHECKED = 'what was checked';

/** What Spine itself looks at in a cancel request, in order [EPS-LIFECYCLE 6.1]. */
function spineFault(request: CancelRequest): string | null {
  const { patient, shortFormId, author, messageId, item } = request;
  return (
    nhsNumberFault(patient) ??
    (shortFormId === '' ? 'PrescriptionID missing' : null) ??
    patientFault(patient) ??
    organisationFault(author) ??
    messageIdFault(messageId) ??
    (item !== null && parseUuid(item) === null ? noGuid(item) : null)
  );
}
