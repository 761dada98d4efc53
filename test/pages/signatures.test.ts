// Shows: Signatures | a prescriber signs at the signing service, by a card of the test system and by the card agent; the signed orders are taken
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { importPKCS8, SignJWT } from 'jose';
import type { Page } from 'playwright-core';

import type { AgentServer } from '../../src/agent/browser/server.ts';
import { parseClientFile } from '../../src/identity/clients/parse.ts';
import { importClients } from '../../src/identity/clients/repository.ts';
import { aClient, aKeyPair } from '../../src/identity/clients/testing.ts';
import { currentKey, signAccessToken } from '../../src/identity/index.ts';
import { PERSONAS, type Prescriber, TEST_PASSCODE } from '../../src/local/personas.ts';
import {
  medication,
  newShortFormId,
  order,
  withSignature,
} from '../../src/local/sample-messages/index.ts';
import { signatureOf } from '../../src/local/signing/sign.ts';
import { anOrder } from '../../src/local/testing.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import {
  cannotUseTokens,
  enrolled,
  PIN,
  testAgent,
  testReader,
  testTokens,
} from '../agent/tokens.ts';
import { freePort } from '../support/ports.ts';
import { PRESCRIBING } from '../support/server.ts';
import { cannotBrowse, checkPage, main, tabTo, testBrowser } from './browser.ts';
import { pagesSpine } from './spine.ts';
import { waitingAt } from './waiting.ts';

const skip = cannotBrowse() || cannotUseTokens();
const PAIR = aKeyPair();
const CARDS = { 'NHS-SIGNS': 'otherPrescriber', 'NHS-OF-ANOTHER': 'nurse' } as const;
const { prescriber, otherPrescriber } = PERSONAS;
const STATE = Buffer.from('{"prescriptions":"of today"}').toString('base64');
const application = { id: '', key: '' };

testTokens(Object.keys(CARDS));
const browser = testBrowser();
let agentPort = 0;
let backUrl = '';
const spine = pagesSpine(
  async (database) => {
    if (skip !== false) return;
    const jwks = { keys: [PAIR.jwk] };
    const more = { name: 'Surgery system', jwks, signingRedirectUri: backUrl };
    const file = parseClientFile({ clients: [aClient(more)] });
    assert.ok(file.ok, JSON.stringify(file));
    await importClients(database, file.value, new Date());
    application.id = file.value[0]?.applicationId ?? '';
    application.key = file.value[0]?.key ?? '';
    for (const [label, name] of Object.entries(CARDS)) {
      await enrolled(database, label, PERSONAS[name].userId, 'rsa');
    }
  },
  async () => {
    agentPort = await freePort();
    backUrl = `http://127.0.0.1:${await freePort()}/signed?by=us`;
    return { cardAgent: `http://127.0.0.1:${agentPort}`, signatureCheck: 'strict' };
  },
);

type Asked = {
  /** A datacentre with a path below it, in the name of the user of the application. */
  readonly call: (url: string, body?: object | string) => Promise<Answered>;
  readonly messages: readonly ReturnType<typeof order>[];
  readonly payloads: readonly { readonly id: string; readonly payload: string }[];
  readonly token: string;
  readonly redirectUri: string;
};

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
type Answered = { readonly status: number; readonly body: any };

function aNewOrder(signer: Prescriber): ReturnType<typeof order> {
  return order(
    anOrder({
      messageId: randomUUID(),
      shortFormId: newShortFormId(signer.organisation.ods, Math.random),
      longFormId: randomUUID(),
      items: [{ itemId: randomUUID(), medication: medication(0) }],
      authoredAt: new Date(),
      prescriber: signer,
    }),
  );
}

