import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { DatabaseUnavailable } from '../../../platform/database.ts';
import { answerBy } from '../gateway.ts';
import { type JsonQueryHandler, queryRoutes } from './index.ts';

const ASID = '999000000101';
const peer = { partyKey: 'A83008-900101', asids: [ASID] };
const system = {
  asid: ASID,
  organisation: null,
  interactions: ['urn:nhs:names:services:mm:things'],
};
const request = {
  method: 'GET',
  path: '/mm/things',
  query: new URLSearchParams(),
  headers: { 'spine-from-asid': ASID },
  body: Buffer.alloc(0),
};

function routesOf(handle: JsonQueryHandler['handle'], bugs: unknown[] = []) {
  const parts = {
    directory: {
      systemsOf: async () => [system],
      contracts: async () => new Map(),
      roleOf: async () => null,
    },
    clock: { now: () => new Date('2026-01-05T09:30:00Z') },
    asid: '567456789789',
    onBug: (error: unknown) => bugs.push(error),
  };
  const mediaType = 'application/json';
  const refuse = (status: number, text: string) => ({ status, text });
  return queryRoutes(parts, { soap: [], json: [{ name: 'things', mediaType, refuse, handle }] });
}

describe('a query in JSON', () => {
  test('that finds the database away is told so in its own form, and when to come again', async () => {
    const routes = routesOf(() => Promise.reject(new DatabaseUnavailable('away')));
    const { status, headers, body } = await answerBy(routes, request, peer);
    assert.equal(status, 503);
    assert.equal(headers?.['Retry-After'], '5');
    assert.deepEqual(JSON.parse(String(body)), {
      status: 503,
      text: 'The Spine cannot answer: try again.',
    });
  });

  test('that meets a mistake of ours is told so in its own form, and the log is told what it was', async () => {
    const bugs: unknown[] = [];
    const mistake = new Error('a mistake');
    const routes = routesOf(() => Promise.reject(mistake), bugs);
    const { status, body } = await answerBy(routes, request, peer);
    assert.equal(status, 500);
    assert.deepEqual(JSON.parse(String(body)), { status: 500, text: 'The Spine made a mistake.' });
    assert.deepEqual(bugs, [mistake]);
  });
});
