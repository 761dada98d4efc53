// Shows: FHIR prescribing | an order signed by a card in a PKCS#11 token (SoftHSM2) is verified and taken where signatures must be good
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';

import { ran, type Ran } from '../../src/cli/testing.ts';
import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { domainCommands } from '../../src/local/verbs/index.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import { cannotUseTokens, enrolled, MODULE, PIN, testTokens, tokenTest } from './tokens.ts';

const LABEL = 'NHS-PRESCRIBER';
const EMPTY = 'NHS-EMPTY';
testTokens([LABEL, EMPTY]);

describe('spine prescribe with a card in a token', () => {
  const closers: (() => Promise<void>)[] = [];
  let strict: Datacentre;

  before(async () => {
    if (cannotUseTokens() !== false) return;
    const made = await createDatabase();
    closers.push(() => made.drop());
    const folder = await mkdtemp(join(tmpdir(), 'openspine-prescriber-'));
    closers.push(() => rm(folder, { recursive: true }));
    process.env['XDG_STATE_HOME'] = folder;
    const config = testConfig(made.url, { signatureCheck: 'strict' });
    strict = await startDatacentre(config, () => undefined);
    closers.push(() => strict.close());
    await enrolled(made.database, LABEL, PERSONAS.prescriber.userId, 'rsa');
  });
  after(async () => {
    for (const close of closers.toReversed()) await close();
  });

  const prescribe = (label: string, pin: string): Promise<Ran> => {
    const words = ['--module', MODULE, '--token', label, '--pin', pin, '--at', strict.url];
    return ran(domainCommands(), ['prescribe', ...words, '-o', 'json']);
  };

  tokenTest('sends an order that is taken, and can be released', async () => {
    const sent = await prescribe(LABEL, PIN);
    assert.equal(sent.code, 0, sent.stderr);
    const { prescriptionId, status } = JSON.parse(sent.stdout);
    assert.equal(status, 'accepted');
    const words = ['release', prescriptionId, '--at', strict.url];
    const released = await ran(domainCommands(), words);
    assert.equal(released.code, 0, released.stderr);
  });

  tokenTest('sends nothing with a wrong passcode, or a card that cannot sign', async () => {
    const wrong = await prescribe(LABEL, '999999');
    assert.deepEqual([wrong.code, /2 more before the card/.test(wrong.stderr)], [1, true]);
    const empty = await prescribe(EMPTY, PIN);
    assert.deepEqual([empty.code, /enrol/.test(empty.stderr)], [1, true]);
  });
});