/** The application has prepared prescriptions, and asks the service to have them signed. */
async function asked(signer: Prescriber, count = 1): Promise<Asked> {
  const { a, b, database } = spine();
  const claims = { ...claimsOf(signer, null), client: application.id };
  const token = signAccessToken(await currentKey(database), claims, new Date());
  const call: Asked['call'] = async (url, body) => {
    const type = typeof body === 'string' ? 'text/plain' : 'application/fhir+json';
    const answer = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': type,
        'x-request-id': randomUUID(),
        'x-correlation-id': randomUUID(),
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const messages = Array.from({ length: count }, () => aNewOrder(signer));
  const payloads = [];
  for (const message of messages) {
    const { status, body } = await call(`${a}${PRESCRIBING}/$prepare`, message);
    assert.equal(status, 200, JSON.stringify(body));
    payloads.push({ id: randomUUID(), payload: body.parameter[0].valueString });
  }
  const now = Math.floor(Date.now() / 1000);
  const jwt = await new SignJWT({ payloads, algorithm: 'RS256' })
    .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid: 'test-1' })
    .setIssuer(application.key)
    .setSubject(signer.userId)
    .setAudience(`${b}/signing-service`)
    .setExpirationTime(now + 600)
    .sign(await importPKCS8(PAIR.privateKey, 'RS512'));
  const query = new URLSearchParams({ state: STATE });
  const url = `${b}/signing-service/signaturerequest?${query.toString()}`;
  const { status, body } = await call(url, jwt);
  assert.equal(status, 200, JSON.stringify(body));
  return { call, messages, payloads, token: body.token, redirectUri: body.redirectUri };
}

const responseOf = ({ call, token }: Asked): Promise<Answered> =>
  call(`${spine().a}/signing-service/signatureresponse/${token}`);

/** The browser has come back: the application fetches what was signed, and sends its orders. */
async function sendsAll(page: Page, request: Asked): Promise<void> {
  await page.waitForURL(/\/signed\?/);
  const query = new URL(page.url()).searchParams;
  assert.deepEqual(
    [query.get('by'), query.get('token'), query.get('state')],
    ['us', request.token, STATE],
  );
  const { status, body } = await responseOf(request);
  assert.equal(status, 200, JSON.stringify(body));
  const { a, database } = spine();
  for (const [place, message] of request.messages.entries()) {
    const { signature } = body.signatures[place];
    const { payload = '' } = request.payloads[place] ?? {};
    const xml = signatureOf(payload, Buffer.from(signature, 'base64'), body.certificate);
    const sent = await request.call(
      `${a}${PRESCRIBING}/$process-message`,
      withSignature(message, xml),
    );
    assert.equal(sent.status, 200, JSON.stringify(sent.body));
  }
  const wrong = await database.all({
    text: `select from prescriptions.event
      where kind = 'Created' and data->'signature'->>'findings' <> '[]'`,
    values: [],
  });
  assert.deepEqual(wrong, []);
}

