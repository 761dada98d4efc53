import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { atOnce } from './at-once.ts';
import { CHALLENGE_SECONDS, checkChallenge, makeChallenge } from './challenge.ts';
import { readGpObject, writeGpObject } from './gp-object.ts';
import { REFUSALS } from './refusals.ts';
import { openTicket, sealTicket } from './ticket.ts';

const secret = randomBytes(32);
const at = new Date('2026-11-24T09:00:00Z');
const login = 'Ao9qufl+uA';
const later = (seconds: number): Date => new Date(at.getTime() + seconds * 1000);

describe('a challenge', () => {
  const random = randomBytes(20);
  const own = makeChallenge(secret, { random, at, login });
  const verdict = (given: Partial<typeof own>, facts = {}): string => {
    const checked = checkChallenge([secret], { ...own, ...given }, { login, at, ...facts });
    return checked.ok ? 'good' : checked.error;
  };

  test('is 48 bytes: random, the time, a seal', () => {
    assert.equal(own.challenge.length, 48);
    assert.deepEqual(own.challenge.subarray(0, 20), random);
    assert.equal(own.challenge.readBigUInt64BE(20), BigInt(at.getTime()));
    assert.equal(verdict({}), 'good');
  });

  test('is known by every process of the same installation, and by no other one', () => {
    const copy = Buffer.from(secret);
    assert.ok(checkChallenge([copy], own, { login, at }).ok);
    const other = makeChallenge(randomBytes(32), { random, at, login });
    assert.equal(verdict(other), 'NotOurs');
  });

  test('is not ours when any bit of it, or of the signature beside it, is changed', () => {
    for (const name of ['challenge', 'signature'] as const) {
      for (let bit = 0; bit < own[name].length * 8; bit += 1) {
        const changed = Buffer.from(own[name]);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.equal(verdict({ [name]: changed }), 'NotOurs');
      }
      assert.equal(verdict({ [name]: own[name].subarray(1) }), 'NotOurs');
      assert.equal(verdict({ [name]: Buffer.alloc(0) }), 'NotOurs');
    }
  });

  test('is of one log-in', () => {
    assert.equal(verdict({}, { login: 'anotherone' }), 'NotOurs');
  });

  test(`holds for ${CHALLENGE_SECONDS} seconds, and for a clock that is a minute behind`, () => {
    assert.equal(verdict({}, { at: later(CHALLENGE_SECONDS) }), 'good');
    assert.equal(verdict({}, { at: later(CHALLENGE_SECONDS + 0.001) }), 'Stale');
    assert.equal(verdict({}, { at: later(-60) }), 'good');
    assert.equal(verdict({}, { at: later(-60.001) }), 'Stale');
  });

  test('is stale where the clock is five minutes wrong, either way', () => {
    assert.equal(verdict({}, { at: later(300) }), 'Stale');
    assert.equal(verdict({}, { at: later(-300) }), 'Stale');
  });
});

