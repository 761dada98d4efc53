import { randomUUID } from 'node:crypto';

import { firstCode } from '../client/answers.ts';
import type { Failure } from '../client/failure.ts';
import {
  claim,
  dispense,
  outcomeOf,
  releaseNominated,
  releasePatient,
  type ReturnReason,
  returnTask,
  type WithdrawReason,
  withdraw,
} from '../sample-messages/index.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { afterwards, type Choice, planned } from './dispense-plan.ts';
import { type Released, readReleased } from './released.ts';
import { itemsNow, type Remembered } from './remembered.ts';
import { type Done, PATHS, personNamed, post, type Session } from './session.ts';

/** Who acts, on what: persona of a pharmacy, and a prescription as far as it is known. */
export type Act = {
  readonly session: Session;
  readonly persona: string;
  readonly prescription: Remembered;
};

/**
 * One request; null when nothing is waiting. Everything that came is remembered, asked for or not.
 */
export async function sendRelease(
  session: Session,
  persona: string,
  shortFormId: string | null,
): Promise<Result<Released | null, Failure>> {
  const dispenser = personNamed(persona);
  if (!dispenser.ok) return dispenser;
  const request = { requestId: randomUUID(), dispenser: dispenser.value };
  const body =
    shortFormId === null ? releaseNominated(request) : releasePatient({ ...request, shortFormId });
  const answer = await post(session, persona, PATHS.release, body);
  if (!answer.ok) return answer;
  if (firstCode(answer.value.body) === 'NO_MORE_PRESCRIPTIONS') return ok(null);
  const released = readReleased(answer.value.body);
  if (released === null) {
    const { status, requestId } = answer.value;
    const reason = { code: 'ANSWER_NOT_UNDERSTOOD', text: 'No released prescriptions in it.' };
    return fail({ kind: 'Refused', status, requestId, reasons: [reason] });
  }
  for (const each of released.prescriptions) await keepReleased(session, each);
  return ok(released);
}

/** The persona who signed is known only to the client that sent. */
async function keepReleased(session: Session, released: Remembered): Promise<void> {
  const known = await session.journal.find(released.shortFormId);
  await session.journal.keep({ ...released, prescriber: known?.prescriber ?? null });
}

export async function sendReturn(
  { session, persona, prescription }: Act,
  reason: ReturnReason,
): Promise<Result<Done, Failure>> {
  const dispenser = personNamed(persona);
  if (!dispenser.ok) return dispenser;
  const { shortFormId, nhsNumber, releaseId } = prescription;
  if (releaseId === null) return releaseUnknown();
  const now = await session.client.now();
  if (!now.ok) return now;
  const message = returnTask({
    messageId: randomUUID(),
    shortFormId,
    releaseId,
    nhsNumber,
    reason,
    dispenser: dispenser.value,
    authoredAt: now.value,
  });
  const answer = await post(session, persona, PATHS.task, message);
  if (!answer.ok) return answer;
  return done(session, message.id, { ...prescription, releaseId: null });
}

/** Notifies of a supply; or, when `isAmendment`, says anew what the last notification said. */
export async function sendDispense(
  { session, persona, prescription }: Act,
  choice: Choice,
  isAmendment = false,
): Promise<Result<Done, Failure>> {
  const dispenser = personNamed(persona);
  if (!dispenser.ok) return dispenser;
  const { shortFormId, longFormId, course, nhsNumber, releaseId } = prescription;
  if (releaseId === null) return releaseUnknown();
  const replaced = isAmendment ? prescription.dispenses.at(-1) : null;
  if (replaced === undefined) return lastDispenseUnknown();
  const before = replaced === null ? prescription : withoutLast(prescription);
  const now = await session.client.now();
  if (!now.ok) return now;
  const items = planned(itemsNow(before), choice, randomUUID);
  const message = dispense({
    messageId: randomUUID(),
    releaseId,
    shortFormId,
    longFormId,
    course,
    items,
    outcome: outcomeOf(items),
    dispenser: dispenser.value,
    nhsNumber,
    handedOverAt: now.value,
    ...(replaced === null ? {} : { replacementOf: replaced.messageId }),
  });
  const answer = await post(session, persona, PATHS.dispense, message);
  if (!answer.ok) return answer;
  const messageId = message.id ?? '';
  const after = { messageId, items: afterwards(itemsNow(before), items) };
  return done(session, messageId, { ...before, dispenses: [...before.dispenses, after] });
}

export async function sendWithdraw(
  { session, persona, prescription }: Act,
  reason: WithdrawReason,
): Promise<Result<Done, Failure>> {
  const dispenser = personNamed(persona);
  if (!dispenser.ok) return dispenser;
  const last = prescription.dispenses.at(-1);
  if (last === undefined) return lastDispenseUnknown();
  const now = await session.client.now();
  if (!now.ok) return now;
  const message = withdraw({
    messageId: randomUUID(),
    shortFormId: prescription.shortFormId,
    dispenseMessageId: last.messageId,
    nhsNumber: prescription.nhsNumber,
    reason,
    dispenser: dispenser.value,
    authoredAt: now.value,
  });
  const answer = await post(session, persona, PATHS.task, message);
  if (!answer.ok) return answer;
  return done(session, message.id, withoutLast(prescription));
}

/** Claims payment; or, when `isAmendment`, claims anew in place of the last claim. */
export async function sendClaim(
  { session, persona, prescription }: Act,
  isAmendment = false,
): Promise<Result<Done, Failure>> {
  const dispenser = personNamed(persona);
  if (!dispenser.ok) return dispenser;
  const { shortFormId, longFormId, course, nhsNumber, claimId } = prescription;
  if (isAmendment && claimId === null) {
    return fail({ kind: 'FactUnknown', fact: 'id of the claim to amend', flag: '--claim-id' });
  }
  const now = await session.client.now();
  if (!now.ok) return now;
  const items = itemsNow(prescription);
  const message = claim({
    messageId: randomUUID(),
    shortFormId,
    longFormId,
    course,
    items: items.map((item) => ({
      ...item,
      claimedItemId: randomUUID(),
      dispensedItemId: randomUUID(),
    })),
    outcome: outcomeOf(items) === 'NotDispensed' ? 'NotDispensed' : 'Dispensed',
    dispenser: dispenser.value,
    nhsNumber,
    createdAt: now.value,
    ...(isAmendment && claimId !== null ? { replacementOf: claimId } : {}),
  });
  const answer = await post(session, persona, PATHS.claim, message);
  if (!answer.ok) return answer;
  return done(session, message.id, { ...prescription, claimId: message.id ?? null });
}

async function done(
  session: Session,
  messageId: string | undefined,
  prescription: Remembered,
): Promise<Result<Done, Failure>> {
  await session.journal.keep(prescription);
  return ok({ messageId: messageId ?? '', prescription });
}

function withoutLast(prescription: Remembered): Remembered {
  return { ...prescription, dispenses: prescription.dispenses.slice(0, -1) };
}

function releaseUnknown(): Result<never, Failure> {
  return fail({ kind: 'FactUnknown', fact: 'release that brought it', flag: '--release-id' });
}

function lastDispenseUnknown(): Result<never, Failure> {
  return fail({ kind: 'FactUnknown', fact: 'last dispense notification', flag: '--dispense-id' });
}
