// Shows: Identity | what a person needs for each EPS, tracker and PDS interaction, from job role, activities and what these include
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  ACTIVITIES,
  effectiveActivities,
  type Interaction,
  JOB_ROLES,
  may,
  NEEDS,
} from './index.ts';
import { jobRoleName } from './job-roles.ts';

const inRole = (role: string, ...activities: readonly string[]) => ({
  jobRole: `S0000:G0000:${role}`,
  activities,
});
const NOTHING = 'R8009'; // a receptionist has no activity by the baseline

const words = (text: string): string[] => text.split(' ');

/** As the specification lists who may; written here once more, and compared with what the table gives. */
const PRESCRIBERS = words('R0260 R0270 R6200 R6300 R1547 R8000 R8008');
const PREPARERS = [...PRESCRIBERS, ...words('R8001 R8002 R0011 R1560 R1730 R1740 R1760')];
const PHARMACY = words('R8004 R8003 R8008');
const TRACKER = words(
  'R8000 R8001 R8002 R8003 R8004 R8008 R0260 R0270 R6200 R6300 R1547 R0011 R1560 R1730 R1740 R1760',
);

type Row = {
  /** Each alone is enough, in a role that gives nothing. */
  readonly activities: readonly string[];
  /** Job roles that need no activity. */
  readonly roles: readonly string[];
};

const PRESCRIBE = { activities: words('B0420 B0440 B0058'), roles: PRESCRIBERS };
const DISPENSE = { activities: words('B0570 B0571 B0572'), roles: PHARMACY };
const TRACK = { activities: words('B0570 B0571 B0572 B0278 B0058 B0420 B0440'), roles: TRACKER };
const READ = { activities: words('B0820 B0825'), roles: ['R8000'] };
const AMEND = { activities: ['B0825'], roles: ['R8000'] };

const ROWS: Readonly<Record<Interaction, Row | 'anybody'>> = {
  'eps-prepare': { activities: words('B0278 B0420 B0440 B0058'), roles: PREPARERS },
  'eps-create': PRESCRIBE,
  'eps-cancel': PRESCRIBE,
  'eps-cancel-for-prescriber': { activities: ['B0468'], roles: [] },
  'eps-release-nominated': DISPENSE,
  'eps-release-patient': DISPENSE,
  'eps-return': DISPENSE,
  'eps-dispense': DISPENSE,
  'eps-withdraw': DISPENSE,
  'eps-rebuild': DISPENSE,
  'eps-claim': DISPENSE,
  'eps-claim-amend': { activities: ['B0572'], roles: words('R8003 R8008') },
  'eps-verify-signature': { activities: words('B0570 B0571 B0572 B0068'), roles: PHARMACY },
  'eps-validate': 'anybody',
  'eps-convert': 'anybody',
  'tracker-search': TRACK,
  'tracker-detail': TRACK,
  'tracker-clinical-view': TRACK,
  'tracker-search-legacy': TRACK,
  'tracker-document': TRACK,
  'pds-trace': READ,
  'pds-read': READ,
  'pds-read-related': READ,
  'pds-amend': AMEND,
  'pds-nominate': AMEND,
  'pds-create': AMEND,
  'pds-birth': AMEND,
  'pds-poll': 'anybody',
};

const INTERACTIONS = Object.keys(NEEDS).filter((name): name is Interaction => name in NEEDS);
const ALL_ROLES = new Set([
  ...Object.keys(JOB_ROLES),
  ...Object.values(ACTIVITIES).flatMap(({ baseline }) => baseline),
]);

describe('what an interaction needs', () => {
  for (const name of INTERACTIONS) {
    const row = ROWS[name];
    if (row === 'anybody') {
      test(`${name}: nothing but to be signed in`, () => {
        for (const role of ALL_ROLES) assert.ok(may(inRole(role), name).ok);
      });
      continue;
    }
    test(`${name}: any of ${row.activities.join(' ')}, and no other activity`, () => {
      const enough = Object.keys(ACTIVITIES).filter((code) => may(inRole(NOTHING, code), name).ok);
      assert.deepEqual(enough, row.activities.toSorted(compare));
    });
    test(`${name}: without an activity, the job roles whose baseline has one`, () => {
      const enough = [...ALL_ROLES].filter((role) => may(inRole(role), name).ok);
      assert.deepEqual(enough.toSorted(compare), row.roles.toSorted(compare));
    });
  }

  test('is said to whoever lacks it', () => {
    assert.deepEqual(may(inRole('R1290'), 'eps-dispense'), {
      ok: false,
      error: { kind: 'ActivityMissing', interaction: 'eps-dispense', anyOf: ['B0570', 'B0572'] },
    });
  });
});

describe('the activities of a role profile', () => {
  test('are those of its job role, those that it was given, and all that these include', () => {
    assert.deepEqual(
      [...effectiveActivities(inRole('R8001', 'B0825'))].toSorted(compare),
      // B0278 and B0380 by the baseline, B1694 likewise; the rest is included in one of them.
      words(
        'B0278 B0360 B0380 B0401 B0422 B0468 B0069 B0790 B0820 B0825 B1690 B1693 B1694',
      ).toSorted(compare),
    );
  });

  test('include what an included activity includes', () => {
    const held = effectiveActivities(inRole(NOTHING, 'B8029'));
    for (const code of words('B8028 B0380 B0790 B0360 B0401')) assert.ok(held.has(code), code);
  });

  test('are only the given ones where nobody knows the job role', () => {
    assert.deepEqual([...effectiveActivities(inRole('R0002', 'B0062'))], ['B0062']);
  });
});

describe('the tables of roles and activities', () => {
  test('name only activities that are there', () => {
    const named = Object.values(ACTIVITIES).flatMap(({ heldThrough }) => heldThrough);
    const needed = INTERACTIONS.flatMap((name): readonly string[] => NEEDS[name].anyOf);
    for (const code of [...named, ...needed]) assert.ok(code in ACTIVITIES, code);
  });

  test('read ranges by ten as they are written', () => {
    assert.ok(ACTIVITIES['B0401']?.baseline.includes('R0380'));
    assert.ok(!ACTIVITIES['B0401']?.baseline.includes('R0375'));
    assert.ok(ACTIVITIES['B1694']?.baseline.includes('R8002'));
    assert.equal(new Set(ACTIVITIES['B0401']?.baseline).size, 46);
  });

  test('write a job role as three quoted parts', () => {
    const name = '"Clinical":"Clinical Provision":"Nurse Access Role"';
    assert.equal(jobRoleName('S8000:G8000:R8001'), name);
    assert.equal(jobRoleName('S8000:G8000:R0002'), null);
    assert.equal(jobRoleName('S9999:G9999:R8001'), null);
    assert.equal(jobRoleName('R8001'), null);
  });
});

function compare(one: string, other: string): number {
  return one < other ? -1 : 1;
}
