import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';

import { isSameContent } from '../../src/prescriptions/hl7v3/content.ts';
import { perform } from '../../src/prescriptions/perform.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { aSpine, newId } from '../../src/prescriptions/testing.ts';
import { anEnvelope, AT } from './polling.ts';
import { aStore } from './store.ts';

// Shows: Migration | a message from before the switch that comes again over HL7 V3 gets its answer of then

const INTERACTION = 'PORX_IN100101SM31';
const ID = '24F5DA-A83008-7EFE6' as PrescriptionId;

function written(between: string, root: string): Buffer {
  return Buffer.from(
    `<${INTERACTION} xmlns="urn:hl7-org:v3"><ControlActEvent><subject>${between}<DispenseProposalReturn>${between}<id root="${root}"/></DispenseProposalReturn></subject></ControlActEvent></${INTERACTION}>`,
  );
}

test('however it is written; another one under its id is refused', async () => {
  const store = await aStore();
  const messageId = newId();
  const kept = `'\\x${written('', 'A').toString('hex')}'`;
  await store.rows.all(`
    insert into prescriptions.message (message_id, interaction, received_at, prescription_ids, digest, body, outcome)
    values ('${messageId}', '${INTERACTION}', '${AT}', '{${ID}}', sha256(${kept}), ${kept}, '{"kind":"Accepted","at":"${AT}"}')`);
  const ask = async (body: Buffer): Promise<string> => {
    const envelope = {
      ...anEnvelope('FA565', INTERACTION),
      messageId,
      body,
      digest: hash('sha256', body, 'buffer'),
      saysSame: (other: Buffer) => isSameContent(body, other),
    };
    const { outcome } = await perform(aSpine(store.database), envelope, ID, () =>
      assert.fail('it is done once more'),
    );
    return outcome.kind;
  };
  assert.equal(await ask(written('', 'A')), 'Accepted');
  assert.equal(await ask(written('\n  ', 'A')), 'Accepted');
  assert.equal(await ask(written('', 'B')), 'Refused');
});
