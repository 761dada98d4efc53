import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { cardOf } from './card.ts';
import { CKR } from './codes.ts';
import type { Cryptoki } from './cryptoki.ts';
import { CryptokiError } from './library.ts';
import { isCardGone } from './reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'openspine-card-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A library as it is when the card is taken out at a call; the other calls are done. SoftHSM2 has no such moment. */
function libraryThatLoses(call: keyof Cryptoki, code: number): Cryptoki {
  const done = {
    slots: () => [0],
    tokenInfo: () => ({ label: '', manufacturer: '', serial: '', isInitialized: true }),
    openSession: () => 1,
    closeSession: () => undefined,
    login: () => Promise.resolve(),
    logout: () => undefined,
    initPin: () => Promise.resolve(),
    find: () => [],
    attribute: () => null,
    create: () => undefined,
    destroy: () => undefined,
    generateKeyPair: () => Promise.resolve(),
    sign: () => Promise.resolve(Buffer.alloc(0)),
  };
  return {
    ...done,
    [call]: () => {
      throw new CryptokiError(call, code);
    },
  };
}

function cardIn(cryptoki: Cryptoki, id: string) {
  const token = { slot: 0, label: 'NHS-1', id };
  return cardOf({ cryptoki, find: () => ({ kind: 'Present', token }) }, token, folder);
}

describe('a card that is taken out', () => {
  const whole = libraryThatLoses('sign', CKR.DEVICE_REMOVED);

  for (const [call, code] of [
    ['openSession', CKR.TOKEN_NOT_PRESENT],
    ['find', CKR.DEVICE_REMOVED],
    ['closeSession', CKR.SESSION_HANDLE_INVALID],
  ] as const) {
    test(`at ${call}, while its certificate is read, can be put in again`, {
      timeout: 5_000,
    }, async () => {
      const lost = cardIn(libraryThatLoses(call, code), call);
      await assert.rejects(lost.certificate('login'), isCardGone);
      assert.equal(await cardIn(whole, call).certificate('login'), null);
    });
  }

  test('while it is open can be put in again', { timeout: 5_000 }, async () => {
    const lost = cardIn(libraryThatLoses('logout', CKR.SESSION_HANDLE_INVALID), 'open');
    const opened = await lost.open('246810');
    assert.ok(opened.ok);
    await assert.rejects(opened.value.close(), isCardGone);
    assert.ok((await cardIn(whole, 'open').open('246810')).ok);
  });

  test('while its passcode is being judged has used up an entry', { timeout: 5_000 }, async () => {
    const lost = cardIn(libraryThatLoses('login', CKR.DEVICE_REMOVED), 'judged');
    for (let entry = 1; entry <= 3; entry += 1) {
      await assert.rejects(lost.open('246810'), isCardGone);
    }
    assert.ok(await cardIn(whole, 'judged').isLocked());
  });
});
