// Shows: HL7 V3 | bad input: 1,700 posts that attack, break off or disagree with themselves, each answered in form

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Element } from '../../src/gateways/xml/element.ts';
import { ebxmlName, hl7Name } from '../../src/gateways/hl7v3/names.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { hl7Frame, type Hl7Said, wrapped } from '../support/hl7v3.ts';
import type { BadPost, Verdict } from './bad-post.ts';
import { badPosts } from './bad-posts.ts';
import { RETURN, testDoor } from './door.ts';

const system = TEST_SYSTEMS.facade;
/** However slow the machine is. */
const limits = { answerWithinMs: 60_000, inHandMax: 128 };
const { ledger, client, door } = testDoor(system, { limits });
/** Messages that were answered AA. */
let done = 0;
const AT_RANDOM = 1_250;
const AT_ONCE = 8;
const GROWTH_MAX_BYTES = 24_000_000;

describe('posts with anything in them', () => {
  test('are answered in the form that is right for what is wrong, and nothing is left behind', async () => {
    const posts = badPosts(randomOf(20_141_129), AT_RANDOM);
    assert.ok(posts.length >= 1_500, String(posts.length));
    await all(posts.slice(0, 200)); // what is loaded and compiled once is no growth
    const before = heapBytes();
    const wrong = await all(posts.slice(200));
    const growth = heapBytes() - before;
    assert.deepEqual(wrong, []);
    assert.ok(growth < GROWTH_MAX_BYTES, `grew by ${growth} bytes`);
    assert.deepEqual(door().logged, []);
    assert.equal(ledger.effects.size, done, 'whatever is not answered AA has no effect');
  });

  test('leave the door open for a message that is well', async () => {
    const payload = hl7Frame({ system, interaction: RETURN, subject: '<Act/>' });
    const effects = ledger.effects.size;
    const { text } = await client().send(
      '/Prescription',
      wrapped({ system, interaction: RETURN, payload }),
    );
    assert.equal(verdictOf(text), 'AA');
    assert.equal(ledger.effects.size, effects + 1);
  });
});

/** Sends several at once; those whose answers are wrong. */
async function all(posts: readonly BadPost[]): Promise<string[]> {
  const wrong: string[] = [];
  const left = [...posts];
  const worker = async (): Promise<void> => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      const fault = await faultOf(one);
      if (fault !== null) wrong.push(fault);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return wrong;
}

async function faultOf({ what, post, expected }: BadPost): Promise<string | null> {
  const { status, text }: Hl7Said = await client().send('/Prescription', post);
  const verdict = verdictOf(text);
  if (verdict === 'AA') done += 1;
  const isRight = status === 200 && verdict !== null && expected.includes(verdict);
  return isRight
    ? null
    : `${what}: ${status} ${verdict ?? text.slice(0, 200)}, not ${expected.join('/')}`;
}

/** Null when the answer has no form of this interface. */
function verdictOf(text: string): Verdict | null {
  const hl7 = parseXml(text, { nameOf: hl7Name });
  if (hl7.ok && hl7.value.name === 'MCCI_IN010000UK13') {
    const type = named(hl7.value, 'acknowledgement')[0]?.attributes['typeCode'];
    return type === 'AA' || type === 'AE' || type === 'AR' ? type : null;
  }
  const soap = parseXml(text, { nameOf: ebxmlName });
  if (!soap.ok || soap.value.name !== 'soap:Envelope') return null;
  const [body] = named(soap.value, 'soap:Body');
  if (body !== undefined && named(body, 'soap:Fault').length === 1) return 'fault';
  const [header] = named(soap.value, 'soap:Header');
  if (header === undefined) return null;
  if (named(header, 'eb:ErrorList').length === 1) return 'error';
  return named(header, 'eb:Acknowledgment').length === 1 ? 'acknowledged' : null;
}

function named({ children }: Element, name: string): readonly Element[] {
  return typeof children === 'string' ? [] : children.filter((child) => child.name === name);
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The same row every time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
