import type { Hl7Request } from '../../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../../gateways/xml/element.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid } from '../../../kernel/uuid.ts';
import { hasId } from '../../hl7v3/agent-fault.ts';
import { OID } from '../../hl7v3/oids.ts';
import { codeIn, issueIn, nhsNumberIn, prescriptionIdIn, timeIn } from '../../hl7v3/read-values.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { eventId, type Received, unprocessable, whole } from '../../hl7v3/received.ts';
import { type OdsCode, parseOdsCode } from '../../ods-code.ts';
import { prescriptionKey } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import type { Withdraw } from './decide.ts';

/** A dispense notification that is taken back, or all of an issue [EPS-HL7V3 6.7, 6.10]. */
export function readWithdraw(
  act: Element,
  request: Hl7Request,
): Result<Received<Withdraw>, Rejection> {
  const from = new Reading();
  const told = readTarget(from, act);
  if (!told.ok) return told;
  const messageId = eventId(from, act);
  if (!messageId.ok) return messageId;
  const author = from.at(act, 'author', 'AgentPersonSDS');
  if (author === null) return fail(unprocessable('hl7:author root not found'));
  const who = authorFault(from, author);
  if (who !== null) return fail(unprocessable(who));
  if (timeIn(from, act) === null) return fail(unprocessable('Effective Time missing'));
  const notification = readNotification(from, act, told.value.type);
  if (!notification.ok) return notification;
  const instances = from.all(act, 'pertinentInformation1');
  if (instances.length > 1) {
    return fail(unprocessable('only a single repeat instance ref may be provided'));
  }
  const issue = issueIn(from, from.at(act, 'pertinentInformation1', ...INSTANCE));
  if (!issue.ok) return issue;
  const dispenser = withdrawer(from, author, request);
  const command: Withdraw = {
    dispenser,
    notification: notification.value,
    reason: told.value.reason,
    issue: issue.value,
    at: instantOf(request.at),
  };
  return whole(from, {
    messageId: messageId.value,
    id: prescriptionKey(told.value.prescriptionId),
    command,
    organisations: dispenser === null ? [] : [dispenser],
  });
}

const LAST_DISPENSE = 'LD';
const ALL_DISPENSES = 'AD';
const INSTANCE = ['pertinentRepeatInstanceInfo', 'value'] as const;

type Target = { readonly prescriptionId: string; readonly reason: string; readonly type: string };

/** What is taken back and why, in the order in which Spine looks at it [EPS-LIFECYCLE 5.3]. */
function readTarget(from: Reading, act: Element): Result<Target, Rejection> {
  const why = from.at(act, 'pertinentInformation5', 'pertinentWithdrawReason');
  if (why === null) return fail(unprocessable('hl7:pertinentWithdrawReason root not found'));
  const how = from.at(act, 'pertinentInformation2', 'pertinentWithdrawType');
  if (how === null) return fail(unprocessable('hl7:pertinentWithdrawType root not found'));
  const what = from.at(act, 'pertinentInformation3', 'pertinentWithdrawID');
  if (what === null) return fail(unprocessable('hl7:pertinentWithdrawID root not found'));
  const nhsNumber = nhsNumberIn(from, act);
  if (nhsNumber === null) return fail(unprocessable('Patient NHS Number not found'));
  const prescriptionId = prescriptionIdIn(from, what);
  if (prescriptionId === null) {
    return fail(unprocessable('Withdraw ID (target prescription) not found'));
  }
  const reason = codeIn(from, why, OID.withdrawReason);
  if (reason === null) return fail(unprocessable('A single Withdraw Reason must be provided'));
  const type = codeIn(from, how, OID.withdrawType);
  return type === LAST_DISPENSE || type === ALL_DISPENSES
    ? ok({ prescriptionId, reason, type })
    : fail(unprocessable('A single Withdraw Type must be provided'));
}

function authorFault(from: Reading, author: Element): string | null {
  if (!hasId(from, author, OID.roleProfile)) {
    return 'Mandatory field agentRoleProfileCodeId missing';
  }
  const person = from.at(author, 'agentPersonSDS');
  const isNamed = person !== null && hasId(from, person, OID.user);
  return isNamed ? null : 'Mandatory field agentPersonSDSPerson missing';
}

/** All of them, the one that is named, or without a name the last one. */
function readNotification(
  from: Reading,
  act: Element,
  type: string,
): Result<Withdraw['notification'], Rejection> {
  const [ref, other] = from.all(act, 'pertinentInformation4');
  if (type === ALL_DISPENSES) return ok('all');
  if (ref === undefined) return ok('last');
  const id = from.at(ref, 'pertinentDispenseNotificationRef', 'id');
  const notification = parseUuid(id?.attributes['root'] ?? '');
  return other !== undefined || notification === null
    ? fail(unprocessable('only a single dispense notification ref may be provided'))
    : ok(notification);
}

/** The organisation is that of the system: in the message the NHS facade has its code where others have a user's [EPS-HL7V3 6.7]. */
function withdrawer(from: Reading, author: Element, { actor }: Hl7Request): OdsCode | null {
  const own = parseOdsCode(actor.organisation ?? '');
  const id = from.at(author, 'agentPersonSDS', 'id');
  return own ?? parseOdsCode(id?.attributes['extension'] ?? '');
}
