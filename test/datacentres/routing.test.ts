// Shows: Datacentres | each answer names its site and epoch; one that cannot serve says where to go; the list of addresses has those first that are well
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import type { Trouble } from '../../src/platform/trouble.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';

const FRESH_MS = 1_050; // as long as an answer is told again

type List = {
  readonly servedBy: string;
  readonly epoch: number;
  readonly endpoints: readonly { url: string; datacentre: string | null; health: string }[];
};

describe('two datacentres', () => {
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let a: Datacentre;
  let b: Datacentre;

  before(async () => {
    made = await createDatabase();
    const ports = [await freePort(), await freePort()] as const;
    const publicUrls = ports.map((port) => `http://127.0.0.1:${port}`);
    const start = (datacentre: 'a' | 'b', port: number): Promise<Datacentre> =>
      startDatacentre(testConfig(made.url, { datacentre, port, publicUrls }), () => undefined);
    a = await start('a', ports[0]);
    b = await start('b', ports[1]);
  });
  after(async () => {
    await Promise.all([a.close(), b.close()]);
  });

  const list = async (at: Datacentre): Promise<List> => {
    await delay(FRESH_MS); // until it looks again
    const answer = await fetch(`${at.url}/.well-known/spine-endpoints`);
    assert.equal(answer.status, 200);
    return JSON.parse(await answer.text());
  };
  const healths = ({ endpoints }: List) => endpoints.map((one) => [one.url, one.health]);

  test('name themselves and the epoch of the writes in every answer, whatever it is', async () => {
    for (const [site, { url }] of Object.entries({ a, b })) {
      for (const path of ['/_ready', '/nowhere', '/fhir-dispensing/FHIR/R4/metadata', '/signin']) {
        const { headers } = await fetch(`${url}${path}`);
        assert.match(
          headers.get('x-served-by') ?? '',
          new RegExp(`^${site}; openspine/.+; epoch=1$`),
        );
      }
    }
  });

  test('both are well, and the one that is asked names itself first', async () => {
    const [of, other] = [await list(a), await list(b)];
    assert.deepEqual([of.servedBy, other.servedBy, of.epoch], ['a', 'b', 1]);
    assert.deepEqual(healths(of), [
      [a.url, 'pass'],
      [b.url, 'pass'],
    ]);
    assert.deepEqual(
      other.endpoints.map((one) => one.datacentre),
      ['b', 'a'],
    );
  });

  test('one that wants more connections than there are for it does not start, and says what to set', async () => {
    const greedy = testConfig(made.url, { databaseConnections: 41 });
    await assert.rejects(
      startDatacentre(greedy, () => undefined),
      ({ message, remedy }: Trouble) =>
        /no more than 40 connections/.test(message) && /40 or less/.test(remedy),
    );
  });

  test('one that takes no requests is last, says so at once, where to go, and lets go of the connection', async () => {
    await a.drain(true);
    assert.deepEqual(healths(await list(b)), [
      [b.url, 'pass'],
      [a.url, 'fail'],
    ]);
    const began = performance.now();
    const answer = await fetch(`${a.url}/fhir-dispensing/FHIR/R4/metadata`);
    assert.ok(performance.now() - began < 1_000);
    assert.deepEqual(
      [answer.status, answer.headers.get('link'), answer.headers.get('connection')],
      [503, `<${b.url}>; rel="alternate"`, 'close'],
    );
    assert.notEqual(answer.headers.get('retry-after'), null);
    await a.drain(false);
    assert.equal((await fetch(`${a.url}/_ready`)).status, 200);
  });

  test('whose database is away say so, each in the form that was asked, and where else to go', async () => {
    await made.drop();
    await delay(FRESH_MS);
    for (const path of ['/_ready', '/_local/ready']) {
      const began = performance.now();
      const answer = await fetch(`${a.url}${path}`);
      const tookMs = performance.now() - began;
      const text = await answer.text();
      assert.equal(answer.status, 503, `${path} ${text}`);
      assert.equal(answer.headers.get('link'), `<${b.url}>; rel="alternate"`);
      assert.ok(tookMs < 2_500, `${path} took ${tookMs} ms`);
    }
    assert.deepEqual(
      (await list(a)).endpoints.map((one) => one.health),
      ['fail', 'fail'],
    );
  });
});
