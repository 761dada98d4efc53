// Shows: Operations | a backup restored to several instants: every row and every chain as it was then
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { present } from '../../src/kernel/bug.ts';
import { type Database, openDatabase } from '../../src/platform/database.ts';
import { startPostgres } from '../../src/platform/postgres.ts';
import { times } from '../migration/counted.ts';
import { freePort } from '../support/ports.ts';
import { backedUp, followed, scratch, several, SHARES, spine, STORE } from './backed-up.ts';

const PASSWORD = 'postgres-password';
const RESTORES = times(2, 10); // [RELIABILITY F31]

describe('a database that is restored', () => {
  test(`is there at each of ${RESTORES} instants, with every chain and all that was kept then`, async () => {
    const key = await spine('backup', 'key', '--into', STORE, '--shares', scratch);
    assert.equal(key.code, 0, key.said);
    await several(3);
    assert.equal((await spine('backup', '--into', STORE)).code, 0);
    const instants: { readonly at: string; readonly kept: Kept }[] = [];
    for (let n = 0; n < RESTORES; n += 1) {
      await several(2);
      await delay(20);
      instants.push({ at: new Date().toISOString(), kept: await kept(backedUp().database) });
      await delay(20);
    }
    await several(1);
    await followed();
    for (const [n, { at, kept: then }] of instants.entries()) {
      const into = join(scratch, `restored-${n}`);
      const { code, said, data } = await spine(
        'restore',
        '--from',
        STORE,
        '--into',
        into,
        '--to',
        at,
        ...SHARES,
      );
      assert.equal(code, 0, said);
      assert.deepEqual([data.record.broken, data.record.differences], [[], []]);
      cpSync(join(scratch, 'data', PASSWORD), join(into, PASSWORD)); // of the server that was backed up
      const again = await startPostgres({
        dataDir: into,
        port: await freePort(),
        log: () => undefined,
      });
      const restored = openDatabase({ url: again.url, connections: 1 });
      try {
        assert.deepEqual(await kept(restored), then, at);
      } finally {
        await restored.close();
        await again.stop();
        rmSync(into, { recursive: true });
      }
    }
    process.stdout.write(`restores: ${RESTORES}, of ${backedUp().made} prescriptions, all equal\n`);
  });
});

type Kept = { readonly rows: string; readonly heads: string };

/** Every row of the record, and the head of every chain. */
async function kept(of: Database): Promise<Kept> {
  const digest = (table: string, order: string) =>
    `(select md5(coalesce(string_agg(t::text, ' ' order by ${order}), '')) from prescriptions.${table} t)`;
  const [row] = await of.all<Kept>({
    text: `select concat_ws(' ', ${[
      digest('prescription', 'prescription_id'),
      digest('event', 'prescription_id, number'),
      digest('message', 'message_id'),
    ].join(', ')}) as rows,
      (select md5(string_agg(prescription_id || encode(head_hash, 'hex'), ' ' order by prescription_id))
        from prescriptions.prescription) as heads`,
    values: [],
  });
  return present(row, 'digest');
}
