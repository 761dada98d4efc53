import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ran } from '../../cli/testing.ts';
import { parseJson, textAt } from '../client/json.ts';
import { domainCommands } from './index.ts';
import { fakeSpine, NO_MORE, refusal } from './testing.ts';

const { spine, replies, messages } = fakeSpine();

describe('an answer', () => {
  test('that refuses ends with 1, its code and text, and what to do', async () => {
    replies.set('/fhir-dispensing/FHIR/R4/Task/$release', {
      status: 400,
      body: refusal(
        'PRESCRIPTION_WITH_ANOTHER_DISPENSER',
        'Prescription is with another dispenser',
      ),
    });
    const { code, stderr, stdout } = await spine('release', '0A1B2C-A83008-00001I');
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /PRESCRIPTION_WITH_ANOTHER_DISPENSER Prescription is with another dispenser/,
    );
    assert.match(stderr, /must return it/);
  });

  test('that refuses a cancellation is a Bundle whose status is shown', async () => {
    const status = { valueCoding: { code: 'R-0002', display: 'Marked for cancellation' } };
    const extension = [{ extension: [{ url: 'status', ...status }] }];
    const entry = [{ resource: { resourceType: 'MedicationRequest', extension } }];
    const id = await prescribed(1);
    replies.set('/fhir-prescribing/FHIR/R4/$process-message', {
      status: 400,
      body: { resourceType: 'Bundle', entry },
    });
    const { code, stderr } = await spine('cancel', id);
    assert.equal(code, 1);
    assert.match(stderr, /R-0002 Marked for cancellation/);
  });

  test('that has nothing more is no refusal', async () => {
    replies.set('/fhir-dispensing/FHIR/R4/Task/$release', { status: 200, body: NO_MORE });
    const { code, stdout } = await spine('release');
    assert.equal(code, 0);
    assert.match(stdout, /No more prescriptions wait for FA565/);
  });

  test('of a sign-in that refuses is shown as it is', async () => {
    replies.set('/_local/token', {
      status: 404,
      body: { error: 'unknown_persona', error_description: 'nobody' },
    });
    const { code, stderr } = await spine('prescribe');
    assert.equal(code, 1);
    assert.match(stderr, /unknown_persona nobody/);
  });

  test('that does not come ends with 4 and says how to start the service', async () => {
    const { code, stderr } = await ran(domainCommands(), [
      'prescribe',
      '--at',
      'http://127.0.0.1:9',
    ]);
    assert.equal(code, 4);
    assert.match(stderr, /start it with: npm start/);
  });
});

describe('--curl', () => {
  test('prints each request with the token left out', async () => {
    const { stderr } = await spine('prescribe', '--curl');
    assert.match(
      stderr,
      /curl -X POST 'http:\/\/127.0.0.1:\d+\/fhir-prescribing\/FHIR\/R4\/\$process-message'/,
    );
    assert.match(stderr, /-H "Authorization: Bearer \$TOKEN"/);
    assert.doesNotMatch(stderr, /aaa\.bbb\.ccc/);
  });
});

describe('spine track', () => {
  test('looks for an id or for a patient, and says the status in words', async () => {
    const id = await prescribed(1);
    const { stdout } = await spine('track', id);
    assert.match(stdout, /0008 Claimed {2}2026-01-05 {2}FA565/);
    const { path = '' } = messages().at(-1) ?? {};
    assert.equal(path.split('?')[0], '/electronic-prescriptions/FHIR/R4/Task');
    const query = new URLSearchParams(path.split('?')[1]);
    assert.equal(
      query.get('focus:identifier'),
      `https://fhir.nhs.uk/Id/prescription-order-number|${id}`,
    );
    await spine('track', '999 000 0018');
    assert.match(messages().at(-1)?.path ?? '', /patient:identifier=.*9990000018$/);
  });
});

async function prescribed(items: number): Promise<string> {
  const { stdout } = await spine('prescribe', '--items', `${items}`, '-o', 'json');
  return textAt(parseJson(stdout), 'prescriptionId') ?? '';
}
