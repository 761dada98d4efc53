import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, describe, test } from 'node:test';

import { type HttpService, startHttp } from './http.ts';
import type { Answered } from './measures/answered.ts';
import { plainFailure } from './plain-failure.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const closers: (() => Promise<void>)[] = [];
after(async () => {
  agent.destroy();
  for (const close of closers) await close();
});

async function served(changes: Partial<HttpService>) {
  const answered: Answered[] = [];
  const done: string[] = [];
  const server = await startHttp('127.0.0.1', 0, () => ({ status: 503, body: '' }));
  closers.push(() => server.close());
  const handle = ({ body }: { readonly body: Buffer }) => {
    done.push(body.toString());
    return { status: 200, body: 'done' };
  };
  await server.serve({
    routes: [
      { method: 'POST', path: '/message', handle },
      { method: 'POST', path: '/of/:one', handle },
    ],
    mounts: [],
    headers: () => ({ 'X-Served-By': 'a' }),
    onFailure: (_request, failure) => plainFailure(failure),
    onAnswered: (one) => answered.push(one),
    ...changes,
  });
  const ask = (path: string, body: string): Promise<Said> => said(server.port, path, body);
  return { ask, answered, done };
}

type Said = {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly localPort: number | undefined;
};

function said(port: number, path: string, body: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, path, method: 'POST', agent }, (answer) => {
      const { localPort } = answer.socket;
      answer.resume();
      answer.once('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, localPort }),
      );
    });
    asking.once('error', reject);
    asking.end(body);
  });
}

describe('a request that is refused by its head', () => {
  test('is not looked at, is told when to come again, and keeps its connection', async () => {
    let isFull = true;
    const { ask, answered, done } = await served({ isRefused: () => isFull });
    const refused = await ask('/message', 'x'.repeat(300_000));
    assert.equal(refused.status, 503);
    assert.match(String(refused.headers['retry-after']), /^[1-5]$/);
    assert.equal(refused.headers['x-served-by'], 'a');
    assert.deepEqual(
      answered.map(({ route, response }) => [route, response.status]),
      [['/message', 503]],
    );
    isFull = false;
    const taken = await ask('/message', 'again');
    assert.equal(taken.status, 200);
    assert.equal(taken.localPort, refused.localPort);
    assert.deepEqual(done, ['again']);
  });

  test('is asked for by method and path, and only where no part of that is an id', async () => {
    const asked: unknown[] = [];
    const isRefused: HttpService['isRefused'] = (one) => asked.push(one) > 0;
    const { ask, done } = await served({ isRefused });
    assert.equal((await ask('/message?a=1', '')).status, 503);
    assert.equal((await ask('/of/1234', 'told')).status, 200);
    assert.deepEqual(asked, [{ method: 'POST', path: '/message' }]);
    assert.deepEqual(done, ['told']);
  });
});
