import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import fc from 'fast-check';

import { readSigned } from './cms.ts';
import { answerOf, type OwnCard, ownCard } from './testing.ts';
import { readSmime, writeSmime } from './smime.ts';

const challenge = randomBytes(48);
let rsa: OwnCard;
let ec: OwnCard;
before(async () => {
  [rsa, ec] = await Promise.all([ownCard('555254239107', 'rsa'), ownCard('555254239107', 'ec')]);
});

describe("a card's answer to a challenge", () => {
  for (const kind of ['rsa', 'ec'] as const) {
    for (const digest of ['sha1', 'sha256'] as const) {
      for (const hasAttributes of [false, true]) {
        const of = hasAttributes ? 'over signed attributes' : 'over the content itself';
        test(`is believed when ${kind} signed with ${digest} ${of}`, async () => {
          const card = kind === 'rsa' ? rsa : ec;
          const answer = await answerOf(card, challenge, { digest, hasAttributes });
          const read = readSigned(answer);
          assert.ok(read.ok, JSON.stringify(read));
          assert.ok(read.value.content.equals(challenge));
          assert.ok(read.value.certificate.equals(card.certificate));
        });
      }
    }
  }

  test('of the old kind is what OpenSSL believes too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openspine-cms-'));
    try {
      const file = join(folder, 'answer.der');
      writeFileSync(file, await answerOf(rsa, challenge));
      const content = execFileSync(
        'openssl',
        ['cms', '-verify', '-inform', 'DER', '-binary', '-noverify', '-in', file],
        { stdio: ['ignore', 'pipe', 'ignore'] },
      );
      assert.ok(content.equals(challenge));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('survives its MIME part', async () => {
    const answer = await answerOf(rsa, challenge);
    assert.deepEqual(readSmime(writeSmime(answer)), answer);
  });
});

describe('an answer that somebody made up', () => {
  const refused = (answer: Buffer, why: RegExp): void => {
    const read = readSigned(answer);
    assert.ok(!read.ok, 'it was believed');
    assert.match(read.error, why);
  };
  const swapped = (answer: Buffer, from: Buffer, to: Buffer): Buffer => {
    const at = answer.indexOf(from);
    assert.ok(at > 0);
    return Buffer.concat([answer.subarray(0, at), to, answer.subarray(at + from.length)]);
  };

  for (const hasAttributes of [false, true]) {
    const of = hasAttributes ? 'with signed attributes' : 'without';
    test(`is refused when the content was swapped, ${of}`, async () => {
      const answer = await answerOf(rsa, challenge, { hasAttributes });
      refused(swapped(answer, challenge, randomBytes(48)), /signature is wrong/);
    });
  }

  test('is refused when content and digest were swapped, but not the signature', async () => {
    const [one, other] = await Promise.all([
      answerOf(rsa, challenge, { hasAttributes: true, digest: 'sha256' }),
      answerOf(rsa, randomBytes(48), { hasAttributes: true, digest: 'sha256' }),
    ]);
    const signature = (answer: Buffer): Buffer => answer.subarray(-256);
    refused(swapped(one, signature(one), signature(other)), /signature is wrong/);
  });

  test('is refused when the certificate is of another key', async () => {
    const other = await ownCard('555254239107', 'rsa');
    refused(
      await answerOf({ certificate: other.certificate, key: rsa.key }, challenge),
      /signature is wrong/,
    );
  });

  test('is refused when one byte of it is changed, or its certificate is one that nobody signed', async () => {
    const answer = await answerOf(ec, challenge);
    const issuer = new X509Certificate(ec.certificate).publicKey;
    for (let at = 0; at < answer.length; at += 1) {
      const changed = Buffer.from(answer);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const read = readSigned(changed);
      if (!read.ok) continue;
      const { content, certificate } = read.value;
      assert.ok(content.equals(challenge), `byte ${at}: another content was believed`);
      const isSame = certificate.equals(ec.certificate);
      const isForged = !new X509Certificate(certificate).verify(issuer);
      assert.ok(isSame || isForged, `byte ${at}: another certificate was believed`);
    }
  });

  test('is refused when it is cut off or goes on, at any place', async () => {
    const answer = await answerOf(ec, challenge);
    for (let end = 0; end < answer.length; end += 7) refused(answer.subarray(0, end), /./);
    refused(Buffer.concat([answer, Buffer.from([0])]), /no CMS/);
    refused(Buffer.alloc(20_000, 0x30), /no CMS/);
  });

  test('of any bytes is refused with a reason, at once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        refused(Buffer.from(bytes), /./);
        readSmime(Buffer.from(bytes).toString('base64'));
        readSmime(Buffer.from(bytes).toString('latin1'));
      }),
      { numRuns: 2_000 },
    );
  });

  test('of blocks in blocks, each with any tag, is refused with a reason, at once', () => {
    const { block } = fc.letrec<{ block: Buffer }>((tie) => ({
      block: fc
        .tuple(
          fc.constantFrom(0x02, 0x04, 0x06, 0x30, 0x31, 0x80, 0xa0, 0xa1, 0x24, 0x1f),
          fc.oneof(
            { depthSize: 'large', maxDepth: 12 },
            fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
            fc.array(tie('block'), { maxLength: 6 }).map((parts) => Buffer.concat(parts)),
          ),
          fc.boolean(),
        )
        .map(([tag, content, isEndless]) => {
          const head = isEndless ? [tag, 0x80] : [tag, 0x82, content.length >> 8, content.length];
          return Buffer.concat([Buffer.from(head), content, Buffer.alloc(isEndless ? 2 : 0)]);
        }),
    }));
    fc.assert(
      fc.property(block, (bytes) => refused(bytes, /./)),
      { numRuns: 1_000 },
    );
    const deep = Buffer.concat(Array.from({ length: 8_000 }, () => Buffer.from([0x30, 0x80])));
    const began = performance.now();
    refused(deep, /./);
    assert.ok(performance.now() - began < 2_000);
  });

  test('is refused with a reason and never breaks the reader, whatever was done to it', async () => {
    const answer = await answerOf(ec, challenge, { hasAttributes: true });
    const TAGS = [0x30, 0x31, 0x80, 0xa0, 0x18, 0x84];
    for (let n = 0; n < 1_500; n += 1) {
      const at = randomInt(answer.length);
      const [head, tail] = [answer.subarray(0, at), answer.subarray(at)];
      const put = [randomBytes(randomInt(6)), Buffer.from([TAGS[n % TAGS.length] ?? 0])][n % 2];
      const read = readSigned(Buffer.concat([head, put ?? tail, tail.subarray(randomInt(4))]));
      if (read.ok) assert.ok(read.value.content.equals(challenge));
      else assert.match(read.error, /./);
    }
  });
});
