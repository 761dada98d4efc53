import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import fc from 'fast-check';

import { testDatabase } from '../../../test/support/database.ts';
import { REAL_CLOCK } from '../../platform/clock.ts';
import { authoritiesOf, authoritiesPem, pkiRoutes } from './index.ts';

// Shows: Identity | an OCSP request with anything in it gets an OCSP answer, at once

const database = testDatabase();
let request: Buffer;
let ask: (body: Buffer) => Promise<Buffer>;

const REFUSALS = ['30030a0101', '30030a0106']; // malformed, unauthorized (RFC 6960 2.3)

/** A refusal, or an answer that is signed. */
async function assertAnswered(body: Buffer): Promise<void> {
  const began = performance.now();
  const answer = await ask(body);
  const ms = performance.now() - began;
  const isSigned = answer.length > 300 && answer.includes(Buffer.from('0a0100', 'hex'));
  assert.ok(isSigned || REFUSALS.includes(answer.toString('hex')), answer.toString('hex'));
  assert.ok(ms < 5_000, `${ms} ms`);
}

describe('an OCSP request', () => {
  before(async () => {
    const cards = { database: database().database, pkiUrl: 'http://pki.openspine.invalid' };
    await authoritiesOf(cards);
    const folder = mkdtempSync(join(tmpdir(), 'openspine-ocsp-'));
    try {
      const [pem, der] = [join(folder, 'ca.pem'), join(folder, 'request.der')];
      writeFileSync(pem, await authoritiesPem(cards, 'login'));
      execFileSync('openssl', ['ocsp', '-issuer', pem, '-cert', pem, '-reqout', der]);
      request = readFileSync(der);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const route = pkiRoutes(cards, REAL_CLOCK).find(({ method }) => method === 'POST');
    ask = async (body) => {
      const peer = { remote: '', local: '' };
      const asked = {
        method: 'POST',
        path: '/pki/ocsp',
        query: {},
        search: '',
        parts: {},
        headers: {},
        body,
        peer,
      };
      const answer = await route?.handle(asked);
      assert.equal(answer?.status, 200);
      assert.equal(answer.headers?.['Content-Type'], 'application/ocsp-response');
      assert.ok(Buffer.isBuffer(answer.body));
      return answer.body;
    };
  });

  test('as OpenSSL makes it is answered and signed', async () => {
    const answer = await ask(request);
    assert.ok(answer.length > 300, answer.toString('hex'));
  });

  test('of any bytes is refused as malformed, or answered', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), (bytes) =>
        assertAnswered(Buffer.from(bytes)),
      ),
      { numRuns: 400 },
    ));

  test('with some of its bytes changed, left out or put in is refused or answered', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(request.length - 1),
        fc.nat(6),
        fc.uint8Array({ maxLength: 6 }),
        (at, drop, put) =>
          assertAnswered(
            Buffer.concat([request.subarray(0, at), put, request.subarray(at + drop)]),
          ),
      ),
      { numRuns: 400 },
    ));

  test('nested as deep as a body may be is refused', async () => {
    const deep = (levels: number): Buffer => {
      const parts: Buffer[] = [];
      for (let length = 0, level = 0; level < levels; level += 1) {
        const head = Buffer.from([0x30, 0x84, 0, 0, 0, 0]);
        head.writeUInt32BE(length, 2);
        parts.push(head);
        length += head.length;
      }
      return Buffer.concat(parts.toReversed());
    };
    for (const levels of [100, 2_700, 170_000]) await assertAnswered(deep(levels));
    await assertAnswered(Buffer.alloc(1_048_576, 0x30));
    await assertAnswered(
      Buffer.concat(Array.from({ length: 8_000 }, () => Buffer.from([0x30, 0x80]))),
    );
  });
});
