import { randomUUID } from 'node:crypto';

import type { Hl7Answer } from '../../src/gateways/hl7v3/interaction.ts';
import {
  aJourney,
  type Journey,
  type JourneyOptions,
  nominatedRelease,
} from '../support/journey.ts';
import type { TestSpine } from '../support/server.ts';
import type { Doors, System } from './doors.ts';

export const AT = new Date('2026-01-05T09:30:00Z');

/** One prescription whose messages go through the HL7 V3 door, as the NHS facade would send them. */
export type Hl7Journey = Journey & {
  /** The messages that were sent, the last one last. */
  readonly sent: string[];
  /** Changes a message before it is sent. */
  edit: (xml: string) => string;
  /** Whose system sends, and when. */
  system: System;
  at: Date;
  /** What the last message was answered. */
  answer(): Hl7Answer;
  /** Sends a message as it is. */
  post(xml: string): Promise<Hl7Answer>;
  download(): Promise<unknown>;
};

export function aHl7Journey(doors: Doors, options: JourneyOptions = {}): Hl7Journey {
  const sent: string[] = [];
  let last: Hl7Answer | null = null;
  const post = async (xml: string): Promise<Hl7Answer> => {
    sent.push(xml);
    last = await doors.hl7(xml, hl7.at, hl7.system);
    return last;
  };
  const call = async (_path: string, { body }: { body?: object } = {}) => {
    const { acknowledgement, messageId } = await post(
      hl7.edit(await doors.convert(body ?? {}, hl7.at)),
    );
    const released = { parameter: [{ resource: { identifier: { value: messageId } } }] };
    return { status: acknowledgement === 'AA' ? 200 : 400, body: released };
  };
  const spine = { call } as unknown as TestSpine;
  // It is the same object: what it remembers of its messages is changed by them.
  const hl7: Hl7Journey = Object.assign(
    aJourney(spine, { authoredAt: AT, at: () => hl7.at, ...options }),
    {
      sent,
      edit: (xml: string) => xml,
      system: { organisation: null },
      at: AT,
      answer: () => {
        if (last === null) throw new Error('nothing was sent');
        return last;
      },
      post,
      download: () => nominatedRelease(spine, undefined, randomUUID()),
    },
  );
  return hl7;
}

/** A message without its first element of a name, or the first one behind a text. */
export function without(name: string, behind = ''): (xml: string) => string {
  const element = new RegExp(`<${name}(?: [^>]*)?/>|<${name}(?: [^>]*)?>[\\s\\S]*?</${name}>`);
  return (xml) => {
    const start = xml.indexOf(behind);
    if (start === -1 || !element.test(xml.slice(start))) throw new Error(`no ${name}`);
    return xml.slice(0, start) + xml.slice(start).replace(element, '');
  };
}

/** A message with another text in place of the first that is like this. */
export function instead(of: string | RegExp, text: string): (xml: string) => string {
  return (xml) => {
    const changed = xml.replace(of, text);
    if (changed === xml) throw new Error(`no ${of}`);
    return changed;
  };
}
