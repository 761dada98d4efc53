import { present } from '../../src/kernel/bug.ts';
import { brand } from '../../src/kernel/brand.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { derivedUuid, type Uuid } from '../../src/kernel/uuid.ts';
import type { Cancel } from '../../src/prescriptions/messages/cancel/decide.ts';
import type { MakeClaim } from '../../src/prescriptions/messages/claim/decide.ts';
import type { Create } from '../../src/prescriptions/messages/create/decide.ts';
import type { Dispense } from '../../src/prescriptions/messages/dispense/decide.ts';
import type { Release } from '../../src/prescriptions/messages/release/decide.ts';
import type { Return } from '../../src/prescriptions/messages/return/decide.ts';
import type { Withdraw } from '../../src/prescriptions/messages/withdraw/decide.ts';
import type { NhsNumber } from '../../src/kernel/nhs-number.ts';
import type { OdsCode } from '../../src/prescriptions/ods-code.ts';
import type { Outcome } from '../../src/prescriptions/outcome.ts';
import { issueStatusOf, itemStatusOf } from '../../src/prescriptions/statuses.ts';
import { aParty } from '../../src/prescriptions/testing.ts';
import type { Message } from './reference-message.ts';

/** Messages of the model as commands of the service. */
type Of<Kind> = Extract<Message, { kind: Kind }>;

const ods = (code: string): OdsCode => brand<OdsCode>(code);
const uuid = (id: string): Uuid => brand<Uuid>(id);

export function create({ id, facts }: Of<'create'>, at: Instant): Create {
  return {
    messageId: uuid(id),
    longFormId: derivedUuid('long form', id),
    repeats: null,
    treatment: facts.course === 'acute' ? 'Acute' : 'RepeatPrescribing',
    prescribedAt: brand<Instant>(facts.prescribedAt),
    patient: brand<NhsNumber>(facts.patient),
    prescriber: ods(facts.surgery),
    nominated: facts.nominated === null ? null : ods(facts.nominated),
    items: facts.items.map(uuid),
    signature: { findings: [], unlisted: [] },
    at,
  };
}

export function release(message: Of<'release' | 'return'> | Of<'download'>, at: Instant): Release {
  const releaseId = derivedUuid('release response', message.id);
  const by = message.kind === 'download' ? 'nomination' : 'id';
  return { by, dispenser: aParty(ods(message.pharmacy)), releaseId, at };
}

export function released(message: Parameters<typeof release>[0], at: Instant): Outcome {
  const { by, releaseId } = release(message, at);
  return { kind: 'Released', by, releaseId, at };
}

export function giveBack({ pharmacy }: Of<'release' | 'return'>, at: Instant): Return {
  return { dispenser: ods(pharmacy), reason: '0003', issue: null, release: null, at };
}

export function dispense(message: Of<'dispense'>, at: Instant): Dispense {
  const { id, pharmacy, patient, status, items, replaces } = message;
  return {
    messageId: uuid(id),
    dispenser: ods(pharmacy),
    patient: brand<NhsNumber>(patient),
    status: present(issueStatusOf(status), status),
    items: Object.entries(items).map(([item, code]) => ({
      id: uuid(item),
      status: present(itemStatusOf(code), code),
    })),
    dispensedAt: at,
    replaces: replaces === null ? null : uuid(replaces),
    issue: null,
    itemIssues: {},
    at,
  };
}

export function withdraw({ pharmacy, notification }: Of<'withdraw'>, at: Instant): Withdraw {
  return {
    dispenser: ods(pharmacy),
    notification: uuid(notification),
    reason: 'QU',
    issue: null,
    at,
  };
}

export function claim({ id, pharmacy, replaces }: Of<'claim'>, at: Instant): MakeClaim {
  const dispenser = ods(pharmacy);
  const replaced = replaces === null ? null : uuid(replaces);
  return { claim: uuid(id), dispenser, authority: 'T1450', replaces: replaced, issue: null, at };
}

export function cancel({ id, patient, item, surgery }: Of<'cancel'>, at: Instant): Cancel {
  return {
    messageId: uuid(id),
    patient: brand<NhsNumber>(patient),
    item: item === null ? null : uuid(item),
    reason: '0001',
    organisation: ods(surgery),
    replyTo: REPLY_TO,
    at,
  };
}

/** Over HL7 V3: only who asked so is told of what waited. */
const REPLY_TO = {
  partyKey: 'A83008-900101',
  asid: '999000000101',
  conversationId: 'A conversation',
  requestId: uuid('0b6f0b5e-5b1c-4a3e-9c39-6c3f1c2d9a10'),
} as const;
