import type { Hl7Request } from '../../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../../gateways/xml/element.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, type Result } from '../../../kernel/result.ts';
import { parseUuid } from '../../../kernel/uuid.ts';
import { OID } from '../../hl7v3/oids.ts';
import { codeIn, issueOrFirst, pharmacyOf, prescriptionIdIn } from '../../hl7v3/read-values.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { eventId, type Received, unprocessable, whole } from '../../hl7v3/received.ts';
import { parseOdsCode } from '../../ods-code.ts';
import { prescriptionKey } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import { INVALID_SIGNATURE, type Return } from './decide.ts';

/** A prescription that is given back [EPS-HL7V3 6.6, 6.10]. */
export function readReturn(act: Element, request: Hl7Request): Result<Received<Return>, Rejection> {
  const from = new Reading();
  const named = from.at(act, 'pertinentInformation1', 'pertinentPrescriptionID');
  const prescriptionId = prescriptionIdIn(from, named);
  if (prescriptionId === null) {
    return fail(unprocessable('hl7:pertinentPrescriptionID not found'));
  }
  const told = from.at(act, 'pertinentInformation3', 'pertinentReturnReason');
  if (told === null) return fail(unprocessable('hl7:pertinentReturnReason not found'));
  const reason = codeIn(from, told, OID.returnReason);
  if (reason === null) return fail(unprocessable('A single return reason must be provided'));
  const messageId = eventId(from, act);
  if (!messageId.ok) return messageId;
  const author = pharmacyOf(from, from.at(act, 'author', 'AgentPerson'));
  if (!author.ok) return author;
  const issue = issueOrFirst(from, act);
  if (!issue.ok) return issue;
  const release = from.at(act, 'reversalOf', 'priorPrescriptionReleaseResponseRef', 'id');
  // The pharmacy's system returns by itself what it cannot verify, in the prescriber's name [EPS-HL7V3 6.8].
  const own = parseOdsCode(request.actor.organisation ?? '');
  const dispenser = reason === INVALID_SIGNATURE ? (own ?? author.value) : author.value;
  const command: Return = {
    dispenser,
    reason,
    issue: issue.value,
    release: parseUuid(release?.attributes['root'] ?? ''),
    at: instantOf(request.at),
  };
  return whole(from, {
    messageId: messageId.value,
    id: prescriptionKey(prescriptionId),
    command,
    organisations: [dispenser],
  });
}
