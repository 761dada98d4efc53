import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { at, listAt, parseJson, textAt } from '../client/json.ts';
import { journalFile } from './journal.ts';
import { fakeSpine, type Received } from './testing.ts';

const { spine, received, messages } = fakeSpine();
const ID = '[A-F0-9]{6}-A83008-[A-F0-9]{5}[A-Z0-9+]';
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('spine prescribe', () => {
  test('alone sends an acute prescription of one item to the usual pharmacy, at business time', async () => {
    const { code, stdout } = await spine('prescribe', '-o', 'json');
    assert.equal(code, 0);
    const sent = messages()[0];
    assert.equal(sent?.path, '/fhir-prescribing/FHIR/R4/$process-message');
    assert.equal(sent?.headers.authorization, 'Bearer aaa.bbb.ccc');
    assert.equal(sent?.headers['content-type'], 'application/fhir+json');
    assert.match(String(sent?.headers['x-request-id']), GUID);
    const [request] = requests(sent);
    assert.equal(textAt(request, 'authoredOn'), '2026-01-05T09:30:00+00:00');
    assert.equal(textAt(request, 'dispenseRequest', 'performer', 'identifier', 'value'), 'FA565');
    const result = parseJson(stdout);
    assert.match(textAt(result, 'prescriptionId') ?? '', new RegExp(`^${ID}$`));
    assert.equal(textAt(result, 'messageId'), textAt(sent?.body, 'identifier', 'value'));
    assert.equal(textAt(result, 'status'), 'accepted');
  });

  test('does what its flags say', async () => {
    await spine(
      'prescribe',
      '--type',
      'repeat',
      '--items',
      '3',
      '--no-nomination',
      '--as',
      'nurse',
      '--patient',
      '999 000 0026',
    );
    assert.deepEqual(received.find(({ path }) => path === '/_local/token')?.body, {
      persona: 'nurse',
    });
    const sent = requests(messages()[0]);
    assert.equal(sent.length, 3);
    assert.equal(textAt(sent[0], 'courseOfTherapyType', 'coding', 0, 'code'), 'continuous');
    assert.equal(at(sent[0], 'dispenseRequest', 'performer'), null);
    assert.match(JSON.stringify(messages()[0]?.body), /9990000026/);
  });

  test('sends a file as it is', async () => {
    const file = join(tmpdir(), `openspine-bundle-${process.pid}.json`);
    const bundle = { resourceType: 'Bundle', identifier: { value: 'm' }, strange: true };
    await writeFile(file, JSON.stringify(bundle));
    assert.equal((await spine('prescribe', '--file', file)).code, 0);
    assert.deepEqual(messages()[0]?.body, bundle);
    assert.equal((await spine('prescribe', '--file', `${file}.none`)).code, 2);
  });

  for (const argv of [
    ['--items', '5'],
    ['--items', 'x'],
    ['--type', 'erd'],
    ['--patient', '9434765919'],
    ['--as', 'dispenser'],
    ['more'],
  ]) {
    test(`refuses ${argv.join(' ')} as wrong use, and sends nothing`, async () => {
      assert.equal((await spine('prescribe', ...argv)).code, 2);
      assert.deepEqual(messages(), []);
    });
  }
});

