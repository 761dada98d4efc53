// Shows: Web pages | sign in for an application (CIS2) with the card in the reader of the computer, by the card agent
import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { after, before, describe, test } from 'node:test';

import type { Page } from 'playwright-core';

import type { AgentServer } from '../../src/agent/browser/server.ts';
import { changeCard, type CardCommand } from '../../src/identity/cards/index.ts';
import { importRelyingParties } from '../../src/identity/cis2/repository.ts';
import { parseRelyingPartyFile } from '../../src/identity/cis2/relying-party.ts';
import { CIS2_PATH } from '../../src/platform/config.ts';
import { cardsOf } from '../support/cards.ts';
import { freePort } from '../support/ports.ts';
import {
  cannotUseTokens,
  enrolled,
  PIN,
  testAgent,
  testReader,
  testTokens,
} from '../agent/tokens.ts';
import { cannotBrowse, checkPage, main, press, testBrowser } from './browser.ts';
import { userIdOf } from './people.ts';
import { pagesSpine } from './spine.ts';
import { waitingAt } from './waiting.ts';

const skip = cannotBrowse() || cannotUseTokens();
const CLIENT_ID = '969567331415.apps.national';
const SECRET = 'a-secret-of-a-test-0123456789';
const CARDS = {
  'NHS-GOOD': 'prescriber',
  'NHS-ATTEMPTS': 'dispenser',
  'NHS-REVOKED': 'nurse',
  'NHS-EXPIRED': 'receptionist',
  'NHS-SUSPENDED': 'other-prescriber',
} as const;

testTokens([...Object.keys(CARDS), 'NHS-EMPTY']);
const browser = testBrowser();
let agentPort = 0;
let backUrl = '';
const numbers = new Map<string, string>();
const spine = pagesSpine(
  async (database) => {
    if (skip !== false) return;
    await importApplication(database, backUrl);
    for (const [label, name] of Object.entries(CARDS)) {
      numbers.set(label, await enrolled(database, label, userIdOf(name)));
    }
  },
  async () => {
    agentPort = await freePort();
    backUrl = `http://127.0.0.1:${await freePort()}/back`;
    return { cardAgent: `http://127.0.0.1:${agentPort}` };
  },
);

