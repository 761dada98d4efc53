// Shows: Command line | nominations are set and ended (`spine nominate`), and those of closed dispensers are found (`spine nomination`)
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { type Ran, ran, ranOn } from '../../src/cli/testing.ts';
import { nominationCommands } from '../../src/demographics/nomination/cli.ts';
import { addingOrganisation } from '../../src/directory/index.ts';
import { parseLondonDate } from '../../src/kernel/london.ts';
import { currentKey, signAccessToken } from '../../src/identity/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import { keepTestPatients } from '../../src/local/patient-records.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import { domainCommands } from '../../src/local/verbs/index.ts';
import { sql } from '../../src/platform/sql.ts';
import { testSpine } from '../support/server.ts';

const spine = testSpine({ roleCheck: 'strict' });
const { nhsNumber } = PATIENTS.adult;

const verb = (...argv: string[]): Promise<Ran> =>
  ran(domainCommands(), ['nominate', ...argv, '--at', spine().url]);
const operator = (...argv: string[]): Promise<Ran> =>
  ranOn(spine().databaseUrl, nominationCommands, ['nomination', ...argv]);

describe('spine nominate and spine nomination', () => {
  before(async () => {
    await keepTestPatients(spine().database);
  });

  test('set a nomination, change it with a note, end it, and show all of that', async () => {
    const changed = await verb('vne51', '--note', 'asked for it, Siân');
    assert.equal(
      changed.stdout.trim(),
      `${nhsNumber}  P1 pharmacy: VNE51 (was FA565)`,
      changed.stderr,
    );
    assert.match((await verb('A83008', '--kind', 'P3')).stdout, /P3 dispensing doctor: A83008$/m);
    assert.match((await verb('--end')).stdout, /P1 pharmacy: none \(was VNE51\)/);
    const shown = await operator('history', nhsNumber);
    const lines = shown.stdout.trim().split('\n');
    assert.match(
      lines[0] ?? '',
      /^P1 pharmacy {2}FA565 {2}from .* with a file, until .* by 555900060101 of A83008$/,
    );
    assert.match(
      lines[1] ?? '',
      /^P1 pharmacy {2}VNE51 {2}from .* by 555900060101 of A83008, until /,
    );
    assert.equal(lines[2], '    consent: asked for it, Siân');
    assert.match(lines[3] ?? '', /^P3 dispensing doctor {2}A83008 .*, until now$/);
  });

  test('say what is wrong', async () => {
    assert.equal((await verb()).code, 2);
    assert.match((await verb('--end')).stderr, /has no nomination of kind P1/);
    assert.match((await verb('F?')).stderr, /Invalid value - 'F\?'/);
    assert.match((await verb('VNE51', '--patient', '9990000107')).stderr, /Resource not found/);
    for (const argv of [['history', '123'], ['list'], ['closed', '--on', 'soon']]) {
      assert.equal((await operator(...argv)).code, 2, argv.join(' '));
    }
  });

  test('are of who may amend demographics, where roles are looked at', async () => {
    const key = await currentKey(spine().database);
    const tokenOf = (activities: string[]): string => {
      const claims = claimsOf(PERSONAS.dispenser, null);
      const roles = claims.roles.map((role) => ({ ...role, activities }));
      const scope = 'urn:nhsd:apim:user-nhs-id:aal3:personal-demographics-service';
      return signAccessToken(key, { ...claims, roles, scope }, new Date());
    };
    const ask = async (method: string, activities: string[]): Promise<string> => {
      const path = `/personal-demographics/FHIR/R4/Patient/${nhsNumber}`;
      const headers = { authorization: `Bearer ${tokenOf(activities)}`, 'if-match': '' };
      const { status, body } = await spine().call(path, { method, headers });
      return `${status} ${body.issue?.[0].diagnostics ?? ''}`;
    };
    assert.equal(await ask('GET', []), '403 The role profile has none of the activities B0820.');
    assert.equal(await ask('GET', ['B0820']), '200 ');
    assert.equal(
      await ask('PATCH', ['B0820']),
      '403 The role profile has none of the activities B0825.',
    );
    assert.match(await ask('PATCH', ['B0825']), /^412 /);
  });

  test('find the patients of a pharmacy that closed', async () => {
    assert.match((await operator('closed')).stderr, /No patient has a closed dispenser/);
    const place = { addressLines: [], city: '', postcode: '', telephone: null, openedOn: null };
    const closing = {
      ods: 'FCL02',
      name: 'CLOSING PHARMACY (SYNTHETIC)',
      closedOn: null,
      ...place,
    };
    await spine().database.write(addingOrganisation(closing, new Date()));
    for (const patient of [PATIENTS.adult, PATIENTS.older]) {
      assert.equal((await verb('FCL02', '--patient', patient.nhsNumber)).code, 0);
    }
    const closedOn = parseLondonDate('2024-03-31');
    await spine().database.write(sql`
      update directory.organisation set closed_on = ${closedOn}::date where ods = 'FCL02'`);
    const { stdout } = await operator('closed', '-o', 'json');
    assert.deepEqual(JSON.parse(stdout), [
      { ods: 'FCL02', name: closing.name, closedOn: '2024-03-31', site: 'P1', patients: 2 },
    ]);
    assert.match((await operator('closed', '--on', '2024-03-31')).stderr, /No patient/);
    assert.match((await verb('FCL02', '--patient', PATIENTS.child.nhsNumber)).stderr, /FCL02/);
    const listed = await operator('list', 'fcl02');
    assert.deepEqual(
      listed.stdout.trim().split('\n'),
      [PATIENTS.adult, PATIENTS.older].map((patient) => `${patient.nhsNumber}  P1`).toSorted(),
    );
    const next = await operator('list', 'FCL02', '--after', PATIENTS.adult.nhsNumber);
    assert.equal(next.stdout.trim(), `${PATIENTS.older.nhsNumber}  P1`);
  });

  test('leave a line for each patient that an operator looked at', async () => {
    const lines = await spine().database.all(sql`
      select interaction, session, outcome, count(*)::int as times from platform.audit
      where interaction in ('nomination-history', 'nomination-list') group by 1, 2, 3 order by 1`);
    assert.deepEqual(lines, [
      {
        interaction: 'nomination-history',
        session: 'spine nomination history',
        outcome: 'read',
        times: 1,
      },
      {
        interaction: 'nomination-list',
        session: 'spine nomination list',
        outcome: 'read',
        times: 3,
      },
    ]);
  });
});
