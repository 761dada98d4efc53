// Shows: Signatures | a revoked card: strict refuses it by that name, compatible records it and `spine track` shows it; one that is suspended signs nothing meanwhile
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import type { Bundle } from 'fhir/r4';

import { ran } from '../../src/cli/testing.ts';
import type { Datacentre } from '../../src/datacentre.ts';
import { findPersona, isPrescriber, type Prescriber } from '../../src/local/personas.ts';
import { type Order, order } from '../../src/local/sample-messages/index.ts';
import { newShortFormId } from '../../src/local/sample-messages/prescription-id.ts';
import { anOrder } from '../../src/local/testing.ts';
import { domainCommands } from '../../src/local/verbs/index.ts';
import { signingDatacentres } from './signing-datacentres.ts';

const PRESCRIBE = 'fhir-prescribing/FHIR/R4/$process-message';

// Nobody tells them that a card was revoked.
const two = signingDatacentres();

function orderBy(persona: string): Order {
  const prescriber = prescriberOf(persona);
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
  return ran(domainCommands(), [...argv, '--at', two.lax.url]);
}

async function change(persona: string, verb: string, ...options: string[]): Promise<void> {
  await two.card(verb, prescriberOf(persona).userId, ...options);
}

function prescriberOf(persona: string): Prescriber {
  const prescriber = findPersona(persona);
  assert.ok(prescriber !== null && isPrescriber(prescriber));
  return prescriber;
}

const KNOWN_WITHIN_MS = 5_000;

/** Sends new orders until the datacentre knows; what it says then. */
async function answeredWithinSeconds(persona: string, isRefused = true): Promise<string[]> {
  const until = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    const texts = await send(two.strict, persona, await signed(persona));
    if (texts.length > 0 === isRefused || Date.now() > until) return texts;
    await delay(100);
  }
}

/** Sends new orders to who takes them whatever their signature, until one is found bad. */
async function keptWithinSeconds(persona: string): Promise<{ shortFormId: string; shown: string }> {
  const until = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    const sent = orderBy(persona);
    const { shortFormId } = sent;
    assert.deepEqual(await send(two.lax, persona, await signed(persona, sent)), []);
    const { stdout: shown } = await spine('track', shortFormId);
    if (!shown.includes('signature: good') || Date.now() > until) return { shortFormId, shown };
    await delay(100);
  }
}

describe('a test installation', () => {
  test('publishes the lists that its certificates name', async () => {
    for (const name of ['root', 'signing-rsa-c0']) {
      const answer = await fetch(`${two.lax.url}/pki/${name}.crl`);
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
    await change('other-prescriber', 'revoke', '--reason', 'left');
    assert.deepEqual(await answeredWithinSeconds('other-prescriber'), ['Certificate is revoked']);
    assert.deepEqual(await send(two.strict, 'other-prescriber', before), []);
    // In the same list, and not revoked.
    assert.deepEqual(await send(two.strict, 'prescriber', await signed('prescriber')), []);
  });

  test('takes what it signed before with it when its key was in other hands', async () => {
    const before = await signed('nurse');
    await delay(1_100);
    await change('nurse', 'revoke', '--reason', 'stolen');
    assert.deepEqual(await answeredWithinSeconds('nurse'), ['Certificate is revoked']);
    assert.deepEqual(await send(two.strict, 'nurse', before), ['Certificate is revoked']);
  });

  test('is recorded where signatures are not enforced, and shown by the tracker', async () => {
    const { shortFormId, shown } = await keptWithinSeconds('nurse');
    assert.match(shown, /^ {2}signature: Certificate is revoked$/m);
    const asData = JSON.parse((await spine('track', shortFormId, '-o', 'json')).stdout);
    assert.deepEqual(asData[0].signature, { findings: ['Certificate is revoked'], unlisted: [] });
  });
});

describe('a card that is suspended', () => {
  test('signs no orders until it is back in use; what it signed before stays good', async () => {
    const before = await signed('prescriber');
    await delay(1_100);
    await change('prescriber', 'suspend');
    assert.deepEqual(await answeredWithinSeconds('prescriber'), ['Certificate is revoked']);
    assert.deepEqual(await send(two.strict, 'prescriber', before), []);
    await change('prescriber', 'resume');
    assert.deepEqual(await answeredWithinSeconds('prescriber', false), []);
  });
});

describe('a card that has ended', () => {
  test('signs no more orders, though its certificate says that it could', async () => {
    await change('prescriber', 'expire');
    assert.deepEqual(await answeredWithinSeconds('prescriber'), ['Certificate is revoked']);
  });
});
