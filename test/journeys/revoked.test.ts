// Shows: Signatures | a revoked card: strict refuses it by that name, compatible records it and `spine track` shows it
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import type { Bundle } from 'fhir/r4';

import { ran } from '../../src/cli/testing.ts';
import type { Datacentre } from '../../src/datacentre.ts';
import { localCommands } from '../../src/local/cli.ts';
import { findPersona, isPrescriber } from '../../src/local/personas.ts';
import { type Order, order } from '../../src/local/sample-messages/index.ts';
import { newShortFormId } from '../../src/local/sample-messages/prescription-id.ts';
import { LIST_NAMES, listPath } from '../../src/local/signing/index.ts';
import { anOrder } from '../../src/local/testing.ts';
import { domainCommands } from '../../src/local/verbs/index.ts';
import { signingDatacentres } from './signing-datacentres.ts';

const PRESCRIBE = 'fhir-prescribing/FHIR/R4/$process-message';

// Cards are revoked at the lax one; the strict one has to learn of it.
const two = signingDatacentres();

function orderBy(persona: string): Order {
  const prescriber = findPersona(persona);
  assert.ok(prescriber !== null && isPrescriber(prescriber));
  const shortFormId = newShortFormId(prescriber.organisation.ods, Math.random);
  const ids = { messageId: randomUUID(), longFormId: randomUUID(), shortFormId };
  return anOrder({ ...ids, authoredAt: new Date(), prescriber });
}

function signed(persona: string, sent = orderBy(persona)): Promise<Bundle> {
  return two.signed(order(sent), persona);
}

async function send(to: Datacentre, persona: string, message: Bundle): Promise<string[]> {
  const answer = await two.post(to, PRESCRIBE, message, persona);
  const texts = answer.body.issue.map(({ diagnostics }: { diagnostics?: string }) => diagnostics);
  return answer.status === 200 ? [] : texts;
}

function spine(...argv: readonly string[]) {
  return ran([...domainCommands(), ...localCommands()], [...argv, '--at', two.lax.url]);
}

const KNOWN_WITHIN_MS = 5_000;

/** Sends new orders to the datacentre that was not told, until it knows. */
async function refusedWithinSeconds(persona: string): Promise<string[]> {
  const until = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    const texts = await send(two.strict, persona, await signed(persona));
    if (texts.length > 0 || Date.now() > until) return texts;
    await delay(100);
  }
}

describe('a test installation', () => {
  test('publishes the lists that its certificates name', async () => {
    for (const name of LIST_NAMES) {
      const answer = await fetch(`${two.lax.url}${listPath(name)}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'application/pkix-crl');
    }
    const sent = orderBy('prescriber');
    assert.deepEqual(await send(two.strict, 'prescriber', await signed('prescriber', sent)), []);
    const { stdout } = await spine('track', sent.shortFormId, '-o', 'json');
    assert.deepEqual(JSON.parse(stdout)[0].signature, { findings: [], unlisted: [] });
    assert.match((await spine('track', sent.shortFormId)).stdout, /^ {2}signature: good$/m);
  });
});

describe('a card that is revoked', () => {
  test('signs no more orders, in any datacentre; what it signed before stays good', async () => {
    const before = await signed('other-prescriber');
    await delay(1_100); // author time is told in seconds
    const { code, stdout } = await spine('signing', 'revoke', 'other-prescriber');
    assert.equal(code, 0);
    assert.match(stdout, /^Certificate [0-9a-f]+ of other-prescriber is revoked/);
    assert.deepEqual(await refusedWithinSeconds('other-prescriber'), ['Certificate is revoked']);
    assert.deepEqual(await send(two.strict, 'other-prescriber', before), []);
    // In the same list, and not revoked.
    assert.deepEqual(await send(two.strict, 'prescriber', await signed('prescriber')), []);
  });

  test('takes what it signed before with it when its key was in other hands', async () => {
    const before = await signed('nurse');
    await delay(1_100);
    await spine('signing', 'revoke', 'nurse', '--reason', 'keyCompromise');
    assert.deepEqual(await refusedWithinSeconds('nurse'), ['Certificate is revoked']);
    assert.deepEqual(await send(two.strict, 'nurse', before), ['Certificate is revoked']);
  });

  test('is recorded where signatures are not enforced, and shown by the tracker', async () => {
    const sent = orderBy('nurse');
    assert.deepEqual(await send(two.lax, 'nurse', await signed('nurse', sent)), []);
    const { stdout } = await spine('track', sent.shortFormId);
    assert.match(stdout, /^ {2}signature: Certificate is revoked$/m);
    const asData = JSON.parse((await spine('track', sent.shortFormId, '-o', 'json')).stdout);
    assert.deepEqual(asData[0].signature, { findings: ['Certificate is revoked'], unlisted: [] });
  });

  test('has to be that of a prescriber, and for a reason that lists know', async () => {
    assert.equal((await spine('signing', 'revoke')).code, 2);
    for (const argv of [['dispenser'], ['nurse', '--reason', 'toString']]) {
      const { code, stderr } = await spine('signing', 'revoke', ...argv);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /Known:|must be one of/);
    }
  });
});