describe('a request to sign', { skip, timeout: 240_000 }, () => {
  let reader: Awaited<ReturnType<typeof testReader>>;
  let agent: AgentServer;
  let waiting: Server;
  before(async () => {
    reader = await testReader();
    waiting = await waitingAt(backUrl);
    agent = await testAgent(reader, [spine().a, spine().b], agentPort);
  });
  after(async () => {
    waiting.close();
    await agent.close();
  });

  const enter = async (page: Page, pin: string): Promise<void> => {
    await page.fill('#pin', pin);
    await page.getByRole('button', { name: 'Sign', exact: true }).click();
  };

  test('is signed with a card of the test system, and the orders are taken where signatures must be good', async () => {
    const request = await asked(prescriber, 2);
    const page = await browser.open();
    await page.goto(request.redirectUri);
    assert.equal(await page.title(), 'Sign 2 prescriptions - OpenSpine');
    const words = await main(page);
    assert.match(words, /Surgery system asks .* \(user id 555900010101\) to sign/);
    for (const { id } of request.payloads) assert.ok(words.includes(id));
    await checkPage(page);
    await enter(page, '12');
    assert.match(await page.locator('#pin-error').innerText(), /6 to 8 digits/);
    await enter(page, '999999');
    assert.match(await page.locator('#pin-error').innerText(), /You have 2 tries left/);
    await checkPage(page);
    await enter(page, TEST_PASSCODE);
    await sendsAll(page, request);
    await page.goto(request.redirectUri);
    await page.waitForURL(/\/signed\?/);
  });

  test('is signed by the keyboard alone and without scripts, at the other datacentre', async () => {
    const request = await asked(prescriber);
    const page = await browser.open({ script: false });
    const { a, b } = spine();
    await page.goto(request.redirectUri.replace(b, a));
    assert.equal(await page.title(), 'Sign 1 prescription - OpenSpine');
    await tabTo(page, '#pin');
    await page.keyboard.type(TEST_PASSCODE);
    await page.keyboard.press('Enter');
    await sendsAll(page, request);
  });

  test('is not signed with a card of somebody else, nor with none', async () => {
    const request = await asked(prescriber);
    const page = await browser.open();
    await page.goto(request.redirectUri);
    const choose = (value: string): Promise<void> =>
      page.evaluate(`document.querySelector('#card').value = ${JSON.stringify(value)}`);
    const [other] = await spine().database.all<{ card: string }>({
      text: `select card_number as card from identity.card where user_id = $1 and key_file is not null`,
      values: [PERSONAS.dispenser.userId],
    });
    await choose(other?.card ?? '');
    await enter(page, TEST_PASSCODE);
    const problems = page.locator('.nhsuk-error-summary');
    assert.match(await problems.innerText(), /This is the card of somebody else/);
    await choose('');
    await enter(page, TEST_PASSCODE);
    assert.match(await problems.innerText(), /Choose a card/);
    await checkPage(page);
    assert.equal((await responseOf(request)).body.error, 'authorization_pending');
  });

  test('is refused by the user, and the application learns it', async () => {
    const request = await asked(prescriber);
    const page = await browser.open();
    await page.goto(request.redirectUri);
    await page.getByRole('button', { name: 'Do not sign' }).click();
    await page.waitForURL(/\/signed\?/);
    const { status, body } = await responseOf(request);
    assert.deepEqual([status, body.error], [400, 'access_denied']);
  });

  test('that is over or unknown says so', async () => {
    const request = await asked(prescriber);
    const page = await browser.open();
    await page.goto(request.redirectUri);
    await spine().setClock(new Date(Date.now() + 601_000));
    await enter(page, TEST_PASSCODE);
    assert.equal(await page.title(), 'There is nothing to sign here - OpenSpine');
    await checkPage(page);
    await spine().setClock(null);
    const answer = await page.goto(`${spine().a}/sign/${'x'.repeat(43)}`);
    assert.equal(answer?.status(), 404);
  });

  test('is signed with the card in the reader of the computer, by the card agent', async () => {
    const request = await asked(otherPrescriber, 2);
    await reader.put('NHS-OF-ANOTHER');
    const page = await browser.open();
    await page.goto(request.redirectUri);
    await page
      .getByRole('button', { name: 'Sign with the smartcard reader on this computer' })
      .click();
    await page.waitForURL(/\/sign\?request=/);
    assert.equal(await page.title(), 'This card is of somebody else - OpenSpine');
    await checkPage(page);
    await reader.put('NHS-SIGNS');
    await page.getByRole('button', { name: 'Try again' }).click();
    assert.match(await main(page), /Surgery system asks you, by 127.* to sign 2 prescriptions/);
    await checkPage(page);
    await enter(page, '999999');
    assert.match(await page.locator('#pin-error').innerText(), /You have 2 tries left/);
    await enter(page, PIN);
    await sendsAll(page, request);
    await page.goto(
      `${agent.url}/sign?${new URLSearchParams({ request: request.token, at: spine().a }).toString()}`,
    );
    assert.equal(await page.title(), 'Nothing is signed - OpenSpine');
    await checkPage(page);
  });
});
