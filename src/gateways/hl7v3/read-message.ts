import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import { childrenNamed, type Element } from '../xml/element.ts';
import type { Hl7Author, Hl7Message } from './interaction.ts';
import { FRAME_OID } from './oids.ts';

/** Why the frame of a message is refused, in the words of the answer. */
export type MessageFault = {
  /** `AR`: refused before anybody looks at what it says. */
  readonly acknowledgement: 'AE' | 'AR';
  readonly text: string;
  /** The message's id, if it could be read. */
  readonly messageId: string | null;
};

/** A frame, and the focal act in it, if there is one. */
export type ReadMessage = { readonly message: Hl7Message; readonly act: Element | null };

const TIME = /^\d{14}([+-]\d{4})?$/;

/**
 * Reads the frame of a message with names as `hl7Name` gives them [EPS-HL7V3 4.2]. That of a query may say
 * in any words when it was made: the NHS coordinator writes `Invalid date` [EPS-HL7V3 10.2].
 */
export function readMessage(
  root: Element,
  action: string,
  kind: 'message' | 'query' = 'message',
): Result<ReadMessage, MessageFault> {
  const frame = new Frame();
  const control = frame.only(root, 'ControlActEvent');
  const message = messageOf(frame, root, control);
  const act = actOf(frame, frame.maybe(control, 'subject'));
  const isTime = kind === 'query' || TIME.test(message.creationTime);
  if (!isTime) frame.refuse('creationTime has invalid format');
  const messageId = message.id === null ? null : message.id.toUpperCase();
  if (root.name !== action) {
    const text = `eb:Action is ${action}, the message is ${root.name}`;
    return fail({ acknowledgement: 'AR', text, messageId });
  }
  if (message.id === null || frame.fault !== null) {
    const text = frame.fault ?? 'id has invalid format';
    return fail({ acknowledgement: 'AE', text, messageId });
  }
  if (message.interaction !== root.name) {
    const text = `interactionId is ${message.interaction}, the message is ${root.name}`;
    return fail({ acknowledgement: 'AR', text, messageId });
  }
  const { interaction: _, ...rest } = message;
  return ok({ message: { ...rest, id: message.id }, act });
}

function messageOf(frame: Frame, root: Element, control: Element) {
  const authors = childrenNamed(control, 'author1').length;
  const receivers = childrenNamed(root, 'communicationFunctionRcv');
  const message = {
    id: parseUuid(frame.value(frame.only(root, 'id'), 'root')),
    creationTime: frame.value(frame.only(root, 'creationTime'), 'value'),
    version: frame.value(frame.only(root, 'versionCode'), 'code'),
    interaction: frame.extension(frame.only(root, 'interactionId'), FRAME_OID.interaction),
    receiverAsid: deviceOf(frame, receivers[0] ?? frame.only(root, 'communicationFunctionRcv')),
    senderAsid: deviceOf(frame, frame.only(root, 'communicationFunctionSnd')),
    author: authorOf(frame, frame.maybe(control, 'author')),
  };
  if (authors < 1 || authors > 2) frame.refuse('author1 must be there once or twice');
  const { version: _, ...rest } = message;
  return rest;
}

function deviceOf(frame: Frame, communication: Element): string {
  return frame.extension(frame.only(frame.only(communication, 'device'), 'id'), FRAME_OID.asid);
}

function authorOf(frame: Frame, author: Element | null): Hl7Author | null {
  if (author === null) return null;
  const agent = frame.only(author, 'AgentPersonSDS');
  const person = frame.only(agent, 'agentPersonSDS');
  const part = frame.maybe(agent, 'part');
  const role = part === null ? null : frame.only(frame.only(part, 'partSDSRole'), 'id');
  return {
    userId: frame.extension(frame.only(person, 'id'), FRAME_OID.user),
    roleProfile: frame.extension(frame.only(agent, 'id'), FRAME_OID.roleProfile),
    jobRole: role === null ? null : frame.extension(role, FRAME_OID.jobRole),
  };
}

/** One focal act, or none. */
function actOf(frame: Frame, subject: Element | null): Element | null {
  if (subject === null) return null;
  const acts = typeof subject.children === 'string' ? [] : subject.children;
  if (acts.length !== 1) frame.refuse('there must be one focal act');
  return acts[0] ?? null;
}

const NOTHING: Element = { name: '', attributes: {}, children: [] };

/** Reads on after a fault: the first one is told. */
class Frame {
  fault: string | null = null;

  refuse(text: string): void {
    this.fault ??= text;
  }

  maybe(element: Element, name: string): Element | null {
    const [found, ...others] = childrenNamed(element, name);
    if (others.length > 0) this.refuse(`a single ${name} must be provided`);
    return found ?? null;
  }

  only(element: Element, name: string): Element {
    const found = this.maybe(element, name);
    if (found === null) this.refuse(`${name} is missing`);
    return found ?? NOTHING;
  }

  value({ name, attributes }: Element, attribute: string): string {
    const value = attributes[attribute] ?? '';
    if (value === '') this.refuse(`${name} has no ${attribute}`);
    return value;
  }

  /** Of an id whose root says what kind of id it is. */
  extension(id: Element, root: string): string {
    if (this.value(id, 'root') !== root) this.refuse(`the root of ${id.name} must be ${root}`);
    return this.value(id, 'extension');
  }
}
