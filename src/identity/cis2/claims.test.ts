import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { brand } from '../../kernel/brand.ts';
import type { LondonDate } from '../../kernel/london.ts';
import type { User } from '../people/person.ts';
import { idTokenClaims, SCOPE_CLAIMS, userinfoClaims } from './claims.ts';

const day = (text: string): LondonDate => brand<LondonDate>(text);
const NURSE = '"Clinical":"Clinical Provision":"Nurse Access Role"';
const USER: User = {
  userId: '555900010101',
  title: 'Dr',
  given: 'Asha Bela',
  family: 'Synthetic-Moor',
  email: 'asha@example.org',
  status: 'active',
  idAssuranceLevel: 3,
  prescriberCode: null,
  professionalIds: { gmc_id: 'C9999901', nmc_id: '99I9999O' },
  isSynthetic: true,
  mergedInto: null,
  memberships: [
    membership('1', 'A83008', {}),
    membership('2', 'FA565', {}),
    membership('3', 'B81001', { closedOn: day('2026-11-30') }),
    membership('4', 'C82001', { openedOn: day('2026-12-02') }),
  ],
  roleProfiles: [
    {
      ...roleProfile('11', 'A83008'),
      areasOfWork: [{ code: 'P0020:Q0300:T0640', name: '"Pathology":"Pathology":"Phlebotomy"' }],
      activities: ['B0420', 'B0571'],
      workgroups: [{ code: '555653110100', name: 'Ward 7' }],
    },
    roleProfile('12', 'B81001'),
    { ...roleProfile('13', 'FA565'), endsOn: day('2026-11-30') },
  ],
};

function membership(id: string, ods: string, days: Partial<User['memberships'][number]>) {
  const membershipId = `55590001020${id}`;
  return {
    membershipId,
    ods,
    organisationName: `PLACE ${ods}`,
    openedOn: null,
    closedOn: null,
    ...days,
  };
}

function roleProfile(id: string, ods: string): User['roleProfiles'][number] {
  return {
    roleProfileId: `5559000102${id}`,
    ods,
    organisationName: `PLACE ${ods}`,
    jobRole: 'S8000:G8000:R8001',
    jobRoleName: NURSE,
    areasOfWork: [],
    activities: [],
    workgroups: [],
    startsOn: null,
    endsOn: null,
  };
}

const SIGNED_IN = {
  user: USER,
  sessionId: 'a session',
  roleProfile: '555900010211',
  amr: ['CIS2_SMARTCARD'],
  assuranceLevel: '3',
};

/** What a scope alone is told on the first of December. */
function toldBy(scope: string, user: User = USER): Record<string, unknown> {
  const all = userinfoClaims({ ...SIGNED_IN, user }, day('2026-12-01'));
  const names = SCOPE_CLAIMS[scope] ?? [];
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

const org = (ods: string) => ({ org_name: `PLACE ${ods}`, org_code: ods });

/** [IDENTITY 3.1], scope by scope. */
const ROWS: Readonly<Record<string, Record<string, unknown>>> = {
  openid: {
    sub: '555900010101',
    amr: ['CIS2_SMARTCARD'],
    id_assurance_level: '3',
    authentication_assurance_level: '3',
  },
  profile: {
    name: 'Asha Bela Synthetic-Moor',
    family_name: 'Synthetic-Moor',
    given_name: 'Asha',
    uid: '555900010101',
  },
  email: { email: 'asha@example.org' },
  nhsperson: {
    nhsid_useruid: '555900010101',
    title: 'Dr',
    initials: 'AB',
    middle_names: 'Bela',
    display_name: 'Dr Asha Bela Synthetic-Moor',
    idassurancelevel: '3',
  },
  nationalrbacaccess: {
    nhsid_nrbac_roles: [
      {
        person_orgid: '555900010201',
        person_roleid: '555900010211',
        org_code: 'A83008',
        role_name: NURSE,
        role_code: 'S8000:G8000:R8001',
        activities: ['Independent Prescribing', 'B0571'],
        activity_codes: ['B0420', 'B0571'],
        workgroups: ['Ward 7'],
        workgroups_codes: ['555653110100'],
        aow: ['"Pathology":"Pathology":"Phlebotomy"'],
        aow_codes: ['P0020:Q0300:T0640'],
      },
    ],
  },
  associatedorgs: { nhsid_user_orgs: [org('A83008'), org('FA565')] },
  professionalmemberships: { gmc_id: 'C9999901', nmc_id: '99I9999O' },
  organisationalmemberships: {
    nhsid_org_memberships: [
      { person_orgid: '555900010201', ...org('A83008') },
      { person_orgid: '555900010202', ...org('FA565') },
    ],
    nhsid_org_roles: [{ person_orgid: '555900010201', ...org('A83008') }],
  },
  selectedrole: { selected_roleid: '555900010211' },
  changedrole: { selected_roleid: '555900010211' },
};

describe('userinfo tells by scope', () => {
  for (const [scope, claims] of Object.entries(ROWS)) {
    test(scope, () => assert.deepEqual(toldBy(scope), claims));
  }

  test('what there is, and leaves out what there is not', () => {
    const bare = { ...USER, title: null, given: 'Asha', email: null, professionalIds: {} };
    const { nhsid_useruid: id, ...person } = toldBy('nhsperson', bare);
    assert.equal(id, USER.userId);
    assert.deepEqual(person, {
      initials: 'A',
      display_name: 'Asha Synthetic-Moor',
      idassurancelevel: '3',
    });
    assert.deepEqual(toldBy('email', bare), {});
    assert.deepEqual(toldBy('professionalmemberships', bare), {});
    const nobody = { ...USER, memberships: [], roleProfiles: [] };
    assert.deepEqual(toldBy('nationalrbacaccess', nobody), { nhsid_nrbac_roles: [] });
  });

  test('nothing by a scope that is not in the table', () => {
    assert.deepEqual(Object.keys(SCOPE_CLAIMS).toSorted(), Object.keys(ROWS).toSorted());
  });
});

test('an identity token tells who, how and in which role, and nothing else of the person', () => {
  assert.deepEqual(idTokenClaims(SIGNED_IN, '999999999999.apps.national'), {
    sub: '555900010101',
    azp: '999999999999.apps.national',
    amr: ['CIS2_SMARTCARD'],
    id_assurance_level: '3',
    authentication_assurance_level: '3',
    selected_roleid: '555900010211',
    tokenName: 'id_token',
    tokenType: 'JWTToken',
    realm: '/NHSIdentity/Healthcare',
    auditTrackingId: 'a session',
  });
});
