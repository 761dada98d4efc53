// Shows: Personal Demographics Service | spine patient import: a file is taken whole or not at all, who is known stays, and every problem is named
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import { type Ran, ranOn } from '../../cli/testing.ts';
import { sql } from '../../platform/sql.ts';
import { patientCommands } from '../cli.ts';

const database = testDatabase();
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openspine-patients-'));
});
after(() => rm(folder, { recursive: true }));

/** A record as the file has it. */
function aRecord(nhsNumber: string, changes: object = {}): object {
  const meta = { versionId: '1', security: [{ code: 'U' }] };
  return { nhsNumber, patient: { resourceType: 'Patient', id: nhsNumber, meta }, ...changes };
}

async function imported(content: unknown, ...options: string[]): Promise<Ran> {
  const file = join(folder, 'patients.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return ranOn(database().url, patientCommands, ['patient', 'import', file, ...options]);
}

async function known(): Promise<string[]> {
  const rows = await database().database.all<{ number: string }>(sql`
    select nhs_number as number from demographics.patient
    where nhs_number in (${FIRST}, ${SECOND}) order by 1`);
  return rows.map(({ number }) => number);
}

const FIRST = '9990000123';
const SECOND = '9990000131';

describe('spine patient import', () => {
  test('names every problem and keeps nothing of such a file', async () => {
    const problems = [
      aRecord(FIRST),
      aRecord(FIRST),
      aRecord('9990000124'),
      { ...aRecord(SECOND), colour: 'red', supersededBy: 'x' },
      {},
    ];
    const { code, stderr } = await imported(problems);
    assert.equal(code, 2);
    const lines = stderr.trim().split('\n');
    assert.ok(lines.every((line) => line.startsWith('spine patient import: ')));
    for (const said of [
      /NHS number 9990000123 is there twice/,
      /\[2\] nhsNumber must be an NHS number/,
      /\[3\] supersededBy must be an NHS number/,
      /\[3\] colour is not known/,
      /\[4\] patient\.meta\.versionId must be a number from 1/,
      /\[4\] patient\.meta\.security\[0\]\.code must be U, R, V or REDACTED/,
    ]) {
      assert.match(stderr, said);
    }
    assert.deepEqual(await known(), []);
  });

  test('says how many problems there are besides the first twenty', async () => {
    const { stderr } = await imported(Array.from({ length: 30 }, () => ({})));
    const lines = stderr.trim().split('\n');
    assert.equal(lines.length, 21);
    assert.match(lines[20] ?? '', /^spine patient import: and \d+ more$/);
  });

  test('wants a file that is there, is JSON and holds a list', async () => {
    const argv = ['patient', 'import'];
    const none = await ranOn(database().url, patientCommands, argv);
    assert.deepEqual([none.code, /name the file/.test(none.stderr)], [2, true]);
    const gone = await ranOn(database().url, patientCommands, [...argv, join(folder, 'gone')]);
    assert.deepEqual([gone.code, gone.stderr.includes('gone')], [2, true]);
    assert.equal((await imported('{')).code, 2);
    assert.match((await imported({})).stderr, /The file must be a list of records/);
  });

  test('adds who is new and leaves who is known as they are', async () => {
    const first = await imported([aRecord(FIRST)]);
    assert.deepEqual([first.code, first.stdout], [0, 'added: 1; known already: 0\n']);
    const other = { ...aRecord(FIRST), history: { gender: [{ value: 'female' }] } };
    const again = await imported([other, aRecord(SECOND)], '-o', 'json');
    assert.deepEqual([again.code, JSON.parse(again.stdout)], [0, { added: 1, known: 1 }]);
    assert.deepEqual(await known(), [FIRST, SECOND]);
    const [kept] = await database().database.all<{ record: string }>(sql`
      select to_json(p)::text as record from demographics.patient p where nhs_number = ${FIRST}`);
    assert.ok(!/female/.test(kept?.record ?? 'female'));
  });
});
