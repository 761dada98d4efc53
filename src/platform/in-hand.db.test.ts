import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import type { HttpRequest, HttpResponse } from './http.ts';
import { openInHand, PutAside } from './in-hand.ts';
import { testDatabase } from '../../test/support/database.ts';

// Shows: Datacentres | a request that three processes died of is put aside, with an alert; whoever was in hand beside it is done

const made = testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'openspine-in-hand-'));
after(() => rmSync(folder, { recursive: true }));

const never = new Promise<never>(() => undefined);
const DONE: HttpResponse = { status: 200, body: '' };

function request(body: string): HttpRequest {
  const peer = { remote: '127.0.0.1', local: '127.0.0.1' };
  const rest = { query: {}, search: '', parts: {}, headers: {}, peer };
  return { method: 'POST', path: '/x', body: Buffer.from(body), ...rest };
}

const isPoison = (body: Buffer): boolean => body.includes('poison');

/** A process of a datacentre, and how it does what it is asked; it is not closed when it dies. */
async function startProcess(name: string, isStuck = isPoison) {
  const under = { done: 0, atOnce: 0, most: 0 };
  const { guarded, close } = await openInHand(made().database, join(folder, name));
  const handle = async ({ body }: HttpRequest): Promise<HttpResponse> => {
    under.atOnce += 1;
    under.most = Math.max(under.most, under.atOnce);
    await (isStuck(body) ? never : new Promise((resolve) => setImmediate(resolve)));
    under.atOnce -= 1;
    under.done += 1;
    return DONE;
  };
  const [route] = guarded([{ method: 'POST', path: '/x', handle }]);
  assert.ok(route !== undefined);
  return { ask: async (body: string) => route.handle(request(body)), under, close };
}

describe('a request that processes die of', () => {
  test('is done no more after three deaths, at either datacentre, and is told of by its route alone', async () => {
    const a = await startProcess('a');
    const b = await startProcess('b');
    a.ask('poison 1').then(undefined, assert.ifError);
    await startProcess('a'); // the one before is dead
    b.ask('poison 1').then(undefined, assert.ifError);
    const third = await startProcess('b');
    third.ask('poison 1').then(undefined, assert.ifError);
    while (third.under.atOnce === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const name of ['b', 'a']) {
      const last = await startProcess(name);
      await assert.rejects(last.ask('poison 1'), (error) => {
        assert.ok(error instanceof PutAside);
        return error.interaction === 'POST /x';
      });
      assert.equal((await last.ask('another')).status, 200);
      last.close();
    }
  });

  test('lets whoever was in hand beside it be done, one after the other, and then as before', async () => {
    const bodies = ['one', 'two'];
    const first = await startProcess('c', () => true);
    for (const body of bodies) first.ask(body).then(undefined, assert.ifError);
    const second = await startProcess('c');
    await Promise.all(bodies.map(second.ask));
    assert.deepEqual(second.under, { done: 2, atOnce: 0, most: 1 });
    await Promise.all(bodies.map(second.ask));
    assert.deepEqual(second.under, { done: 4, atOnce: 0, most: 2 });
    second.close();
  });

  test('is noted in a file for its user alone, which is gone when the process ends in good order', async () => {
    const { close } = await startProcess('d');
    assert.equal(statSync(join(folder, 'd')).mode & 0o777, 0o600);
    close();
    assert.throws(() => statSync(join(folder, 'd')), { code: 'ENOENT' });
  });

  const missing = process.getuid?.() === 0 ? false : 'a small volume needs root';
  test('is done all the same where there is no room to note it', { skip: missing }, async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    const words = ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small];
    assert.equal(spawnSync('mount', words).status, 0);
    try {
      const { ask, close } = await startProcess('small/e');
      assert.equal((await ask('one')).status, 200);
      close();
    } finally {
      spawnSync('umount', ['--lazy', small]);
    }
  });
});
