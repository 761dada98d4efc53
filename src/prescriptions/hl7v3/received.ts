import type { Hl7Request } from '../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../gateways/xml/element.ts';
import { instantOf } from '../../kernel/instant.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { INTERACTIONS } from '../interactions.ts';
import type { OdsCode } from '../ods-code.ts';
import type { PrescriptionId } from '../prescription-id.ts';
import type { Rejection } from '../rejections.ts';
import type { Envelope } from '../repository.ts';
import type { Settings } from '../settings.ts';
import { contentDigest } from './content.ts';
import type { Reading } from './reading.ts';

/** What a message asks for, as it was read. */
export type Received<Command> = {
  readonly messageId: Uuid;
  /** Null: no prescription can have the id that the message names. */
  readonly id: PrescriptionId | null;
  readonly command: Command;
  /** Organisations that the message acts for. */
  readonly organisations: readonly OdsCode[];
};

/** The act of a request, read; refused where it is another one, or acts for another organisation than its system's. */
export function receive<Read extends Pick<Received<unknown>, 'organisations'>>(
  { settings }: { readonly settings: Settings },
  request: Hl7Request,
  name: string,
  read: (act: Element, request: Hl7Request) => Result<Read, Rejection>,
): Result<Read & { readonly act: Element }, Rejection> {
  const act = focalAct(request, name);
  if (!act.ok) return act;
  const received = read(act.value, request);
  if (!received.ok) return received;
  const stranger = strangerFault(settings, request, received.value.organisations);
  return stranger === null ? ok({ ...received.value, act: act.value }) : fail(stranger);
}

/** The act that a message is about, if it is the one of its interaction [EPS-HL7V3 6.10]. */
function focalAct({ message }: Hl7Request, name: string): Result<Element, Rejection> {
  const { subject } = message;
  return subject?.name === name ? ok(subject) : fail(unprocessable(`hl7:${name} root not found`));
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
  { actor, requestId, body, at }: Hl7Request,
  act: Element,
  messageId: Uuid,
  message: keyof typeof INTERACTIONS,
): Envelope {
  return {
    messageId,
    requestId,
    actor,
    body,
    at: instantOf(at),
    interaction: INTERACTIONS[message],
    digest: contentDigest(act),
  };
}
