// Shows: Migration | after the switch the log, a metric and the page say within a minute what comes again to whoever had it, and what is missing or is this Spine's own
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { present } from '../../src/kernel/bug.ts';
import { migrationGauge, migrationWatched, migrationWatchJob } from '../../src/migration-watch.ts';
import { migrationModel, openWatch, statusOf } from '../../src/migration/index.ts';
import { stepsUpTo, stopped } from '../../src/migration/scenario/switch.ts';
import type { Job } from '../../src/platform/jobs.ts';
import { openMetrics } from '../../src/platform/measures/metrics.ts';
import { AT, downloads } from './polling.ts';
import { aSwitch, type Switch } from './switching.ts';

let made: Switch;
let job: Job;
const logged: string[] = [];
before(async () => {
  made = await aSwitch(47);
  const { database } = made.store;
  const watch = openWatch(database, () => 0);
  job = migrationWatchJob(
    database,
    ({ event, outcome }) => logged.push(`${event} ${outcome}`),
    watch,
  );
});

/** A turn of the job, and what the page says then. */
async function turn() {
  const { database } = made.store;
  if (!(await job.hasWork())) return null;
  await job.run(() => Promise.resolve(true));
  const model = migrationModel(
    await statusOf(database),
    await migrationWatched(database),
    new Date(),
  );
  assert.ok(model.isAny);
  const again = model.facts.find(([what]) => what === 'Waiting for a pharmacy that had it before');
  return { ids: model.ids, again: again?.[1] };
}

async function gauge(): Promise<string[]> {
  const metrics = openMetrics('a');
  migrationGauge(metrics, made.store.database);
  const text = await metrics.text();
  return text.split('\n').filter((line) => line.startsWith('openspine_migration_comes_again{'));
}

describe('a store that was moved', () => {
  test('is not watched before it takes messages', async () => {
    assert.equal(await turn(), null);
    assert.deepEqual(await gauge(), []);
    await stopped(made.switching);
    await stepsUpTo(made.rig, 'open-all');
  });

  test('has all that came, and nothing comes again', async () => {
    const { ids, again } = present(await turn(), 'turn');
    assert.deepEqual([ids.isEven, ids.own, ids.missing, again], [true, 0, 0, '0']);
    assert.deepEqual(logged, []);
  });

  test('tells what messages brought from what is missing, even where there is one of each', async () => {
    const { rows } = made.store;
    const [some] = await rows.all<{ id: string }>(`
      select prescription_id as id from prescriptions.prescription p where state->>'held' is null
        and not exists (select from prescriptions.release_before r where r.prescription_id = p.prescription_id) limit 1`);
    const { id } = present(some, 'record');
    for (const table of ['prescription', 'event']) {
      await rows.all(
        `create table kept_${table} as select * from prescriptions.${table} where prescription_id = '${id}'`,
      );
    }
    await rows.all(`insert into prescriptions.prescription
      select 'FFFFFF-Z99901-00000', version, status, expires_on, state, head_hash, due_on from kept_prescription`);
    await rows.all(`insert into prescriptions.event (prescription_id, number, kind, at, message_id, data, hash)
      select 'FFFFFF-Z99901-00000', number, kind, at, message_id, data, hash from kept_event where number = 1`);
    await rows.all(`delete from prescriptions.prescription where prescription_id = '${id}'`);
    const { ids } = present(await turn(), 'turn');
    assert.deepEqual([ids.isEven, ids.own, ids.missing], [false, 1, 1]);
    await rows.all('insert into prescriptions.prescription table kept_prescription');
    const { ids: after } = present(await turn(), 'turn');
    assert.deepEqual([after.isEven, after.own, after.missing], [true, 1, 0]);
  });

  test('has a log line, a metric and the page say that something comes again, and that the tripwire held it', async () => {
    const { rows, database } = made.store;
    const [had] = await rows.all<{ org: string; id: string }>(`
      select r.organisation as org, r.prescription_id as id from prescriptions.release_before r
      join prescriptions.prescription p using (prescription_id)
      where p.state->>'held' is null and p.expires_on > '${AT}'::timestamptz::date
        and not exists (select from prescriptions.download_queue q
          where q.organisation = r.organisation and q.prescription_id = r.prescription_id) limit 1`);
    const { org, id } = present(had, 'release');
    await rows.all(`insert into prescriptions.download_queue (organisation, prescription_id, issue, prescribed_at,
        available_on, expires_on, entered_at, entered_by)
      select '${org}', '${id}', issue, now(), '2014-01-01', '2099-01-01', now(), gen_random_uuid()
      from prescriptions.release_before where organisation = '${org}' and prescription_id = '${id}' limit 1`);
    assert.equal(present(await turn(), 'turn').again, '1');
    assert.deepEqual(logged, ['migration-comes-again 1 wait for who had them']);
    assert.match((await gauge()).join('\n'), /where="waiting".* 1\n.*where="held-back".* 0/);
    await downloads(database, org);
    assert.equal(present(await turn(), 'turn').again, '0');
    await turn();
    assert.deepEqual(logged.slice(1), ['migration-tripwire 1 held back']);
    assert.match((await gauge()).join('\n'), /where="waiting".* 0\n.*where="held-back".* 1/);
  });
});
