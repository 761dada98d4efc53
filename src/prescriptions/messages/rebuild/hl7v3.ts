import type { Hl7Request } from '../../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../../gateways/xml/element.ts';
import { type Instant, instantOf } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { OID } from '../../hl7v3/oids.ts';
import { codeIn, issueOrFirst, prescriptionIdIn, timeIn } from '../../hl7v3/read-values.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { eventId, type Received, unprocessable, whole } from '../../hl7v3/received.ts';
import { type PrescriptionId, prescriptionKey } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import { readNotification } from '../dispense/hl7v3.ts';
import type { Dispense } from '../dispense/decide.ts';
import type { Rebuild } from './decide.ts';

/** All notifications of an issue, told anew [EPS-HL7V3 6.9, 6.10]. */
export function readRebuild(
  act: Element,
  request: Hl7Request,
): Result<Received<Rebuild>, Rejection> {
  const from = new Reading();
  const at = instantOf(request.at);
  const named = from.at(act, 'pertinentInformation1', 'pertinentPrescriptionID');
  const prescriptionId = prescriptionIdIn(from, named);
  if (prescriptionId === null) {
    return fail(unprocessable('hl7:pertinentPrescriptionID not found'));
  }
  const why = from.at(act, 'pertinentInformation3', 'pertinentWithdrawReason');
  const reason = codeIn(from, why, OID.withdrawReason);
  if (reason === null) return fail(unprocessable('A single Withdraw Reason must be provided'));
  const told = issueOrFirst(from, act);
  if (!told.ok) return told;
  const messageId = eventId(from, act);
  if (!messageId.ok) return messageId;
  if (timeIn(from, act) === null) return fail(unprocessable('Effective Time missing'));
  const id = prescriptionKey(prescriptionId);
  const { value: issue } = told;
  const history = readHistory(from, act, { id, issue, at });
  if (!history.ok) return history;
  const dispensers = history.value.map(({ dispenser }) => dispenser);
  const [dispenser] = dispensers;
  if (dispenser === undefined) return fail(unprocessable('At least 1 component must be provided'));
  const command: Rebuild = { dispenser, history: history.value, reason, issue, at };
  return whole(from, { messageId: messageId.value, id, command, organisations: dispensers });
}

type About = {
  readonly id: PrescriptionId | null;
  readonly issue: number;
  readonly at: Instant;
};

/** In the order of their numbers, not of the text. */
function readHistory(from: Reading, act: Element, about: About): Result<Dispense[], Rejection> {
  const told: { readonly place: number; readonly dispense: Dispense }[] = [];
  for (const component of from.all(act, 'component')) {
    const text = from.at(component, 'sequenceNumber')?.attributes['value'] ?? '';
    const place = Number(text);
    if (!/^\d+$/.test(text)) return fail(unprocessable('sequenceNumber missing'));
    const dispense = readOne(from, component, about);
    if (!dispense.ok) return dispense;
    if (told.some((one) => one.place === place)) return fail({ kind: 'InvalidHistory' });
    told.push({ place, dispense: dispense.value });
  }
  const inOrder = told.toSorted((one, other) => one.place - other.place);
  return ok(inOrder.map(({ dispense }) => dispense));
}

/** A notification of this issue of this prescription, and no amendment. */
function readOne(
  from: Reading,
  component: Element,
  { id, issue, at }: About,
): Result<Dispense, Rejection> {
  const notification = from.at(component, 'DispenseNotification');
  if (notification === null) {
    return fail(unprocessable('hl7:DispenseNotification root not found'));
  }
  const read = readNotification(notification, at);
  if (!read.ok) return read;
  const { command } = read.value;
  if (command.replaces !== null) {
    return fail(unprocessable('replacementOf must not be provided in a rebuild'));
  }
  const isOfIt = read.value.id === id && (command.issue ?? issue) === issue;
  return isOfIt ? ok(command) : fail({ kind: 'InvalidHistory' });
}
