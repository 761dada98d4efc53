import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { testDatabase } from '../../../test/support/database.ts';
import { ran } from '../../cli/testing.ts';
import { openControl, type Order } from '../../installation/control.ts';
import { sql } from '../../platform/sql.ts';
import { moveDrillCommand } from './cli.ts';
import { drillMove } from './handle.ts';
import { drillModel, isGood, MOVE_DRILL } from './judge.ts';

// Shows: Datacentres | a drill moves the writes to the other one and back while something writes, and says how long they paused and what was lost

const database = testDatabase();
const PORT_BASE = 40_000 + (process.pid % 20_000);

const NODE = { state: 'running', position: 1, timeline: 1 };
const BOTH = { a: { ...NODE, role: 'primary' }, b: { ...NODE, role: 'standby' } } as const;

describe('a drill of moving the writes', () => {
  test('says for how long nothing was acknowledged, and finds what was lost', async () => {
    let [kept, isAway] = [0, false];
    const moves: string[] = [];
    const parts = {
      primary: 'b',
      aroundMs: 60,
      promote: async (site: string) => {
        moves.push(site);
        isAway = true;
        await delay(200);
        isAway = false;
        return null;
      },
      mark: async (n: number) => {
        if (isAway) throw new Error('nobody takes writes');
        kept = n;
      },
      marked: async () => kept,
    } as const;
    const good = await drillMove(parts);
    assert.deepEqual(moves, ['a', 'b']);
    assert.ok(good.pauseMs >= 180 && good.acknowledged > 0, JSON.stringify(good));
    assert.equal(isGood({ ...good, pauseMs: 200 }), true);
    const short = await drillMove({ ...parts, marked: async () => kept - 3 });
    assert.equal(short.lost, 3);
    assert.equal(isGood(short), false);
    const stayed = await drillMove({ ...parts, promote: async () => 'B has not all of it' });
    assert.equal(stayed.problem, 'B has not all of it');
    assert.equal(isGood(stayed), false);
  });

  test('is overdue after a month', () => {
    const now = new Date('2026-11-30T12:00:00Z');
    const drill = {
      from: 'a',
      tookMs: 1,
      pauseMs: 900,
      acknowledged: 9,
      lost: 0,
      problem: null,
    } as const;
    const model = (at: string) => drillModel({ ...drill, at }, now);
    assert.match(JSON.stringify(model('2026-11-29T12:00:00Z')), /"tag":"Good".*"pause":"0.9 s"/);
    assert.match(JSON.stringify(model('2026-10-01T12:00:00Z')), /"tag":"Overdue","colour":"red"/);
    assert.equal(drillModel(null, now), null);
  });

  test('is a command, which keeps what it found where pages show it', async () => {
    const given: Order[] = [];
    let isAlone = false;
    const control = await openControl(PORT_BASE, (order) => {
      if (order.do !== 'status') given.push(order);
      const canTakeOver = isAlone ? null : given.length === 0 ? 'b' : 'a';
      const databases = { sites: BOTH, primary: 'a', isDurableInBoth: true, canTakeOver } as const;
      return Promise.resolve({ status: { processes: { a: 'running', b: 'running' }, databases } });
    });
    process.env['DATABASE_URL'] = database().url;
    const drill = () =>
      ran([moveDrillCommand], ['dc', 'drill', '-o', 'json', '--port-base', String(PORT_BASE)]);
    try {
      const { code, stdout, stderr } = await drill();
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        given.map(({ do: what, site }) => [what, site]),
        [
          ['promote', 'b'],
          ['promote', 'a'],
        ],
      );
      const [row] = await database().database.all<{ found: object }>(sql`
        select found from operations.finding where name = ${MOVE_DRILL}`);
      assert.deepEqual(row?.found, JSON.parse(stdout));
      isAlone = true;
      assert.match((await drill()).stderr, /nobody can take over the writes/);
    } finally {
      await control.close();
      delete process.env['DATABASE_URL'];
    }
    const { code, stderr } = await ran([moveDrillCommand], ['dc', 'drill', '--port-base', '65400']);
    assert.equal(code, 4, stderr);
  });
});
