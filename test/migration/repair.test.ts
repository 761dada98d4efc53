// Shows: Migration | after a switch many records are repaired at once: looked at first, by two persons, at most a thousand a minute, once, with a way back, and nothing enters a queue by it
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { type Ran, ranOn } from '../../src/cli/testing.ts';
import { present } from '../../src/kernel/bug.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { repairCommands } from '../../src/migration/repair/cli.ts';
import { readSigned } from '../../src/migration/signed-file.ts';
import { aDump, aFolder } from '../../src/migration/testing.ts';
import { downloads } from './polling.ts';
import { aStore, loadInto, open, type Store } from './store.ts';
import { aReturn, aRelease } from './traffic.ts';

let store: Store;
let folder: string;
before(async () => {
  store = await aStore();
  const { dump } = await aDump({ prescriptions: 600, perPart: 300, dirt: 3, seed: 11 });
  await loadInto(store, dump);
  await open(store);
  folder = await aFolder();
});

const PEOPLE = ['--by', '555900040101', '--and', '555900050101'] as const;

function run(command: string, ...words: readonly string[]): Promise<Ran> {
  return ranOn(store.url, repairCommands, ['migrate', command, ...words]);
}

type File = {
  readonly records: readonly { readonly id: PrescriptionId; readonly version: number }[];
  readonly selected?: number;
  readonly refused?: object;
};

function read(file: string): File {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Everything that a repair may change, but for the audit trail. */
async function facts(): Promise<string> {
  const rows = [];
  for (const table of ['prescription', 'event', 'download_queue', 'message']) {
    const [row] = await store.rows.all<{ digest: string }>(`
      select md5(string_agg(to_jsonb(t)::text, '|' order by to_jsonb(t)::text)) as digest from prescriptions.${table} t`);
    rows.push(row?.digest);
  }
  return rows.join(' ');
}

async function queue(): Promise<string[]> {
  const rows = await store.rows.all<{ row: string }>(`
    select concat_ws(' ', organisation, prescription_id, issue, entry, left_because) as row
    from prescriptions.download_queue order by 1`);
  return rows.map(({ row }) => row);
}

type Standing = { id: PrescriptionId; status: string; holder: string; held: string };

function standing(ids: readonly string[]): Promise<Standing[]> {
  return store.rows.all<Standing>(`
    select prescription_id as id, status, coalesce((select i->'holding'->'holder'->'organisation'->>'ods'
        from json_array_elements(state->'issues') i where i->>'number' = state->>'currentIssue'), '') as holder,
      coalesce(state->>'held', '') as held
    from prescriptions.prescription where prescription_id in (${ids.map((id) => `'${id}'`).join()}) order by 1`);
}

async function audited(
  word: string,
): Promise<{ outcome: string; of: string | null; by: string }[]> {
  return store.rows.all(`select outcome, prescription_id as of, user_id as by from platform.audit
    where interaction = '${word}' order by id`);
}

describe('a repair that gives back what is with dispensers since the days of a fault', () => {
  let file: string;
  let ids: readonly PrescriptionId[];
  let was: Standing[];

  test('is looked at first: how many, which, what it does to queues; nothing is done', async () => {
    file = join(folder, 'repair.json');
    const before = await facts();
    const asked = await run(
      'repair',
      'return',
      '--status',
      '0002',
      '--released-from',
      '2014-10-01',
      '--released-to',
      '2014-10-30',
      '--reason',
      'INC-1',
      '--file',
      file,
    );
    assert.equal(asked.code, 0, asked.stderr);
    assert.match(asked.stdout, /queues: none is entered, 0 are left/);
    assert.equal(await facts(), before);
    ids = read(file).records.map(({ id }) => id);
    assert.ok(ids.length >= 3, `${ids.length} records`);
    was = await standing(ids);
    assert.ok(was.every(({ status, holder }) => status === '0002' && holder !== ''));
    const [row] = await store.rows.all<{ count: number }>(`
      select count(*)::int as count from prescriptions.prescription where status = '0002'`);
    assert.ok(present(row, 'count').count > ids.length, 'days leave some out');
  });

  test('needs two persons, and the file as it was signed', async () => {
    const before = await facts();
    for (const words of [
      ['--by', 'one'],
      ['--by', 'one', '--and', 'one'],
      [...PEOPLE, '--per-minute', '1001'],
    ]) {
      assert.equal((await run('do-repair', file, ...words)).code, 2);
    }
    const altered = join(await aFolder(), 'repair.json');
    await run('repair', 'return', '--status', '0002', '--reason', 'INC-1', '--file', altered);
    appendFileSync(altered, ' ');
    for (const [command, wrong, because] of [
      ['do-repair', altered, 'is not what was signed'],
      ['undo-repair', file, 'format must be openspine-repair-done-1'],
    ] as const) {
      const { code, stderr } = await run(command, wrong, ...PEOPLE);
      assert.ok(code !== 0 && stderr.includes(because), stderr);
    }
    assert.equal(await facts(), before);
  });

  test('is done once, record by record, by ordinary events that the audit trail tells of; nothing enters a queue', async () => {
    const [id, ...others] = ids;
    const first = present(id, 'record');
    const { holder } = present(
      was.find(({ id }) => id === first),
      'record',
    );
    const back = aReturn(aRelease(first, holder));
    assert.equal(await back.send(store.database), 'Accepted');
    const queues = await queue();
    const done = await run('do-repair', file, ...PEOPLE);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /1 not: it changed since/);
    const record = read(join(folder, 'repair-done.json'));
    assert.deepEqual(
      record.records.map(({ id }) => id),
      others,
    );
    const key = readFileSync(join(folder, 'repair-key.pem'), 'utf8');
    await readSigned(join(folder, 'repair-done.json'), key);
    assert.deepEqual(await queue(), queues);
    const now = await standing(others);
    assert.ok(now.every(({ status, holder: nobody }) => status === '0001' && nobody === ''));
    const lines = await audited('repair');
    assert.deepEqual(
      lines.flatMap(({ of }) => (of === null ? [] : [of])),
      others,
    );
    assert.ok(lines.every(({ by }) => by === '555900040101'));
    assert.match(
      present(lines[0], 'line').outcome,
      /^begun: return of \d+, with 555900050101: INC-1$/,
    );
    assert.match(present(lines.at(-1), 'line').outcome, /^ended: \d+ of \d+ changed$/);
    const after = await facts();
    assert.equal((await run('do-repair', file, ...PEOPLE)).code, 0);
    assert.equal(await facts(), after);
    assert.deepEqual(read(join(folder, 'repair-done.json')).records, record.records);
  });

  test('is undone: who had it has it again, once; what has gone on since stays', async () => {
    const { records } = read(join(folder, 'repair-done.json'));
    const [taken, ...others] = records.map(({ id }) => id);
    const pharmacy = aRelease(present(taken, 'record'), 'F0001');
    assert.equal(await pharmacy.send(store.database), 'Released');
    const queues = await queue();
    const undone = await run('undo-repair', join(folder, 'repair-done.json'), ...PEOPLE);
    assert.equal(undone.code, 0, undone.stderr);
    assert.match(undone.stdout, /1 not: it changed since/);
    assert.deepEqual(
      await standing(others),
      was.filter(({ id }) => others.includes(id)),
    );
    assert.deepEqual(await queue(), queues);
    const after = await facts();
    assert.equal((await run('undo-repair', join(folder, 'repair-done.json'), ...PEOPLE)).code, 0);
    assert.equal(await facts(), after);
  });
});

