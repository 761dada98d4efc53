import assert from 'node:assert/strict';
import { test } from 'node:test';

import { testDatabase } from '../../../../test/support/database.ts';
import { sql } from '../../../platform/sql.ts';
import { findLines, type Wanted } from '../repository.ts';

const database = testDatabase();

test('a rare line is found among many others bit by bit, and what was not looked at is said', async () => {
  const [{ first } = { first: 0 }] = await database().database.all<{ first: number }>(sql`
    with rare as (
      insert into platform.audit (recorded_at, at, interaction, request_id, outcome)
      values (now() + interval '10 minutes', now(), 'rare', gen_random_uuid(), 'read') returning id
    ) select id as first from rare`);
  await database().database.write(sql`
    insert into platform.audit (recorded_at, at, interaction, request_id, outcome)
    select now() + make_interval(mins => 60 + n / 500), now(), 'common', gen_random_uuid(), 'read'
    from generate_series(1, 50000) n`);
  const any = {
    user: null,
    organisation: null,
    prescription: null,
    request: null,
    patient: null,
  };
  const wanted = { ...any, from: null, to: null, interaction: 'rare' };
  const look = (more: Partial<Wanted>, before: number | null, most = 10) =>
    findLines(database().database, { ...wanted, ...more }, { most, before, withinMs: 0 });
  let [looks, before]: [number, number | null] = [0, null];
  const found: number[] = [];
  do {
    const { rows, lookedTo } = await look({}, before);
    found.push(...rows.map(({ id }) => id));
    assert.ok(lookedTo === null || lookedTo < (before ?? Infinity));
    [looks, before] = [looks + 1, lookedTo];
  } while (before !== null);
  assert.deepEqual([found, looks], [[first], 3]); // 20,000 lines at a time
  const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  assert.equal((await look({ to: later(30) }, null)).rows[0]?.id, first); // begins at its end
  const common = { interaction: 'common', from: later(100), to: later(101) };
  const { rows, lookedTo } = await look(common, null, 10_000);
  assert.deepEqual([rows.length, lookedTo], [500, null]); // and ends at its beginning
  const [latest, ...others] = (await look(common, null, 3)).rows;
  assert.equal(others.length, 2);
  const rest = await look(common, others[1]?.id ?? 0, 3);
  assert.equal(rest.rows[0]?.id, (latest?.id ?? 0) - 3);
});
