import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { parseForm } from './form.ts';

async function inParts(fields: Readonly<Record<string, string | Blob>>) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  const sent = new Response(data);
  const body = Buffer.from(await sent.arrayBuffer());
  return parseForm(sent.headers.get('content-type') ?? '', body);
}

describe('a form with a file', () => {
  test('has its texts and its bytes', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 0]);
    const form = await inParts({ word: ' two words ', photo: new Blob([bytes]) });
    assert.ok(form.ok);
    assert.equal(form.value.text('word'), 'two words');
    assert.deepEqual(form.value.file('photo'), bytes);
    assert.equal(form.value.text('photo'), '');
    assert.equal(form.value.file('word').length, 0);
    assert.equal(form.value.file('none').length, 0);
  });

  test('keeps the limits of any form', async () => {
    assert.equal((await inParts({ word: 'a\0b' })).ok, false);
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`f${n}`, 'x']));
    assert.equal((await inParts(many)).ok, false);
  });

  test('that is no such form is refused, and never breaks anything', async () => {
    for (const type of [
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary=x',
      'application/json',
      undefined,
    ]) {
      assert.equal((await parseForm(type, Buffer.from('--y\r\n\r\n'))).ok, false, String(type));
    }
    const anything = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        const body = Buffer.concat([Buffer.from('--x\r\n'), bytes, Buffer.from('\r\n--x--\r\n')]);
        await parseForm('multipart/form-data; boundary=x', body);
      }),
    );
  });
});
