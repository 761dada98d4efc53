import type { Hl7Answer, Hl7Request } from '../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../gateways/xml/element.ts';
import type { Interaction } from '../../identity/index.ts';
import { present } from '../../kernel/bug.ts';
import { instantOf } from '../../kernel/instant.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { INTERACTIONS } from '../interactions.ts';
import type { OdsCode } from '../ods-code.ts';
import type { Outcome } from '../outcome.ts';
import type { PrescriptionId } from '../prescription-id.ts';
import type { Rejection } from '../rejections.ts';
import type { Envelope } from '../repository.ts';
import { missingActivities, roleWords } from '../role-check.ts';
import type { Settings } from '../settings.ts';
import { isSameContent } from './content.ts';
import { Reading } from './reading.ts';

/** What a message asks for, as it was read. */
export type Received<Command> = {
  readonly messageId: Uuid;
  /** Null: no prescription can have the id that the message names. */
  readonly id: PrescriptionId | null;
  readonly command: Command;
  /** Organisations that the message acts for. */
  readonly organisations: readonly OdsCode[];
};

/** The name of the act that an interaction is about, and what is read of it. */
export type Kind<Read> = {
  readonly name: string;
  readonly read: (act: Element, request: Hl7Request) => Result<Read, Rejection>;
};

/** The act of a request, read; refused where it is another one, or its sender may not do that, or not for that organisation. */
export function receive<Read extends Pick<Received<unknown>, 'organisations'>>(
  { settings }: { readonly settings: Settings },
  request: Hl7Request,
  act: Element | null,
  { name, read }: Kind<Read>,
): Result<Read, Rejection> {
  // [EPS-HL7V3 6.10]
  if (act?.name !== name) return fail(unprocessable(`hl7:${name} root not found`));
  const forbidden = roleFault(settings, request, act);
  if (forbidden !== null) return fail(forbidden);
  const received = read(act, request);
  if (!received.ok) return received;
  const stranger = strangerFault(settings, request, received.value.organisations);
  return stranger === null ? received : fail(stranger);
}

export function unprocessable(detail: string): Rejection {
  return { kind: 'Unprocessable', detail };
}

/** Upper case only [EPS-HL7V3 6.10]. */
const EVENT_ID = /^[A-F0-9]{8}(-[A-F0-9]{4}){3}-[A-F0-9]{12}$/;

/** The id of the act: the message is known by it, and what comes later refers to it. */
export function eventId(from: Reading, act: Element): Result<Uuid, Rejection> {
  const [id, other] = from.all(act, 'id');
  const text = id?.attributes['root'] ?? '';
  if (text === '' || other !== undefined) {
    return fail(unprocessable('A single hl7:ID/@root must be provided'));
  }
  const uuid = EVENT_ID.test(text) ? parseUuid(text) : null;
  return uuid === null ? fail(unprocessable('hl7EventID has invalid format')) : ok(uuid);
}

/** What was read, unless something was told twice, or was not there. */
export function whole<Value>(from: Reading, value: Value): Result<Value, Rejection> {
  const read = from.whole(value);
  return read.ok ? read : fail(unprocessable(read.error));
}

/** What a person needs for each act, any of these [IDENTITY 1.5]. */
const NEEDED: Readonly<Record<string, readonly Interaction[]>> = {
  ParentPrescription: ['eps-create'],
  CancellationRequest: ['eps-cancel', 'eps-cancel-for-prescriber'],
  NominatedPrescriptionReleaseRequest: ['eps-release-nominated'],
  PatientPrescriptionReleaseRequest: ['eps-release-patient'],
  DispenseNotification: ['eps-dispense'],
  DispenseClaim: ['eps-claim'],
  DispenseProposalReturn: ['eps-return'],
  ETPWithdraw: ['eps-withdraw'],
  RebuildDispenseHistory: ['eps-rebuild'],
};

/** What no system does by itself, as a pharmacy's system downloads at night [EPS-FHIR 3]. */
const PERSONAL = ['ParentPrescription', 'CancellationRequest'];

/**
 * In strict mode the user whom a message names does only what their role allows, as at the other doors, and
 * nobody prescribes whom no message names [DESIGN D10, IDENTITY 1.5].
 */
function roleFault(settings: Settings, { actor }: Hl7Request, act: Element): Rejection | null {
  const isNobody = actor.userId === null && PERSONAL.includes(act.name);
  if (isNobody && settings.roleCheck === 'strict') {
    return unprocessable('the message names no user');
  }
  const amends = act.name === 'DispenseClaim' && new Reading().all(act, 'replacementOf').length > 0;
  const acts = amends ? (['eps-claim-amend'] as const) : present(NEEDED[act.name], 'needed');
  const missing = missingActivities(actor, settings, acts);
  return missing === null ? null : unprocessable(roleWords(missing));
}

/** In strict mode nobody acts for an organisation that is not their system's [DESIGN D10]. */
function strangerFault(
  { organisationCheck }: Settings,
  { actor }: Hl7Request,
  acting: readonly OdsCode[],
): Rejection | null {
  const organisation = actor.organisation?.toUpperCase() ?? null;
  const isOwn = organisation !== null && acting.every((ods) => ods === organisation);
  if (organisationCheck === 'compatible' || isOwn) return null;
  return unprocessable('the organisation in the message is not that of the sending system');
}

export function envelopeOf(
  { actor, requestId, message: { id: frameId }, body, digest, at, alongside }: Hl7Request,
  messageId: Uuid,
  {
    message,
    answerOf,
  }: {
    readonly message: keyof typeof INTERACTIONS;
    /** Null: the answer is made after the effect. */
    readonly answerOf: (outcome: Outcome) => Hl7Answer | null;
  },
): Envelope {
  return {
    ...(alongside !== null && { alongside: (outcome) => alongside(answerOf(outcome)) }),
    messageId,
    ...(frameId !== messageId && { frameId }),
    requestId,
    actor,
    body,
    at: instantOf(at),
    interaction: INTERACTIONS[message],
    digest,
    saysSame: (other) => isSameContent(body, other),
  };
}
