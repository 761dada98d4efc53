import { randomUUID } from 'node:crypto';

import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import type { SendOptions } from '../support/hl7v3.ts';
import { mimeFaults } from './bad-mime.ts';
import { type BadPost, frame, message, system } from './bad-post.ts';
import { attacks, charsets, namespaces } from './bad-xml.ts';
import { RETURN } from './door.ts';

/** All that is wrong in a certain way, and then as many at random as are wanted. */
export function badPosts(random: () => number, atRandom: number): BadPost[] {
  return [
    ...attacks(),
    ...mimeFaults(),
    ...charsets(),
    ...namespaces(),
    ...strangers(),
    ...linesLost(),
    ...Array.from({ length: atRandom }, () => mutated(random)),
  ];
}

/** What belongs to somebody else, or says two things. */
function strangers(): BadPost[] {
  const others = Object.values(TEST_SYSTEMS).filter((one) => one !== system);
  const actions = [
    'PORX_IN020101SM31',
    'PORX_IN060102SM30',
    'PORX_IN100101UK31',
    'MCCI_IN010000UK13',
  ];
  return [
    ...others.flatMap(({ partyKey, asid }): BadPost[] => [
      {
        what: `the party key of ${partyKey}`,
        post: message({ envelope: (text) => text.replaceAll(system.partyKey, partyKey) }),
        expected: ['error'],
      },
      {
        what: `the ASID ${asid}`,
        post: message({ payload: frame().replaceAll(system.asid, asid) }),
        expected: ['AR'],
      },
    ]),
    ...actions.flatMap((action): BadPost[] => [
      {
        what: `a message of ${action}`,
        post: message({ payload: frame().replaceAll(RETURN, action) }),
        expected: ['AR'],
      },
      {
        what: `an interactionId of ${action}`,
        post: message({
          payload: frame().replace(`extension="${RETURN}"`, `extension="${action}"`),
        }),
        expected: ['AR'],
      },
      {
        what: `SOAPAction ${action}`,
        post: withHeader('SOAPAction', `urn:nhs:names:services:mm/${action}`),
        expected: ['error'],
      },
    ]),
    {
      what: 'a message with two ids',
      post: message({ payload: frame().replace('<id ', `<id root="${randomUUID()}"/><id `) }),
      expected: ['AE'],
    },
    { what: 'a body of 1 MB and more', post: large(1_048_577), expected: ['fault'] },
    { what: 'a body of 20 MB', post: large(20_000_000), expected: ['fault'] },
  ];
}

function withHeader(name: string, value: string): SendOptions {
  const { headers, ...rest } = message();
  return { ...rest, headers: { ...headers, [name]: value } };
}

function large(sizeBytes: number): SendOptions {
  const { body, ...rest } = message();
  return { ...rest, body: Buffer.concat([Buffer.from(String(body))], sizeBytes) };
}

/** Each line of message and envelope left out, doubled, emptied: whatever the answer, it has a form. */
function linesLost(): BadPost[] {
  const changes: readonly ((line: string) => string)[] = [
    () => '',
    (line) => `${line}\n${line}`,
    (line) => line.replaceAll(/"[^"]*"/g, '""'),
    (line) => line.replaceAll(/>[^<]+</g, '><'),
  ];
  const of = (text: string, at: number, change: (line: string) => string): string =>
    text
      .split('\n')
      .map((line, index) => (index === at ? change(line) : line))
      .join('\n');
  return changes.flatMap((change, index) =>
    Array.from({ length: 32 }, (_, at) => at).flatMap((at): BadPost[] => [
      {
        what: `line ${at} of the message, change ${index}`,
        post: message({ payload: of(frame(), at, change) }),
        expected: ['AA', 'AE', 'AR'],
      },
      {
        what: `line ${at} of the envelope, change ${index}`,
        post: message({ envelope: (text) => of(text, at, change) }),
        expected: ['AA', 'AE', 'AR', 'error', 'fault'],
      },
    ]),
  );
}

/** Bytes turned, lost, doubled or put in, anywhere. */
function mutated(random: () => number): BadPost {
  const { body, ...rest } = message();
  let bytes = Buffer.from(String(body));
  const changes: string[] = [];
  for (let n = 1 + Math.floor(random() * 4); n > 0; n -= 1) {
    const at = Math.floor(random() * bytes.length);
    const length = 1 + Math.floor(random() ** 3 * 400);
    const [before, cut, after] = [
      bytes.subarray(0, at),
      bytes.subarray(at, at + length),
      bytes.subarray(at + length),
    ];
    const kind = Math.floor(random() * 4);
    const noise = Buffer.from(cut.map(() => Math.floor(random() * 256)));
    const middles = [
      Buffer.alloc(0),
      Buffer.concat([cut, cut]),
      noise,
      Buffer.concat([noise, cut]),
    ];
    bytes = Buffer.concat([before, middles[kind] ?? noise, after]);
    changes.push(`${['cut', 'doubled', 'turned', 'put in'][kind] ?? ''} ${length} at ${at}`);
  }
  return {
    what: changes.join(', '),
    post: { ...rest, body: bytes },
    expected: ['AA', 'AE', 'AR', 'error', 'fault'],
  };
}
