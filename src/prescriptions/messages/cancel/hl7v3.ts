import type { Hl7Request } from '../../../gateways/hl7v3/interaction.ts';
import { type Element, element } from '../../../gateways/xml/element.ts';
import { xmlText } from '../../../gateways/xml/xml-text.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import { agentFault } from '../../hl7v3/agent-fault.ts';
import { ofHl7 } from '../../hl7v3/content.ts';
import {
  codedValue,
  guidElement,
  observation,
  pertinent,
  referenceTo,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import { performerElement } from '../../hl7v3/party.ts';
import { readAgent, readPatient } from '../../hl7v3/read-people.ts';
import { codeIn, prescriptionIdIn, timeIn } from '../../hl7v3/read-values.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { eventId, type Received, unprocessable, whole } from '../../hl7v3/received.ts';
import { hl7Time } from '../../hl7v3/time.ts';
import type { Outcome } from '../../outcome.ts';
import type { Rejection } from '../../rejections.ts';
import { nhsNumberFault } from '../create/spine-checks.ts';
import { CANCEL_CODES, type CancelCode } from './codes.ts';
import type { Cancel } from './decide.ts';
import { type CancelRequest, receiveCancel } from './receive.ts';

/** A request to cancel one item, or the whole prescription [EPS-HL7V3 6.2, 6.10]. */
export function readCancel(act: Element, request: Hl7Request): Result<Received<Cancel>, Rejection> {
  const from = new Reading();
  const messageId = eventId(from, act);
  if (!messageId.ok) return messageId;
  const structure = structureFault(from, act);
  if (structure !== null) return fail(unprocessable(structure));
  const document = cancelRequest(from, act);
  const fault =
    nhsNumberFault(document.patient) ??
    (document.shortFormId === '' ? 'PrescriptionID missing' : null) ??
    (timeIn(from, act) === null ? 'Effective Time missing' : null) ??
    (document.reason.code === '' ? 'Cancellation Reason Code 1 is missing' : null) ??
    (document.item === '' ? 'Line Item Reference is missing' : null);
  if (fault !== null) return fail(unprocessable(fault));
  const received = receiveCancel(document, instantOf(request.at));
  if (!received.ok) return fail(unprocessable(received.error));
  const unknown = agentFault(from, from.at(act, 'author', 'AgentPerson'), 'prescribing');
  if (unknown !== null) return fail(unprocessable(unknown));
  const { replyTo } = request;
  const command = { ...received.value.command, ...(replyTo === null ? {} : { replyTo }) };
  const { id } = received.value;
  return whole(from, {
    messageId: messageId.value,
    id,
    command,
    organisations: [command.organisation],
  });
}

/** In the order in which Spine looks at it [EPS-LIFECYCLE 6.1]. */
function structureFault(from: Reading, act: Element): string | null {
  if (from.at(act, 'recordTarget', 'Patient') === null) return 'hl7:Patient root not found';
  if (from.at(act, 'pertinentInformation2', 'pertinentPrescriptionID') === null) {
    return 'hl7:PrescriptionID not found';
  }
  if (from.all(act, 'pertinentInformation').length === 0) {
    return 'At least one cancellation reason must be provided';
  }
  const items = from.all(act, 'pertinentInformation1');
  return items.length > 1 ? 'Only a single line item may be cancelled' : null;
}

/** What is missing is empty. Of several reasons the first one counts. */
function cancelRequest(from: Reading, act: Element): CancelRequest {
  const [because] = from.all(act, 'pertinentInformation');
  const why = because === undefined ? null : from.at(because, 'pertinentCancellationReason');
  const item = from.maybe(act, 'pertinentInformation1');
  const itemId = item === null ? null : from.at(item, 'pertinentLineItemRef', 'id');
  const author = readAgent(from, from.only(act, 'author', 'AgentPerson'));
  const named = from.at(act, 'pertinentInformation2', 'pertinentPrescriptionID');
  return {
    messageId: from.attribute(from.only(act, 'id'), 'root'),
    patient: readPatient(from, from.only(act, 'recordTarget')),
    author,
    shortFormId: prescriptionIdIn(from, named) ?? '',
    item: item === null ? null : (itemId?.attributes['root'] ?? ''),
    reason: { code: codeIn(from, why, OID.cancelReason) ?? '', display: null },
  };
}

type Answered = Pick<
  Extract<Outcome, { kind: 'CancelAnswered' }>,
  'code' | 'detail' | 'performer' | 'at'
>;

/**
 * The focal act of PORX_IN050101UK31 and PORX_IN050102UK32: who and what are told as the request told them.
 * `isWhole`: the prescription is told of, though the request was of an item [EPS-HL7V3 7.2].
 */
export function cancellationResponse(
  act: Element,
  answerId: Uuid,
  answered: Answered,
  isWhole = false,
): string {
  const { code, performer, at } = answered;
  const from = new Reading();
  const copied = (name: string): Element[] => from.all(act, name).map(ofHl7);
  const request = from.attribute(from.only(act, 'id'), 'root');
  return xmlText(
    element(
      'CancellationResponse',
      { classCode: 'INFRM', moodCode: 'EVN' },
      guidElement(answerId.toUpperCase()),
      valueElement('effectiveTime', hl7Time(at)),
      copied('recordTarget'),
      performer === null ? null : performerElement(performer),
      copied('author'),
      copied('responsibleParty'),
      copied('pertinentInformation2'),
      isWhole ? null : copied('pertinentInformation1'),
      pertinent(
        'pertinentInformation3',
        observation(
          'pertinentResponse',
          'CRR',
          codedValue(spineCode(code), OID.cancelResponse, textOf(answered)),
        ),
      ),
      pertinent(
        'pertinentInformation4',
        referenceTo(
          'pertinentCancellationRequestRef',
          { classCode: 'ACTN', moodCode: 'RQO' },
          request,
        ),
      ),
    ),
  );
}

/** `0001` of `R-0001`. */
function spineCode(code: CancelCode): string {
  return code.slice(2);
}

function textOf({ code, detail }: Answered): string {
  return detail ?? CANCEL_CODES[code].text;
}
