// Shows: Datacentres | what the primary keeps for a standby is read from its log and its slots
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import pg from 'pg';

import { type Postgres, startPostgres } from '../postgres.ts';
import { freePort } from '../../../test/support/ports.ts';
import { keptFor, renewSlot, seenIn } from './standby.ts';

const NAME = 'b';
const SWITCHES_MAX = 20;

describe('a primary', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-kept-'));
  let server: Postgres;
  let client: pg.Client;

  before(async () => {
    const settings = { max_slot_wal_keep_size: '16MB', min_wal_size: '32MB' };
    const port = await freePort();
    server = await startPostgres({ dataDir: folder, port, log: () => undefined, settings });
    client = new pg.Client({ connectionString: server.url });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const position = async (): Promise<number> => {
    const { rows } = await client.query<{ at: number }>(
      "select (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as at",
    );
    return rows[0]?.at ?? 0;
  };

  test('loses the slot of a standby that is away for too long, and the log that it would need', async () => {
    await renewSlot(client, NAME);
    const left = await position();
    const before = await keptFor(client, NAME);
    assert.deepEqual([before.isFollowing, before.isSlotLost], [false, false]);
    assert.ok(before.keptFrom <= left, `${before.keptFrom} ${left}`);
    let kept = before;
    for (let tries = 0; tries < SWITCHES_MAX && !kept.isSlotLost; tries += 1) {
      await client.query('create table written (n int); drop table written');
      await client.query('select pg_switch_wal()');
      await client.query('checkpoint');
      kept = await keptFor(client, NAME);
    }
    assert.equal(kept.isSlotLost, true);
    assert.ok(kept.keptFrom > left, `${kept.keptFrom} ${left}`);
  });

  test('begins the slot again, and leaves one alone that holds', async () => {
    await renewSlot(client, NAME);
    const at = 'select restart_lsn::text as at from pg_replication_slots where slot_name = $1';
    const { rows: first } = await client.query(at, [NAME]);
    assert.equal((await keptFor(client, NAME)).isSlotLost, false);
    await client.query('select pg_switch_wal()');
    await renewSlot(client, NAME);
    const { rows: second } = await client.query(at, [NAME]);
    assert.deepEqual(second, first);
    assert.equal(first.length, 1);
  });
});

test('a standby is what its Patroni says, and a primary is none', () => {
  const said = (answer: object) => seenIn({ status: 200, text: JSON.stringify(answer) });
  const xlog = { received_location: 7, replayed_location: 5 };
  assert.deepEqual(said({ role: 'replica', state: 'running', xlog }), {
    state: 'running',
    position: 7,
  });
  assert.deepEqual(said({ role: 'uninitialized', state: 'creating replica' }), {
    state: 'creating replica',
    position: null,
  });
  assert.equal(said({ role: 'master', state: 'running', xlog: { location: 9 } }), null);
  assert.equal(said({ role: 'primary', state: 'running' }), null);
});