describe('a command that follows another', () => {
  test('takes the ids it needs from what was sent and released before', async () => {
    const id = await prescribed(2);
    assert.match((await spine('release', id)).stdout, new RegExp(id.replace('+', '\\+')));
    await spine('dispense', id, '--partial', '2');
    await spine('dispense', id);
    await spine('claim', id);
    const [, release, first, second, claim] = messages();
    assert.equal(release?.path, '/fhir-dispensing/FHIR/R4/Task/$release');
    assert.equal(textAt(release?.body, 'parameter', 0, 'valueIdentifier', 'value'), id);
    assert.deepEqual(supplied(first), [
      ['0001', 20],
      ['0003', 50],
    ]);
    assert.deepEqual(supplied(second), [
      ['0001', 0],
      ['0001', 50],
    ]);
    assert.match(JSON.stringify(first?.body), /f0f0f0f0-0000-4000-8000-00000000abcd/);
    assert.equal(claim?.path, '/fhir-dispensing/FHIR/R4/Claim');
    const details = listAt(claim?.body, 'item', 0, 'detail');
    assert.deepEqual(
      details.map((detail) => at(detail, 'subDetail', 0, 'quantity', 'value')),
      [20, 100],
    );
  });

  test('is about the last prescription when none is named', async () => {
    const id = await prescribed(1);
    await spine('release', id);
    const { stdout } = await spine('return', '--reason', '0001', '-o', 'json');
    assert.equal(textAt(parseJson(stdout), 'prescriptionId'), id);
    const task = messages().at(-1)?.body;
    assert.equal(textAt(task, 'status'), 'rejected');
    assert.equal(textAt(task, 'statusReason', 'coding', 0, 'code'), '0001');
  });

  test('withdraws and amends the last notification', async () => {
    const id = await prescribed(2);
    await spine('release', id);
    await spine('dispense', id, '--item-status', '0003,0004');
    const notified = textAt(messages().at(-1)?.body, 'identifier', 'value');
    await spine('dispense', id, '--amend', '--item-status', '0001,0002');
    assert.equal(
      textAt(
        messages().at(-1)?.body,
        'entry',
        0,
        'resource',
        'extension',
        0,
        'valueIdentifier',
        'value',
      ),
      notified,
    );
    assert.deepEqual(supplied(messages().at(-1)), [
      ['0001', 20],
      ['0002', 0],
    ]);
    const amended = textAt(messages().at(-1)?.body, 'identifier', 'value');
    await spine('withdraw', id);
    assert.equal(textAt(messages().at(-1)?.body, 'focus', 'identifier', 'value'), amended);
    assert.equal((await spine('withdraw', id)).code, 2);
  });

  test('amends the last claim', async () => {
    const id = await prescribed(1);
    await spine('release', id);
    await spine('dispense', id);
    assert.equal((await spine('claim', id, '--amend')).code, 2);
    await spine('claim', id);
    const claimed = textAt(messages().at(-1)?.body, 'identifier', 0, 'value');
    assert.equal((await spine('claim', id, '--amend')).code, 0);
    assert.match(
      JSON.stringify(at(messages().at(-1)?.body, 'extension')),
      new RegExp(claimed ?? '-'),
    );
  });

  test('cancels the item that is named', async () => {
    const id = await prescribed(2);
    const second = textAt(requests(messages()[0])[1], 'identifier', 0, 'value');
    assert.equal(
      (await spine('cancel', id, '--item', '2', '--reason', '0004', '--as', 'nurse')).code,
      0,
    );
    const [request] = requests(messages().at(-1));
    assert.equal(textAt(request, 'identifier', 0, 'value'), second);
    assert.equal(textAt(request, 'statusReason', 'coding', 0, 'code'), '0004');
    assert.equal((await spine('cancel', id, '--item', '3')).code, 2);
  });

  test('says which flag gives a fact that is not known, and takes it', async () => {
    const unknown = '0A1B2C-A83008-00001I';
    const without = await spine('return', unknown, '--nhs-number', '9990000018');
    assert.equal(without.code, 2);
    assert.match(without.stderr, /--release-id/);
    const flags = [
      '--nhs-number',
      '9990000018',
      '--release-id',
      'r',
      '--long-id',
      'l',
      '--item-ids',
      'i1,i2',
    ];
    assert.equal((await spine('dispense', unknown, ...flags)).code, 0);
    assert.equal(supplied(messages().at(-1)).length, 2);
  });

  test('keeps what it remembers from other users of the machine', async () => {
    await prescribed(1);
    const host = String(received.at(-1)?.headers.host);
    const { mode } = await stat(journalFile(`http://${host}`, process.env));
    assert.equal(mode & 0o777, 0o600);
  });
});

async function prescribed(items: number): Promise<string> {
  const { stdout } = await spine('prescribe', '--items', `${items}`, '-o', 'json');
  return textAt(parseJson(stdout), 'prescriptionId') ?? '';
}

function requests(sent: Received | undefined): readonly unknown[] {
  return resources(sent, 'MedicationRequest');
}

function supplied(sent: Received | undefined): readonly unknown[] {
  return resources(sent, 'MedicationDispense').map((dispense) => [
    textAt(dispense, 'type', 'coding', 0, 'code'),
    at(dispense, 'quantity', 'value'),
  ]);
}

function resources(sent: Received | undefined, type: string): readonly unknown[] {
  return listAt(sent?.body, 'entry')
    .map((entry) => at(entry, 'resource'))
    .filter((resource) => textAt(resource, 'resourceType') === type);
}
