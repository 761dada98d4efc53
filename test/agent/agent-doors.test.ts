// Shows: Identity | the card agent signs for its own services only: other origins, hosts and forms, a service that lies or passes on a challenge
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, request as send, type RequestListener } from 'node:http';
import { after, before, describe } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import type { AgentServer } from '../../src/agent/browser/server.ts';
import { rotateKeys, signedContent, writeSigned } from '../../src/identity/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { testPair } from '../nothing-lost/datacentres.ts';
import {
  cannotUseTokens,
  enrolled,
  PIN,
  testAgent,
  testReader,
  testTokens,
  tokenCard,
  tokenTest,
} from './tokens.ts';

const LABEL = 'NHS-DOORS';
const EVIL = 'https://evil.example';
testTokens([LABEL]);
const pair = testPair();
const closers: (() => Promise<void>)[] = [];
let agent: AgentServer;
let lying = '';
let passingOn = '';

/** Answers at an address of its own until the tests are done. */
async function service(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** As somebody who signs in for an application is known. */
const aRequest = (): string => randomBytes(16).toString('base64url');

type Said = { readonly status: number; readonly text: string; readonly headers: Headers };

async function said(answer: Response): Promise<Said> {
  const { status, headers } = answer;
  return { status, headers, text: await answer.text() };
}

async function ask(at: string, request = aRequest()): Promise<Said> {
  const query = new URLSearchParams({ request, at });
  return said(await fetch(`${agent.url}/sign-in?${query.toString()}`));
}

function tokenIn({ text }: Said): string {
  return /name="form-token" value="([\w-]+)"/.exec(text)?.[1] ?? '';
}

async function enter(token: string, headers: Record<string, string> = {}): Promise<Said> {
  const body = new URLSearchParams({ 'form-token': token, pin: PIN });
  return said(await fetch(`${agent.url}/passcode`, { method: 'POST', body, headers }));
}

function titleOf({ text }: Said): string {
  return /<h1[^>]*>(.*?)<\/h1>/.exec(text)?.[1] ?? '';
}

describe('signing in by a card agent', () => {
  before(async () => {
    if (cannotUseTokens() !== false) return;
    await enrolled(pair().database, LABEL, PERSONAS.prescriber.userId);
    lying = await service((request, response) => {
      const told = request.url?.endsWith('challenge')
        ? { challenge: randomBytes(48).toString('base64'), seal: 'AAAA' }
        : { to: `${EVIL}/signin?proof=x` };
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(told));
    });
    passingOn = await service((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const [a] = pair().addresses;
        const body = Buffer.concat(parts);
        fetch(`${a}${request.url ?? ''}`, { method: 'POST', body }).then(
          async (answer) => response.writeHead(answer.status).end(await answer.text()),
          () => response.destroy(),
        );
      });
    });
    const reader = await testReader();
    await reader.put(LABEL);
    agent = await testAgent(reader, [...pair().addresses, lying, passingOn]);
    closers.push(() => agent.close());
  });
  after(async () => {
    for (const close of closers) await close();
  });

  describe('the card agent', () => {
    tokenTest('tells its own services that it is there, and nobody else', async () => {
      const [a] = pair().addresses;
      const status = (headers: Record<string, string>, method = 'GET') =>
        fetch(`${agent.url}/status`, { method, headers });
      const own = await status({ origin: a });
      assert.deepEqual(
        [own.status, own.headers.get('access-control-allow-origin'), await own.json()],
        [200, a, { agent: 'openspine' }],
      );
      for (const headers of [{ origin: EVIL }, { origin: 'null' }, {}]) {
        const refused = await status(headers);
        assert.equal(refused.status, 403);
        assert.equal(refused.headers.get('access-control-allow-origin'), null);
      }
      const asked = { 'access-control-request-private-network': 'true' };
      const preflight = await status({ ...asked, origin: a }, 'OPTIONS');
      assert.deepEqual(
        [preflight.status, preflight.headers.get('access-control-allow-private-network')],
        [204, 'true'],
      );
      const refused = await status({ ...asked, origin: EVIL }, 'OPTIONS');
      assert.deepEqual(
        [refused.status, refused.headers.get('access-control-allow-origin')],
        [403, null],
      );
    });

    tokenTest('answers to its own name only: none of somebody else that leads here', async () => {
      const port = Number(new URL(agent.url).port);
      for (const [host, expected] of [
        [`127.0.0.1:${port}`, 200],
        [`localhost:${port}`, 200],
        [`evil.example:${port}`, 421],
        ['127.0.0.1', 421],
      ] as const) {
        const status = await new Promise((resolve, reject) => {
          const sent = send({ host: '127.0.0.1', port, path: '/', headers: { host } }, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          });
          sent.once('error', reject);
          sent.end();
        });
        assert.equal(status, expected, host);
      }
    });

    tokenTest('asks for no passcode for a service that it was not started for', async () => {
      for (const at of [EVIL, `${pair().addresses[0]}.evil.example`, '']) {
        const refused = await ask(at);
        assert.deepEqual(
          [refused.status, titleOf(refused)],
          [403, 'This service is not known here'],
        );
        assert.equal(tokenIn(refused), '');
      }
      const malformed = await ask(pair().addresses[0], 'short');
      assert.equal(malformed.status, 403);
    });

    tokenTest('takes a passcode from its own page only, and each form once', async () => {
      const [a] = pair().addresses;
      const page = await ask(a);
      assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
      for (const [token, headers] of [
        ['made-up', {}],
        [tokenIn(page), { origin: EVIL }],
        [tokenIn(await ask(a)), { 'sec-fetch-site': 'cross-site' }],
      ] as const) {
        const refused = await enter(token, headers);
        assert.deepEqual([refused.status, titleOf(refused)], [403, 'This form is out of date']);
      }
      const good = tokenIn(await ask(a));
      const done = await enter(good, { origin: agent.url });
      assert.deepEqual([done.status, titleOf(done)], [200, 'Your card has signed']);
      const refresh = done.headers.get('refresh') ?? '';
      assert.match(
        refresh,
        /^0;url=http:\/\/127\.0\.0\.1:\d+\/signin\/[\w-]+\/card\?proof=[\w-]{43}$/,
      );
      assert.ok(refresh.startsWith(`0;url=${a}/`));
      assert.equal((await enter(good)).status, 403);
    });

    tokenTest('goes nowhere that a service tells it but to its own sign-in pages', async () => {
      const done = await enter(tokenIn(await ask(lying)));
      assert.deepEqual([done.status, titleOf(done)], [503, 'The service cannot be reached']);
      assert.equal(done.headers.get('refresh'), null);
    });

    tokenTest('signs nothing that a service can use at the one whose challenge it is', async () => {
      const done = await enter(tokenIn(await ask(passingOn)));
      assert.deepEqual([done.status, titleOf(done)], [400, 'You are not signed in']);
      assert.match(done.text, /The card has signed for another service/);
    });
  });

  describe('a service', () => {
    const post = async (path: string, body: object | string): Promise<Said> => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return said(await fetch(`${pair().addresses[0]}${path}`, { method: 'POST', body: text }));
    };
    const answerTo = async (request: string, at: string): Promise<object> => {
      const given = JSON.parse((await post('/card-agent/challenge', { request })).text);
      const card = await tokenCard(LABEL);
      const certificate = await card.certificate('login');
      const opened = await card.open(PIN);
      assert.ok(opened.ok && certificate !== null);
      const content = signedContent(Buffer.from(given.challenge, 'base64'), at);
      const sign = (bytes: Buffer) => opened.value.sign('login', 'sha256', bytes);
      const signing = {
        content,
        certificate,
        digest: 'sha256',
        hasAttributes: false,
        sign,
      } as const;
      const answer = await writeSigned(signing);
      await opened.value.close();
      return { ...given, request, answer: answer.toString('base64') };
    };

    tokenTest('lets only the browser that began a sign-in go on with it', async () => {
      const [a] = pair().addresses;
      const request = aRequest();
      const done = await post('/card-agent/answer', await answerTo(request, a));
      assert.equal(done.status, 200, done.text);
      const { to } = JSON.parse(done.text);
      assert.match(to, new RegExp(`^/signin/${request}/card\\?proof=[\\w-]{43}$`));
      const other = await said(await fetch(`${a}${to}`, { redirect: 'manual' }));
      assert.deepEqual([other.status, titleOf(other)], [400, 'This sign-in cannot go on']);
    });

    tokenTest(
      'takes no answer to the challenge of another sign-in, nor one for elsewhere',
      async () => {
        const [a] = pair().addresses;
        const mine = await answerTo(aRequest(), a);
        const moved = await post('/card-agent/answer', { ...mine, request: aRequest() });
        assert.deepEqual([moved.status, JSON.parse(moved.text).error], [400, 'challenge_not_ours']);
        const elsewhere = await post('/card-agent/answer', await answerTo(aRequest(), EVIL));
        assert.deepEqual(
          [elsewhere.status, JSON.parse(elsewhere.text).error],
          [400, 'cms_invalid'],
        );
      },
    );

    tokenTest('takes an answer to a challenge from before its secret was rotated', async () => {
      const { database, addresses } = pair();
      const mine = await answerTo(aRequest(), addresses[0]);
      assert.ok(await rotateKeys(database, new Date()));
      for (const pauseMs of [0, 2_500]) {
        await pause(pauseMs); // in between, the process hears of it
        const done = await post('/card-agent/answer', mine);
        assert.equal(done.status, 200, done.text);
      }
      const next = await post('/card-agent/answer', await answerTo(aRequest(), addresses[0]));
      assert.equal(next.status, 200, next.text);
    });

    tokenTest('refuses what it cannot read, in the form of the interface', async () => {
      for (const body of ['', 'no json', '[]', 'null', '{"request":7}', { request: '../../x' }]) {
        for (const path of ['/card-agent/challenge', '/card-agent/answer']) {
          const refused = await post(path, body);
          assert.deepEqual([refused.status, JSON.parse(refused.text).error], [400, 'bad_request']);
        }
      }
      const request = aRequest();
      const given = JSON.parse((await post('/card-agent/challenge', { request })).text);
      const answer = Buffer.from('no CMS').toString('base64');
      const refused = await post('/card-agent/answer', { ...given, request, answer });
      assert.deepEqual([refused.status, JSON.parse(refused.text).error], [400, 'cms_invalid']);
    });
  });
});
