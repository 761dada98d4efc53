import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';

import type { CDPSession, Page } from 'playwright-core';

import { pageTest, testBrowser } from './browser.ts';
import { testDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';
import { startSession } from '../../src/identity/sessions/index.ts';
import { storeIn } from '../../src/identity/sessions/testing.ts';
import * as keys from '../../src/identity/webauthn/handle.ts';
import { keysOf, revokeKey } from '../../src/identity/webauthn/repository.ts';

const database = testDatabase();
const browser = testBrowser();
const USER = '555900010101';
const OTHER = '555900130101';
const library = createRequire(import.meta.url).resolve('@simplewebauthn/browser');
const SCRIPT = readFileSync(join(library, '../../dist/bundle/index.umd.min.js'), 'utf8');

type Answer = Parameters<typeof keys.registerKey>[1]['response'];
type Proof = Parameters<typeof keys.proveKey>[1]['response'];

describe('a security key in a browser', () => {
  let origin = '';
  let parts: keys.KeyParts;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>keys</title><script>${SCRIPT}</script>`);
  });
  before(async () => {
    const port = await freePort();
    await new Promise<void>((resolve) => {
      server.listen(port, 'localhost', resolve);
    });
    origin = `http://localhost:${port}`;
    const own = { domain: 'localhost', origins: [origin], roots: [] };
    parts = { database: database().database, ...own };
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  type Held = { readonly page: Page; readonly cdp: CDPSession; readonly id: string };
  const hold = async (): Promise<Held> => {
    const page = await browser.open();
    await page.goto(origin);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId: id } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'usb',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return { page, cdp, id };
  };
  const create = async ({ page }: Held, userId = USER): Promise<Answer> => {
    const optionsJSON = await keys.askForNewKey(parts, userId, new Date());
    return page.evaluate<Answer>(
      `SimpleWebAuthnBrowser.startRegistration(${JSON.stringify({ optionsJSON })})`,
    );
  };
  const register = async (held: Held, userId = USER) => {
    const response = await create(held, userId);
    return keys.registerKey(parts, { userId, name: 'blue key', response }, new Date());
  };
  const touch = async ({ page }: Held, subject: string): Promise<Proof> => {
    const optionsJSON = await keys.askForKey(parts, subject, new Date());
    return page.evaluate<Proof>(
      `SimpleWebAuthnBrowser.startAuthentication(${JSON.stringify({ optionsJSON })})`,
    );
  };
  const prove = async (held: Held, subject = 'a request') =>
    keys.proveKey(parts, { subject, response: await touch(held, subject) }, new Date());

  pageTest('is registered and signs in, its counter rising', async () => {
    const held = await hold();
    const key = await register(held);
    assert.ok(key.ok);
    assert.equal(key.value.isSingleDevice, true);
    assert.equal(key.value.aaguid, '01020304-0506-0708-0102-030405060708');
    assert.equal(key.value.isAttested, false, 'no maker is trusted yet');
    const first = await prove(held);
    assert.ok(first.ok);
    assert.equal(first.value.userId, USER);
    assert.equal(first.value.authenticator, 'PASSKEY');
    assert.ok((await prove(held)).ok);
    const [kept] = await keysOf(database().database, USER);
    assert.ok(kept !== undefined && kept.counter >= 2 && kept.lastUsedAt !== null);
  });

  pageTest('is level 3 only when its maker is trusted here', async () => {
    const held = await hold();
    const response = await create(held, OTHER);
    const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
    const object = new Uint8Array(Buffer.from(response.response.attestationObject, 'base64url'));
    const [maker] = decodeAttestationObject(object).get('attStmt').get('x5c') ?? [];
    assert.ok(maker !== undefined);
    const pem = Buffer.from(maker).toString('base64');
    const { parseRoots } = await import('../../src/identity/webauthn/attestation.ts');
    const roots = parseRoots(`-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`);
    const answer = { userId: OTHER, name: 'key', response };
    const key = await keys.registerKey({ ...parts, roots }, answer, new Date());
    assert.ok(key.ok);
    assert.equal(key.value.isAttested, true);
    const proof = await prove(held);
    assert.ok(proof.ok);
    assert.equal(proof.value.authenticator, 'FIDO2');
  });

  pageTest('answers once, for the person, purpose and sign-in that it was asked for', async () => {
    const held = await hold();
    const response = await create(await hold());
    const wrong = { userId: OTHER, name: 'stolen', response };
    const refused = { ok: false, error: 'AnswerRefused' };
    assert.deepEqual(await keys.registerKey(parts, wrong, new Date()), refused);
    assert.ok((await register(held, OTHER)).ok);
    const proof = await touch(held, 'one request');
    const other = { subject: 'another request', response: proof };
    assert.deepEqual(await keys.proveKey(parts, other, new Date()), refused);
    const own = { subject: 'one request', response: proof };
    assert.ok((await keys.proveKey(parts, own, new Date())).ok);
    assert.deepEqual(await keys.proveKey(parts, own, new Date()), refused, 'not twice');
    const late = await touch(held, 'late');
    const inTenMinutes = new Date(Date.now() + 600_000);
    const tooLate = { subject: 'late', response: late };
    assert.deepEqual(await keys.proveKey(parts, tooLate, inTenMinutes), refused);
  });

  pageTest('is refused at another address and with another signature', async () => {
    const held = await hold();
    assert.ok((await register(held)).ok);
    const elsewhere = { ...parts, origins: ['https://phishing.invalid'] };
    const refused = { ok: false, error: 'AnswerRefused' };
    const phished = { subject: 'r', response: await touch(held, 'r') };
    assert.deepEqual(await keys.proveKey(elsewhere, phished, new Date()), refused);
    const response = await touch(held, 'r');
    const signature = Buffer.from(response.response.signature, 'base64url');
    signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    const forged = {
      ...response,
      response: { ...response.response, signature: signature.toString('base64url') },
    };
    assert.deepEqual(
      await keys.proveKey(parts, { subject: 'r', response: forged }, new Date()),
      refused,
    );
    assert.deepEqual(
      await keys.proveKey(
        parts,
        { subject: 'r', response: { ...response, id: 'AAAA' } },
        new Date(),
      ),
      refused,
    );
  });

  pageTest('whose copy was used falls behind and is refused', async () => {
    const held = await hold();
    assert.ok((await register(held, OTHER)).ok);
    const { credentials } = await held.cdp.send('WebAuthn.getCredentials', {
      authenticatorId: held.id,
    });
    const [credential] = credentials;
    assert.ok(credential !== undefined);
    assert.ok((await prove(held)).ok);
    assert.ok((await prove(held)).ok);
    const copy = await hold();
    await copy.cdp.send('WebAuthn.addCredential', {
      authenticatorId: copy.id,
      credential: { ...credential, signCount: 0 },
    });
    assert.deepEqual(await prove(copy), { ok: false, error: 'CounterFell' });
    assert.ok((await prove(held)).ok, 'the one that counts on goes on');
  });

  pageTest('of which a finger or PIN is wrong gives no answer', async () => {
    const held = await hold();
    assert.ok((await register(held)).ok);
    await held.cdp.send('WebAuthn.setUserVerified', {
      authenticatorId: held.id,
      isUserVerified: false,
    });
    await assert.rejects(prove(held), /NotAllowedError|not allowed/);
  });

  pageTest('that was revoked signs nobody in, and ends what was begun with it', async () => {
    const held = await hold();
    const key = await register(held);
    assert.ok(key.ok);
    const proof = await prove(held);
    assert.ok(proof.ok);
    const facts = { acr: null, amr: ['FIDO2'], assuranceLevel: '3', idAssuranceLevel: '3' };
    const nothing = { proofingLevel: null, vectorOfTrust: null, nhsNumber: null, delegate: null };
    const session = await startSession(
      storeIn(database().database),
      {
        kind: 'cis2',
        userId: USER,
        provider: 'test',
        providerSession: null,
        applicationId: null,
        card: proof.value.card,
        authentication: { ...facts, ...nothing },
      },
      new Date(),
    );
    const { credentialId } = key.value;
    const revoke = (userId: string) =>
      revokeKey(database().database, { credentialId, userId }, new Date());
    assert.equal(await revoke(OTHER), false, 'only its owner');
    assert.ok(await revoke(USER));
    assert.equal(await revoke(USER), false);
    assert.deepEqual(await prove(held), { ok: false, error: 'KeyUnknown' });
    const ended = await database().database.all<{ reason: string }>({
      text: 'select end_reason as reason from identity.session where id = $1',
      values: [session.id],
    });
    assert.deepEqual(ended, [{ reason: 'card-revoked' }]);
  });
});
