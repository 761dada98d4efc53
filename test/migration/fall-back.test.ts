import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { fallBack } from '../../src/migration/cut-over/fall-back.ts';
import { writeSegment } from '../../src/migration/generate/feed-file.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { openDump } from '../../src/migration/lx1/open-dump.ts';
import { stepsUpTo, stopped } from '../../src/migration/scenario/switch.ts';
import { aFolder, EXPORTER } from '../../src/migration/testing.ts';
import { askAll, aSwitch, at, should, type Switch, take, waited } from './switching.ts';

// Shows: Migration | a switch is undone at any step, and every message that was taken goes back to the old store

describe('an attempt that is undone', () => {
  let made: Switch;
  before(async () => {
    made = await aSwitch(19);
    await stopped(made.switching);
  });

  test('is refused where the old store wrote after its last word', async () => {
    await stepsUpTo(made.rig, 'final');
    const feed = feedFolder(made.switching.folder);
    const [header = '', first = ''] = readFileSync(join(feed, 'CHANGE.000001.csv'), 'latin1').split(
      /(?<=\n)(?=\d+,T)|(?<=BEFORE\n)/,
    );
    const late = first.replace(/^\d+,T\d+,./, '999999,T999,Y');
    const { exportId } = made.rig.plan;
    await writeSegment(feed, { exportId, number: 2, text: header + late }, EXPORTER.privateKey);
    await assert.rejects(
      take(made, 'verify'),
      /the old store still writes: its feed has change 999999/,
    );
    for (const ending of ['csv', 'json', 'json.sig']) rmSync(join(feed, `CHANGE.000002.${ending}`));
  });

  test('before messages were taken leaves this Spine closed, and the next one needs a new word of the old store', async () => {
    await stepsUpTo(made.rig, 'open-reads');
    assert.deepEqual(await fallBack(made.rig, await aFolder()), {
      kind: '0',
      state: 'FOLLOWING',
      evidence: { kind: '0' },
    });
    await take(made, 'ready');
    await assert.rejects(take(made, 'drain'), /that of an attempt before/);
    await stopped(made.switching);
  });

  test('after it writes every message that was taken here for the old store, as it was and in its order', async () => {
    await stepsUpTo(made.rig, 'open-all');
    const pharmacies = [...waited(made).keys()];
    const got = await askAll(made, pharmacies);
    assert.deepEqual(got, should(made, pharmacies));
    const folder = join(await aFolder(), 'back');
    // A tool that dies between closing and writing goes on.
    await assert.rejects(
      fallBack(made.rig, join(made.switching.dump.folder, 'manifest.json', 'is no folder')),
    );
    assert.equal(await at(made), 'FALLING_BACK');
    assert.deepEqual(await askAll(made, pharmacies.slice(0, 1)), []);
    const { state, evidence } = await fallBack(made.rig, folder);
    assert.equal(state, 'FELL_BACK');
    const key = readFileSync(join(folder, '..', 'plan-key.pem'), 'utf8');
    const back = await openDump(join(folder, 'messages'), key);
    const taken = await made.store.rows.all<{ id: string; body: Buffer; place: number }>(`
      select upper(m.message_id::text) as id, m.body, min(a.id)::int as place from prescriptions.message m
      join platform.audit a using (message_id)
      where a.session = 'test' group by 1, 2 order by 3`);
    const [, ...rows] = readFileSync(join(folder, 'messages', 'MESSAGE.0001.csv'), 'latin1')
      .trimEnd()
      .split('\n');
    assert.deepEqual(
      rows.map((row) => row.split(',')[0]),
      taken.map(({ id }) => id),
    );
    const payload = readFileSync(join(folder, 'messages', 'payload.0001.bin'));
    const bodies = taken.map(({ body }) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(body.length));
      return Buffer.concat([length, body]);
    });
    assert.ok(payload.equals(Buffer.concat(bodies)));
    assert.equal(back.manifest.tables['MESSAGE']?.rows, taken.length);
    assert.equal(Object(evidence).messages, taken.length);
    assert.ok(taken.length >= pharmacies.length);
  });
});
