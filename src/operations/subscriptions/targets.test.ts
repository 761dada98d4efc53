// Shows: Operations | webhooks go to no private address, emails to one address that confirmed it
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { isPrivate, parseEmail, parseWebhook } from './targets.ts';

describe('the address of a webhook', () => {
  for (const url of [
    'http://hooks.example.com/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[fd00::1]/',
    'https://[64:ff9b::a00:1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.1.2.3/',
    'https://100.64.0.1/',
    'https://localhost/',
    'https://localhost./',
    'https://spine/',
    'https://db.internal/',
    'https://user:secret@hooks.example.com/',
    'https://hooks.example.com/#x',
    'file:///etc/passwd',
    'gopher://hooks.example.com/',
    'hooks.example.com',
    `https://hooks.example.com/${'x'.repeat(500)}`,
    '',
  ]) {
    test(`is not ${url.slice(0, 60)}`, () => {
      assert.equal(parseWebhook(url, []).ok, false);
    });
  }

  test('is one of the internet, or one that the operator has named', () => {
    assert.ok(parseWebhook('https://hooks.example.com/spine?team=1', []).ok);
    assert.ok(parseWebhook('https://8.8.8.8/', []).ok);
    assert.ok(parseWebhook('https://[2606:4700::1]/', []).ok);
    assert.ok(parseWebhook('http://127.0.0.1:8080/', ['127.0.0.1']).ok);
    assert.equal(parseWebhook('http://127.0.0.2:8080/', ['127.0.0.1']).ok, false);
  });

  test('that a name leads to is looked at again when it is connected to', () => {
    for (const address of [
      '127.0.0.1',
      '10.0.0.1',
      '::1',
      'fe80::1',
      '::ffff:127.0.0.1',
      '2001:db8::1',
      'x',
    ]) {
      assert.equal(isPrivate(address), true, address);
    }
    for (const address of ['8.8.8.8', '2606:4700::1'])
      assert.equal(isPrivate(address), false, address);
  });
});

describe('an email address', () => {
  test('is one, and nothing that could say more to a mail server', () => {
    for (const text of ['name@example.com', ' first.last+tag@mail.example.co.uk ']) {
      assert.ok(parseEmail(text).ok, text);
    }
    for (const text of [
      '',
      'name',
      'name@example',
      'a@b.com,c@d.com',
      'a@b.com\r\nBcc: c@d.com',
      'a..b@example.com',
      '.a@example.com',
      '"a b"@example.com',
      'Name <a@example.com>',
      `${'x'.repeat(65)}@example.com`,
    ]) {
      assert.equal(parseEmail(text).ok, false, text);
    }
  });
});
