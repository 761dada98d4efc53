import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { fakeSpine, NOW } from './verbs/testing.ts';
import { at, parseJson } from './client/json.ts';
import { ALL_PERSONAS } from './personas.ts';

const { spine, received, replies } = fakeSpine();

describe('spine who', () => {
  test('lists the people that the installation knows', async () => {
    replies.set('/_local/personas', { status: 200, body: ALL_PERSONAS });
    const { code, stdout } = await spine('who');
    assert.equal(code, 0);
    assert.match(stdout, /^prescriber +555900010101 +A83008 +Dr Asha/m);
    assert.match(stdout, /^system +application +FA565/m);
    const data = await spine('who', '-o', 'json');
    assert.deepEqual(
      parseJson(data.stdout),
      ALL_PERSONAS.map((persona) => parseJson(JSON.stringify(persona))),
    );
  });
});

describe('spine token', () => {
  test('prints nothing but the token', async () => {
    const { stdout, stderr } = await spine('token', '--as', 'dispenser', '--scope', 'a b');
    assert.equal(stdout, 'aaa.bbb.ccc\n');
    assert.equal(stderr, '');
    assert.deepEqual(received[0]?.body, { persona: 'dispenser', scope: 'a b' });
  });

  test('can be read instead', async () => {
    const part = (value: unknown): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const access_token = `${part({ alg: 'x' })}.${part({ sub: '555900010101' })}.s`;
    replies.set('/_local/token', { status: 200, body: { access_token } });
    const { stdout } = await spine('token', '--decode');
    assert.deepEqual(parseJson(stdout), { header: { alg: 'x' }, payload: { sub: '555900010101' } });
  });
});

describe('spine clock', () => {
  test('shows the business time', async () => {
    assert.match((await spine('clock')).stdout, new RegExp(`^${NOW} {2}stands still`));
  });

  const moves: readonly (readonly [argv: readonly string[], body: object])[] = [
    [['set', '2026-03-29T00:30:00Z'], { instant: '2026-03-29T00:30:00.000Z', frozen: false }],
    [
      ['set', '2026-03-29T00:30:00Z', '--frozen', '--security'],
      { instant: '2026-03-29T00:30:00.000Z', frozen: true, security: true },
    ],
    [['advance', '3d'], { instant: '2026-01-08T09:30:00.000Z', frozen: true }],
    [['advance', '90m'], { instant: '2026-01-05T11:00:00.000Z', frozen: true }],
    [['freeze'], { instant: NOW, frozen: true }],
    [['real'], { real: true }],
  ];
  for (const [argv, body] of moves) {
    test(`${argv.join(' ')} asks for just that`, async () => {
      assert.equal((await spine('clock', ...argv)).code, 0);
      assert.deepEqual(received.find(({ method }) => method === 'PUT')?.body, body);
    });
  }

  test('advance tells what fell due on the way, and where it goes on stderr', async () => {
    const done = [
      { on: '2026-02-01', prescription: '0A1B2CA8300800001', issue: 2, kind: 'ready' },
      { on: '2026-07-05', prescription: '0A1B2CA8300800001', issue: 2, kind: 'expire' },
    ];
    replies.set('/_local/clock', { status: 200, body: { instant: NOW, frozen: true, done } });
    const { stdout, stderr } = await spine('clock', 'advance', '26w');
    assert.match(stdout, /^2026-02-01 {2}0A1B2CA8300800001 {2}issue 2 {2}became ready$/m);
    assert.match(stdout, /^2026-07-05 {2}0A1B2CA8300800001 {2}issue 2 {2}expired$/m);
    assert.match(stderr, /Moving to 2026-07-06/);
    const data = parseJson((await spine('clock', 'advance', '26w', '-o', 'json')).stdout);
    assert.deepEqual(at(data, 'done'), done);
  });

  for (const argv of [
    ['set', 'soon'],
    ['advance', '-3d'],
    ['advance', '0d'],
    ['advance', '3 months'],
  ]) {
    test(`${argv.join(' ')} is wrong use`, async () => {
      assert.equal((await spine('clock', ...argv)).code, 2);
      assert.ok(!received.some(({ method }) => method === 'PUT'));
    });
  }
});