describe('a ticket', () => {
  const ticket = {
    session: '0b5e1c1a-7a44-4d58-9a7e-6a63a3e6a1f0',
    userId: '555254239107',
    card: '990000000017',
    certificate: '1f2e3d4c',
    loggedInAt: at,
    site: '01',
  };
  const iv = randomBytes(12);
  const text = sealTicket(secret, ticket, iv);

  test('looks as tickets always did, with its site in plain view', () => {
    assert.match(text, /^AQIC5[A-Za-z0-9+/]+=*@AAJTSQACMDE=#$/);
    assert.match(sealTicket(secret, { ...ticket, site: '02' }, iv), /@AAJTSQACMDI=#$/);
  });

  test('says the same to every process of the installation, and nothing to another one', () => {
    assert.deepEqual(openTicket([randomBytes(32), Buffer.from(secret)], text), ticket);
    assert.equal(openTicket([randomBytes(32)], text), null);
  });

  test('is read when an address was not encoded and its plus signs became blanks', () => {
    assert.deepEqual(openTicket([secret], text.replaceAll('+', ' ')), ticket);
  });

  test('is worth nothing when any letter of it is changed, left out or added', () => {
    for (let place = 0; place < text.length; place += 1) {
      const [before, after] = [text.slice(0, place), text.slice(place + 1)];
      for (const letter of ['A', 'B', '/', '=', '']) {
        if (letter === text[place]) continue;
        assert.equal(openTicket([secret], `${before}${letter}${after}`), null, `place ${place}`);
      }
    }
    const opaque = text.slice(0, text.indexOf('@'));
    assert.equal(openTicket([secret], `${opaque}@AAJTSQACMDI=#`), null, 'another site');
    for (const end of ['#', ' ', '\n', 'A'])
      assert.equal(openTicket([secret], `${text}${end}`), null);
    for (const none of ['', '#', '@#', 'AQIC5w==@AAJTSQACMDE=#']) {
      assert.equal(openTicket([secret], none), null);
    }
  });
});

describe('a gpOBJECT', () => {
  const document = (inner: string, head = '<!DOCTYPE USER SYSTEM "gpOBJECT.DTD">'): Buffer =>
    Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${head}\n<gpOBJECT>${inner}</gpOBJECT>`);

  test('is read as it was written, whatever stands in it', () => {
    const odd = `O'NEILL & SONS <"PHARMACY">, "Clinical":"Clinical Provision"`;
    const text = writeGpObject([
      ['cn', odd],
      ['nhsjobrole0', odd, { id: '555254240100', orgcode: odd }],
      ['empty', ''],
    ]);
    const read = readGpObject(Buffer.from(text));
    assert.ok(read.ok);
    assert.equal(read.value.get('cn')?.text, odd);
    assert.deepEqual(read.value.get('nhsjobrole0')?.attributes, {
      id: '555254240100',
      orgcode: odd,
    });
    assert.equal(read.value.get('empty')?.text, '');
  });

  const WRONG: Readonly<Record<string, Buffer>> = {
    'another document type': document('', '<!DOCTYPE foo SYSTEM "http://example.org/evil.dtd">'),
    'a document type with entities': document(
      '<gpPARAM name="a">&x;</gpPARAM>',
      '<!DOCTYPE USER SYSTEM "gpOBJECT.DTD" [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ),
    'entities that grow': document(
      '<gpPARAM name="a">&b;</gpPARAM>',
      '<!DOCTYPE USER [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
    ),
    'an entity that nobody declared': document('<gpPARAM name="a">&x;</gpPARAM>'),
    'a parameter that is there twice': document(
      '<gpPARAM name="uid">1</gpPARAM><gpPARAM name="uid">2</gpPARAM>',
    ),
    'a parameter without a name': document('<gpPARAM>1</gpPARAM>'),
    'elements inside a parameter': document('<gpPARAM name="a"><b>1</b></gpPARAM>'),
    'another element': document('<other name="a">1</other>'),
    'no parameters but text': document('text'),
    'another root': Buffer.from('<gpOTHER><gpPARAM name="a">1</gpPARAM></gpOTHER>'),
    'too many parameters': document(
      Array.from({ length: 601 }, (_, n) => `<gpPARAM name="p${n}">1</gpPARAM>`).join(''),
    ),
    'a processing instruction': document('<?php echo 1 ?>'),
    'what is no XML': Buffer.from('auth_method=3&app_url=NHST'),
    nothing: Buffer.alloc(0),
    'text that is no UTF-8': Buffer.concat([document('<gpPARAM name="a">'), Buffer.from([0xff])]),
    'UTF-16': Buffer.from(`\ufeff${document('').toString()}`, 'utf16le'),
  };
  for (const [what, body] of Object.entries(WRONG)) {
    test(`is refused when it is or has ${what}`, () => {
      const read = readGpObject(body);
      assert.ok(!read.ok);
      assert.match(read.error, /./);
    });
  }
});

test('no refusal of the broker holds the word by which clients know that a step was done', () => {
  for (const [code, { text }] of Object.entries(REFUSALS)) {
    assert.doesNotMatch(`${code} ${text}`, /OK/);
  }
});

test('when as many are at work as may be, the next is told at once, and there is room again afterwards', async () => {
  const inTurn = atOnce(2);
  const { promise: done, resolve: finish } = Promise.withResolvers<string>();
  const ask = (): Promise<string> =>
    inTurn(
      () => 'full',
      () => done,
    );
  const first = [ask(), ask()];
  assert.equal(await ask(), 'full');
  finish('worked');
  assert.deepEqual(await Promise.all(first), ['worked', 'worked']);
  assert.equal(await ask(), 'worked');
  const failing = inTurn(
    () => 'full',
    () => Promise.reject(new Error('broken')),
  );
  await assert.rejects(failing);
  assert.equal(await ask(), 'worked', 'a failure gives its place back');
});

test('the page of the broker lists every refusal with its words', () => {
  const page = readFileSync(new URL('../../../docs/reference/broker.md', import.meta.url), 'utf8');
  for (const [code, { concerns, text }] of Object.entries(REFUSALS)) {
    assert.ok(page.includes(`| \`${code}\` | ${concerns} | ${text} |`), code);
  }
});
