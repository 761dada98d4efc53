import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { parseSystemFile } from './parse-systems.ts';

const PAGE = readFileSync(
  new URL('../../../docs/reference/system-file.md', import.meta.url),
  'utf8',
);
const EXAMPLE = /```json\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? '';

describe('the file of systems', () => {
  test('is read as its page of the reference shows it', () => {
    const file = parseSystemFile(JSON.parse(EXAMPLE));
    assert.ok(file.ok);
    const [system] = file.value.systems;
    assert.deepEqual([system?.asid, system?.clientOds], ['999000000101', 'A83008']);
    const [handler] = file.value.handlers;
    assert.deepEqual(
      [handler?.fqdn, handler?.mhsId, handler?.retries],
      ['surgery.example', 'A83008-900101:urn:nhs:names:services:mm:MCCI_IN010000UK13', 2],
    );
  });

  test('tells all that is wrong, each with its place', () => {
    const file = parseSystemFile({
      systems: [{ asid: '1', ods: 'A83008', partyKey: 'A83008', interactions: ['PORX'] }],
      handlers: [{ ods: 'A83008', partyKey: 'A83008-900101', endpoints: ['http://x'], cpa: 1 }],
    });
    assert.ok(!file.ok);
    assert.deepEqual(
      file.error.map((problem) => problem.split(' ')[0]),
      [
        'systems[0].asid',
        'systems[0].partyKey',
        'systems[0].interactions[0]',
        'handlers[0].interaction',
        'handlers[0].endpoints[0]',
        'handlers[0].cpaId',
        'handlers[0].cpa',
      ],
    );
    assert.equal(parseSystemFile({}).ok, false);
  });

  test('names nothing twice, and no time of no length', () => {
    const file = JSON.parse(EXAMPLE) as { systems: object[]; handlers: object[] };
    const [system] = file.systems;
    const [handler] = file.handlers;
    const twice = parseSystemFile({ systems: [system, system], handlers: [handler, handler] });
    assert.deepEqual(twice.ok ? [] : twice.error, [
      '"999000000101" is there twice',
      '"A83008-900101:urn:nhs:names:services:mm:MCCI_IN010000UK13" is there twice',
      '"A83008-900101 urn:nhs:names:services:mm:MCCI_IN010000UK13" is there twice',
    ]);
    for (const persistDuration of ['P', 'PT', 'P1DT', 'PT99999999S']) {
      assert.equal(parseSystemFile({ handlers: [{ ...handler, persistDuration }] }).ok, false);
    }
  });
});