describe('signing in with the card in the reader', { skip, timeout: 240_000 }, () => {
  let reader: Awaited<ReturnType<typeof testReader>>;
  let agent: AgentServer | null = null;
  const start = async (): Promise<void> => {
    agent = await testAgent(reader, [spine().a, spine().b], agentPort);
  };
  const stop = async (): Promise<void> => {
    await agent?.close();
    agent = null;
  };
  let waiting: Server;
  before(async () => {
    reader = await testReader();
    waiting = await waitingAt(backUrl);
    await start();
  });
  after(async () => {
    waiting.close();
    await stop();
  });

  /** The application sends the browser to sign in. */
  const begin = async (page: Page): Promise<void> => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: CLIENT_ID,
      redirect_uri: backUrl,
      scope: 'openid',
      state: 'a-state',
      nonce: 'a-nonce',
    });
    await page.goto(`${spine().a}${CIS2_PATH}/authorize?${query.toString()}`);
    assert.match(await page.locator('main').innerText(), /Ward site asks you to sign in/);
  };

  const useReader = (page: Page): Promise<void> =>
    page.getByRole('button', { name: 'Use the smartcard reader on this computer' }).click();
  const enter = async (page: Page, pin: string): Promise<void> => {
    await page.fill('#pin', pin);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const become = async (label: string, command: CardCommand): Promise<void> => {
    const cards = cardsOf(spine().database);
    const by = { userId: null, at: new Date() };
    assert.ok((await changeCard(cards, numbers.get(label) ?? '', command, { by })).ok);
  };

  test('begins with the card being put in, and a wrong passcode counts', async () => {
    const page = await browser.open();
    await begin(page);
    await checkPage(page);
    await useReader(page);
    await page.waitForURL(/\/sign-in\?/);
    assert.equal(await page.title(), 'There is no card in the reader - OpenSpine');
    await checkPage(page);
    await reader.put('NHS-GOOD');
    await page.getByRole('button', { name: 'Try again' }).click();
    assert.match(await page.locator('main').innerText(), /127\.0\.0\.1:\d+ asks you to sign in/);
    assert.match(await page.locator('main').innerText(), new RegExp(userIdOf('prescriber')));
    await checkPage(page);
    await enter(page, '999999');
    assert.match(await page.locator('#pin-error').innerText(), /You have 2 tries left/);
    await checkPage(page);
    await enter(page, '12');
    assert.match(await page.locator('#pin-error').innerText(), /6 to 8 digits/);
    await enter(page, PIN);
    await page.waitForURL(`${backUrl}?**`);
    const told = await tokenFor(spine().a, new URL(page.url()).searchParams.get('code'));
    assert.deepEqual(
      [told['sub'], told['amr'], told['nonce']],
      [userIdOf('prescriber'), ['CIS2_SMARTCARD'], 'a-nonce'],
    );
  });

  test('works without scripts', async () => {
    await reader.put('NHS-GOOD');
    const page = await browser.open({ script: false });
    await begin(page);
    await useReader(page);
    await page.waitForURL(/\/sign-in\?/);
    await enter(page, PIN);
    await page.waitForURL(`${backUrl}?**`);
  });

  test('opens our own pages too, at the one that was wanted', async () => {
    await reader.put('NHS-GOOD');
    const page = await browser.open();
    await page.goto(`${spine().a}/card`);
    await press(page, 'Use a card reader or a security key');
    assert.doesNotMatch(await main(page), /asks you to sign in/);
    await checkPage(page);
    await useReader(page);
    await page.waitForURL(/\/sign-in\?/);
    await enter(page, PIN);
    await page.waitForURL(`${spine().a}/card`);
  });

  for (const [label, command, words] of [
    ['NHS-REVOKED', { kind: 'Revoke', reason: 'lost' }, /This card was revoked/],
    ['NHS-EXPIRED', { kind: 'EndNow' }, /This card is out of date/],
    ['NHS-SUSPENDED', { kind: 'Suspend' }, /This card is suspended/],
  ] as const) {
    test(`with a card that ${words.source.slice(10)} says so on the sign-in page`, async () => {
      await become(label, command);
      await reader.put(label);
      const page = await browser.open();
      await begin(page);
      await useReader(page);
      await page.waitForURL(/\/sign-in\?/);
      await enter(page, PIN);
      await page.waitForURL(/\/signin\/[\w-]+\?card=/);
      assert.match(await page.locator('.nhsuk-error-summary').innerText(), words);
      await checkPage(page);
    });
  }

  test('with a card that was never enrolled says who can help', async () => {
    await reader.put('NHS-EMPTY');
    const page = await browser.open();
    await begin(page);
    await useReader(page);
    await page.waitForURL(/\/sign-in\?/);
    assert.equal(await page.title(), 'This card cannot sign in - OpenSpine');
    await checkPage(page);
  });

  test('after three wrong passcodes finds it locked, also after the agent was started again', async () => {
    await reader.put('NHS-ATTEMPTS');
    const page = await browser.open();
    await begin(page);
    await useReader(page);
    await page.waitForURL(/\/sign-in\?/);
    await enter(page, '999999');
    await enter(page, '999999');
    assert.match(await page.locator('#pin-error').innerText(), /You have 1 try left/);
    await enter(page, '999999');
    assert.equal(await page.title(), 'This card is locked - OpenSpine');
    await checkPage(page);
    await stop();
    await start();
    await page.getByRole('button', { name: 'Try again' }).click();
    assert.equal(await page.title(), 'This card is locked - OpenSpine');
    await page.getByRole('link', { name: /^Go back to/ }).click();
    assert.equal(await page.title(), 'Sign in with your smartcard - OpenSpine');
  });

  test('says so when no agent runs on this computer', async () => {
    await stop();
    const page = await browser.open();
    await begin(page);
    await useReader(page);
    await page
      .getByRole('alert')
      .getByText(/card agent of this computer does not answer/)
      .waitFor();
    assert.match(new URL(page.url()).pathname, /^\/signin\//);
    await checkPage(page);
    await start();
    await reader.put('NHS-GOOD');
    await useReader(page);
    await page.waitForURL(/\/sign-in\?/);
  });
});

async function importApplication(
  database: Parameters<typeof importRelyingParties>[0],
  redirectUri: string,
): Promise<void> {
  const party = {
    clientId: CLIENT_ID,
    name: 'Ward site',
    secret: SECRET,
    authMethod: 'client_secret_post',
    redirectUris: [redirectUri],
  };
  const parties = parseRelyingPartyFile({ relyingParties: [party] });
  assert.ok(parties.ok, JSON.stringify(parties));
  await importRelyingParties(database, parties.value, new Date());
}

/** What the identity token says that the application is given for its code. */
async function tokenFor(at: string, code: string | null): Promise<Record<string, unknown>> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: backUrl,
    client_id: CLIENT_ID,
    client_secret: SECRET,
  });
  const answer = await fetch(`${at}${CIS2_PATH}/access_token`, { method: 'POST', body });
  const told: unknown = await answer.json();
  assert.ok(typeof told === 'object' && told !== null && 'id_token' in told, JSON.stringify(told));
  const [, claims = ''] = String(told.id_token).split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
}
