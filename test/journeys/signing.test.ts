// Shows: Signatures | an order is prepared, signed with the prescriber's key and sent, and the signature is good
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { order, withSignature } from '../../src/local/sample-messages/index.ts';
import { anOrder } from '../../src/local/testing.ts';
import { testSpine } from '../support/server.ts';

const spine = testSpine();
const BASE = '/fhir-prescribing/FHIR/R4';

test('what $prepare answers is signed at the signing door, and the order is taken', async () => {
  const message = order(anOrder({ authoredAt: new Date() }));
  const prepared = await spine().call(`${BASE}/$prepare`, { body: message });
  assert.equal(prepared.status, 200, prepared.text);
  const [digest, , algorithm] = prepared.body.parameter;
  const body = {
    persona: 'prescriber',
    digest: digest.valueString,
    algorithm: algorithm.valueString,
  };
  const signed = await spine().call('/_local/sign', { body });
  assert.equal(signed.status, 200, signed.text);
  const sent = await spine().call(`${BASE}/$process-message`, {
    body: withSignature(message, signed.body.signature),
  });
  assert.equal(sent.status, 200, sent.text);
  const findings = await spine().database.all<{ findings: string[] }>({
    text: `select data->'signature'->'findings' as findings from prescriptions.event where kind = 'Created'`,
    values: [],
  });
  // The other one is of the journey that the installation sends through itself.
  assert.deepEqual(
    findings.map((row) => row.findings),
    [[], []],
  );
});

test('the signing door signs for prescribers only, and only what was prepared', async () => {
  const good = { persona: 'prescriber', digest: 'c2lnbiB0aGlz', algorithm: 'RS256' };
  const wrong = [
    { ...good, persona: 'dispenser' },
    { ...good, persona: 'toString' },
    { ...good, digest: '' },
    { ...good, algorithm: 'none' },
  ];
  for (const body of wrong) {
    const answer = await spine().call('/_local/sign', { body });
    assert.equal(answer.status, 400, JSON.stringify(body));
  }
});
