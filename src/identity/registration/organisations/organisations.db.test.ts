// Shows: Identity | an organisation opens and closes: roles and sessions there end with its last day, nothing new is given
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { findOrganisations, readOrganisation } from '../../../directory/index.ts';
import { JsonReader } from '../../../kernel/json-reader.ts';
import { londonDate, parseLondonDate } from '../../../kernel/london.ts';
import { sql } from '../../../platform/sql.ts';
import { testDatabase } from '../../../../test/support/database.ts';
import { findUser, importPeople, parsePeopleFile, rolesOn } from '../../people/index.ts';
import { anOrganisation, aPerson, aRoleProfile } from '../../people/testing.ts';
import { startSession, useSession } from '../../sessions/index.ts';
import { aSession, storeIn } from '../../sessions/testing.ts';
import {
  addOrganisation,
  addPosition,
  endSponsor,
  nameSponsor,
  requestAccess,
  setOpeningDays,
  sponsorsAt,
} from '../index.ts';

const made = testDatabase();
const database = () => made().database;
const AT = new Date('2026-11-24T12:00:00Z');
const as = (userId: string) => ({ userId, at: AT });
// Of the people of the test system.
const MANAGER = as('555900150101');
const AGENT = as('555900160101');
const SPONSOR = '555900170101';

const errorOf = async (answer: Promise<{ ok: boolean; error?: { kind: string } }>) =>
  (await answer).error?.kind;
const day = (text: string) => parseLondonDate(text);
const NURSE = { jobRole: 'S8000:G8000:R8001', jobRoleName: '"Clinical":"x":"Nurse Access Role"' };
const RIGHTS = { ...NURSE, areasOfWork: [], activities: [], workgroups: [] };

/** A place, somebody who works there, and their session in that role. */
async function staffed() {
  const place = anOrganisation();
  const role = aRoleProfile(place.ods);
  const person = aPerson({ roleProfiles: [role] });
  const file = parsePeopleFile({ organisations: [place], people: [person] });
  assert.ok(file.ok);
  assert.ok((await importPeople(database(), file.value, AT)).ok);
  const userId = String(person['userId']);
  const roleProfile = String(role['id']);
  const session = await startSession(
    storeIn(database()),
    { ...aSession({ userId }), roleProfile },
    AT,
  );
  return { ods: place.ods, userId, roleProfile, session: session.id };
}