describe('a repair that holds what waits', () => {
  test('takes it out of queues; its way back puts nothing there again, and it is had by its id', async () => {
    const file = join(folder, 'hold.json');
    const [most] = await store.rows.all<{ org: string }>(`
      select organisation as org from prescriptions.download_queue where left_at is null group by 1 order by count(*) desc, 1 limit 1`);
    const { org } = present(most, 'queue');
    const asked = await run(
      'repair',
      'hold',
      '--nominated',
      org,
      '--status',
      '0001',
      '--reason',
      'INC-2',
      '--file',
      file,
    );
    assert.equal(asked.code, 0, asked.stderr);
    const ids = read(file).records.map(({ id }) => id);
    const [, left] = /(\d+) are left/.exec(asked.stdout) ?? [];
    assert.ok(Number(left) > 0);
    assert.equal((await run('do-repair', file, ...PEOPLE)).code, 0);
    assert.deepEqual(await downloads(store.database, org), []);
    assert.ok((await standing(ids)).every(({ held }) => held === '["repair"]'));
    assert.equal((await run('undo-repair', join(folder, 'hold-done.json'), ...PEOPLE)).code, 0);
    assert.ok((await standing(ids)).every(({ held }) => held === ''));
    assert.deepEqual(await downloads(store.database, org), []);
    assert.equal(await aRelease(present(ids[0], 'record'), org).send(store.database), 'Released');
  });

  test('ended for what a class holds, and undone, is held for the same reason', async () => {
    const file = join(folder, 'end.json');
    await run('repair', 'end-hold', '--class', 'D9', '--held', '--reason', 'INC-3', '--file', file);
    const ids = read(file).records.map(({ id }) => id);
    assert.ok(ids.length > 0, 'records of the class');
    const was = await standing(ids);
    assert.ok(was.every(({ held }) => held.includes('D9')));
    assert.equal((await run('do-repair', file, ...PEOPLE)).code, 0);
    assert.ok((await standing(ids)).every(({ held }) => held === ''));
    assert.equal((await run('undo-repair', join(folder, 'end-done.json'), ...PEOPLE)).code, 0);
    assert.deepEqual(await standing(ids), was);
  });

  test('of everything is none, and of nothing does nothing', async () => {
    const nothing = join(folder, 'nothing.json');
    for (const words of [['--status', 'x'], ['--released-to', '2014-02-30'], []]) {
      const { code } = await run(
        'repair',
        'hold',
        ...words,
        '--reason',
        'INC-4',
        '--file',
        nothing,
      );
      assert.equal(code, 2, words.join(' '));
    }
    assert.equal((await run('repair', 'hold', '--status', '0001')).code, 2, 'no reason');
    assert.equal((await run('repair', 'burn', '--status', '0001', '--reason', 'INC-4')).code, 2);
    await run('repair', 'return', '--status', '0001', '--reason', 'INC-4', '--file', nothing);
    const { refused, selected, records } = read(nothing);
    assert.deepEqual([refused, records], [{ 'it is not with a dispenser': selected }, []]);
  });
});