describe('an organisation', () => {
  test('that closes ends the roles and sessions there, and no others', async () => {
    const one = await staffed();
    const other = await staffed();
    const days = { openedOn: day('1974-04-01'), closedOn: day('2026-11-23') };
    assert.ok((await setOpeningDays(database(), one.ods, days, MANAGER)).ok);
    const user = await findUser(database(), one.userId);
    assert.deepEqual(user === null ? null : rolesOn(user, londonDate(AT)), []);
    assert.equal(user?.roleProfiles[0]?.endsOn, '2026-11-23');
    assert.equal(user.memberships[0]?.closedOn, '2026-11-23');
    const later = new Date(AT.getTime() + 1000);
    const gone = await useSession(database(), one.session, later);
    assert.deepEqual(gone, { ok: false, error: { ended: 'role-ended' } });
    assert.ok((await useSession(database(), other.session, later)).ok);
    const [revoked] = await database().all<{ kind: string }>(sql`
      select kind from identity.revocation where value = ${one.roleProfile}`);
    assert.equal(revoked?.kind, 'role', 'tokens that name the role are refused too');
    const audit = await database().all<{ outcome: string }>(sql`
      select outcome from platform.audit where organisation = ${one.ods} and user_id = ${MANAGER.userId}`);
    assert.deepEqual(audit, [{ outcome: 'open from 1974-04-01 until 2026-11-23' }]);
  });

  test('with a last day still to come leaves people at work until then', async () => {
    const { ods, userId, session } = await staffed();
    const days = { openedOn: null, closedOn: day('2026-12-31') };
    assert.ok((await setOpeningDays(database(), ods, days, MANAGER)).ok);
    assert.ok((await useSession(database(), session, new Date(AT.getTime() + 1000))).ok);
    const user = await findUser(database(), userId);
    assert.ok(user);
    assert.equal(rolesOn(user, londonDate(AT)).length, 1);
    assert.deepEqual(rolesOn(user, londonDate(new Date('2027-01-01T12:00:00Z'))), []);
  });

  test('that closes today ends what tokens say of its roles with the day', async () => {
    const { ods, roleProfile, session } = await staffed();
    const days = { openedOn: null, closedOn: day('2026-11-24') };
    assert.ok((await setOpeningDays(database(), ods, days, MANAGER)).ok);
    assert.ok((await useSession(database(), session, new Date(AT.getTime() + 1000))).ok);
    const rows = await database().all(sql`
      select kind, from_at as "from" from identity.revocation where value = ${roleProfile}`);
    assert.deepEqual(rows, [{ kind: 'role', from: new Date('2026-11-25T00:00:00Z') }]);
  });

  test('that has closed is given no staff, and none comes back when it opens again', async () => {
    const { ods, userId } = await staffed();
    const position = await addPosition(database(), { ods, name: 'Nurse', ...RIGHTS }, AGENT);
    assert.ok(position.ok);
    await nameSponsor(database(), SPONSOR, ods, MANAGER);
    const closed = { openedOn: null, closedOn: day('2026-11-20') };
    await setOpeningDays(database(), ods, closed, MANAGER);
    const late = { ods, name: 'Late', ...RIGHTS };
    assert.equal(await errorOf(addPosition(database(), late, AGENT)), 'OrganisationClosed');
    const named = nameSponsor(database(), AGENT.userId, ods, MANAGER);
    assert.equal(await errorOf(named), 'OrganisationClosed');
    const grant = { kind: 'grant', userId, positionId: position.value } as const;
    const wanted = { ...grant, roleProfileId: null, startsOn: null, endsOn: null };
    const asked = requestAccess(database(), wanted, as(SPONSOR));
    assert.equal(await errorOf(asked), 'OrganisationClosed');
    const open = { openedOn: null, closedOn: null };
    assert.ok((await setOpeningDays(database(), ods, open, MANAGER)).ok);
    assert.ok((await requestAccess(database(), wanted, as(SPONSOR))).ok);
    const user = await findUser(database(), userId);
    assert.deepEqual(user === null ? null : rolesOn(user, londonDate(AT)), []);
  });

  test('is added, opened and closed by managers only, with days in their order', async () => {
    const entry = anOrganisation();
    const organisation = readOrganisation(new JsonReader(entry, '', []));
    assert.equal(await errorOf(addOrganisation(database(), organisation, AGENT)), 'NotAManager');
    assert.ok((await addOrganisation(database(), organisation, MANAGER)).ok);
    const again = addOrganisation(database(), { ...organisation, name: 'OTHER' }, MANAGER);
    assert.equal(await errorOf(again), 'OrganisationThere');
    assert.deepEqual(await findOrganisations(database(), [organisation.ods]), [organisation]);
    const { ods } = organisation;
    const wrong = { openedOn: day('2026-02-02'), closedOn: day('2026-02-01') };
    const swapped = setOpeningDays(database(), ods, wrong, MANAGER);
    assert.equal(await errorOf(swapped), 'DaysInWrongOrder');
    const days = { openedOn: null, closedOn: null };
    assert.equal(await errorOf(setOpeningDays(database(), ods, days, AGENT)), 'NotAManager');
    const nowhere = setOpeningDays(database(), 'ZZZ99', days, MANAGER);
    assert.equal(await errorOf(nowhere), 'OrganisationNotKnown');
  });
});

describe('a sponsor', () => {
  test('can be one no longer, by a manager and not by themselves', async () => {
    const { ods } = await staffed();
    await nameSponsor(database(), SPONSOR, ods, MANAGER);
    assert.deepEqual(
      (await sponsorsAt(database(), ods)).map(({ userId }) => userId),
      [SPONSOR],
    );
    const end = (userId: string, by: typeof MANAGER) => endSponsor(database(), userId, ods, by);
    assert.equal(await errorOf(end(SPONSOR, AGENT)), 'NotAManager');
    assert.equal(await errorOf(end(MANAGER.userId, MANAGER)), 'ForOneself');
    assert.ok((await end(SPONSOR, MANAGER)).ok);
    assert.equal(await errorOf(end(SPONSOR, MANAGER)), 'NotTheirSponsor');
    assert.deepEqual(await sponsorsAt(database(), ods), []);
  });
});
