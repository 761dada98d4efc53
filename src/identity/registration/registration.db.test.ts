// Shows: Identity | registration authority: evidence, sponsor, two-person rule, positions, reports, every step audited
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { londonDate } from '../../kernel/london.ts';
import { sql } from '../../platform/sql.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { cardMaker } from '../cards/testing.ts';
import { changeCard } from '../cards/index.ts';
import { findUser, importPeople, parsePeopleFile, rolesOn } from '../people/index.ts';
import { aPerson, aRoleProfile } from '../people/testing.ts';
import {
  addPosition,
  createPerson,
  decideAccess,
  expiringWithin,
  levelOf,
  nameSponsor,
  pendingRequests,
  proveIdentity,
  requestAccess,
  unusedFor,
} from './index.ts';

const made = testDatabase();
const database = () => made().database;
const { active } = cardMaker(made);
const AT = new Date('2026-11-24T12:00:00Z');
const TODAY = londonDate(AT);
const as = (userId: string) => ({ userId, at: AT });
// Of the people of the test system.
const MANAGER = as('555900150101');
const AGENT = as('555900160101');
const SPONSOR = as('555900170101');
const STRANGER = as('555900040101');
const PROOF = ['passport', 'utility-bill', 'bank-statement'] as const;

async function value<Value>(
  answer: Promise<{ ok: true; value: Value } | { ok: false; error: { kind: string } }>,
): Promise<Value> {
  const result = await answer;
  assert.ok(result.ok, result.ok ? '' : result.error.kind);
  return result.value;
}

async function refusal(
  answer: Promise<{ ok: boolean; error?: { kind: string } }>,
): Promise<string | undefined> {
  return (await answer).error?.kind;
}

const someone = (documents: readonly (typeof PROOF)[number][] = PROOF): Promise<string> =>
  value(
    createPerson(
      database(),
      {
        title: 'Ms',
        given: 'Nadia',
        family: 'Synthetic-Joiner',
        email: null,
        documents,
        isSynthetic: true,
      },
      AGENT,
    ),
  );

let positions = 0;
function position(ods = 'A83008'): Promise<string> {
  positions += 1;
  const rights = { areasOfWork: [], activities: ['B0420'], workgroups: [] };
  const jobRoleName = '"Clinical":"Clinical Provision":"Nurse Access Role"';
  const role = { ods, jobRole: 'S8000:G8000:R8001', jobRoleName, ...rights };
  return value(addPosition(database(), { ...role, name: `Practice nurse ${positions}` }, AGENT));
}

const grantFor = (userId: string, positionId: string) => ({
  kind: 'grant' as const,
  userId,
  positionId,
  roleProfileId: null,
  startsOn: null,
  endsOn: null,
});

async function requested(userId: string): Promise<string> {
  await nameSponsor(database(), SPONSOR.userId, 'A83008', MANAGER);
  return value(requestAccess(database(), grantFor(userId, await position()), SPONSOR));
}

describe('evidence of who somebody is', () => {
  test('makes a level by what the documents are', () => {
    assert.equal(levelOf(PROOF), 3);
    assert.equal(levelOf(['passport']), 2);
    assert.equal(levelOf(['passport', 'passport', 'passport']), 2);
    assert.equal(levelOf(['bank-statement', 'utility-bill']), 1);
    assert.equal(levelOf([]), 0);
  });

  test('is seen by an agent, and by nobody for themselves', async () => {
    const userId = await someone(['passport']);
    assert.match(userId, /^5\d{11}$/);
    assert.equal((await findUser(database(), userId))?.idAssuranceLevel, 2);
    assert.equal(await value(proveIdentity(database(), userId, PROOF, AGENT)), 3);
    assert.equal((await findUser(database(), userId))?.idAssuranceLevel, 3);
    assert.equal(await refusal(proveIdentity(database(), userId, PROOF, STRANGER)), 'NotAnAgent');
    const own = proveIdentity(database(), AGENT.userId, PROOF, AGENT);
    assert.equal(await refusal(own), 'ForOneself');
  });
});

describe('access', () => {
  test('is asked for by a sponsor, approved by another person, and given in the same moment', async () => {
    const userId = await someone();
    const id = await requested(userId);
    assert.ok((await pendingRequests(database())).some(({ requestId }) => requestId === id));
    assert.deepEqual((await findUser(database(), userId))?.roleProfiles, []);
    const decided = await value(decideAccess(database(), id, true, AGENT));
    assert.deepEqual([decided.state, decided.decidedBy], ['approved', AGENT.userId]);
    const user = await findUser(database(), userId);
    const [role] = user === null ? [] : rolesOn(user, TODAY);
    assert.deepEqual(
      [role?.ods, role?.jobRole, role?.activities],
      ['A83008', 'S8000:G8000:R8001', ['B0420']],
    );
    const audit = await database().all<{ interaction: string }>(sql`
      select interaction from platform.audit where outcome like ${`%${id}%`} order by id`);
    assert.deepEqual(
      audit.map(({ interaction }) => interaction),
      ['ra-request', 'ra-decision'],
    );
  });

  test('is given once, though two agents approve at once', async () => {
    const userId = await someone();
    const id = await requested(userId);
    const answers = await Promise.all(
      [AGENT, MANAGER, AGENT, MANAGER].map((by) => decideAccess(database(), id, true, by)),
    );
    assert.equal(answers.filter(({ ok }) => ok).length, 1);
    assert.equal((await findUser(database(), userId))?.roleProfiles.length, 1);
    assert.equal(await refusal(decideAccess(database(), id, false, AGENT)), 'RequestNotPending');
  });

  test('is refused, and nothing is given', async () => {
    const userId = await someone();
    const decided = await value(decideAccess(database(), await requested(userId), false, AGENT));
    assert.equal(decided.state, 'refused');
    assert.deepEqual((await findUser(database(), userId))?.roleProfiles, []);
  });

  test('is nothing that one person can get alone', async () => {
    const userId = await someone();
    const id = await requested(userId);
    assert.equal(await refusal(decideAccess(database(), id, true, SPONSOR)), 'NotAnAgent');
    // An agent who is a sponsor too may not approve what they asked for, nor what is for themselves.
    await nameSponsor(database(), AGENT.userId, 'A83008', MANAGER);
    const own = await value(requestAccess(database(), grantFor(userId, await position()), AGENT));
    assert.equal(await refusal(decideAccess(database(), own, true, AGENT)), 'OwnRequest');
    assert.ok((await decideAccess(database(), own, true, MANAGER)).ok);
    const forAgent = await requested(AGENT.userId);
    assert.equal(await refusal(decideAccess(database(), forAgent, true, AGENT)), 'ForOneself');
    const forMe = requestAccess(database(), grantFor(SPONSOR.userId, await position()), SPONSOR);
    assert.equal(await refusal(forMe), 'ForOneself');
    const elsewhere = requestAccess(database(), grantFor(userId, await position('FA565')), SPONSOR);
    assert.equal(await refusal(elsewhere), 'NotASponsor');
    const stranger = requestAccess(database(), grantFor(userId, await position()), STRANGER);
    assert.equal(await refusal(stranger), 'NotASponsor');
    assert.equal(await refusal(nameSponsor(database(), userId, 'A83008', AGENT)), 'NotAManager');
  });

  test('needs an identity that was proved', async () => {
    const userId = await someone(['passport']);
    const id = await requested(userId);
    assert.equal(await refusal(decideAccess(database(), id, true, AGENT)), 'IdentityNotProved');
    await proveIdentity(database(), userId, PROOF, AGENT);
    assert.ok((await decideAccess(database(), id, true, AGENT)).ok);
  });

  test('ends the same way', async () => {
    const userId = await someone();
    await decideAccess(database(), await requested(userId), true, AGENT);
    const [role] = (await findUser(database(), userId))?.roleProfiles ?? [];
    assert.ok(role);
    const { roleProfileId } = role;
    const end = { kind: 'end', userId, positionId: null, roleProfileId } as const;
    const ask = { ...end, startsOn: null, endsOn: null };
    const id = await value(requestAccess(database(), ask, SPONSOR));
    assert.ok((await decideAccess(database(), id, true, AGENT)).ok);
    const user = await findUser(database(), userId);
    assert.deepEqual(user === null ? null : rolesOn(user, TODAY), []);
    const other = requestAccess(database(), { ...ask, roleProfileId: '1' }, SPONSOR);
    assert.equal(await refusal(other), 'RoleNotKnown');
  });
});

describe('a position', () => {
  test('is one of its name in an organisation that is known', async () => {
    const role = {
      ods: 'A83008',
      name: 'Receptionist',
      jobRole: 'S8001:G8002:R8009',
      jobRoleName: '"Support":"Administration":"Receptionist Access Role"',
      areasOfWork: [],
      activities: [],
      workgroups: [],
    };
    assert.ok((await addPosition(database(), role, AGENT)).ok);
    assert.equal(await refusal(addPosition(database(), role, AGENT)), 'PositionThere');
    const nowhere = addPosition(database(), { ...role, ods: 'ZZZ99' }, AGENT);
    assert.equal(await refusal(nowhere), 'OrganisationNotKnown');
    assert.equal(await refusal(addPosition(database(), role, SPONSOR)), 'NotAnAgent');
  });
});

describe('the reports', () => {
  test('tell cards and roles that end within 90, 30 and 7 days', async () => {
    const cardNumber = await active();
    const day = londonDate(new Date(AT.getTime() + 20 * 86_400_000));
    const role = aRoleProfile('A83008', { endsOn: day });
    const file = parsePeopleFile({ people: [aPerson({ roleProfiles: [role] })] });
    assert.ok(file.ok);
    await importPeople(database(), file.value, AT);
    const found = async (days: number, at = AT): Promise<string[]> =>
      (await expiringWithin(database(), days, at)).map(({ id }) => id);
    const cardEnd = new Date('2028-11-24T12:00:00Z').getTime();
    assert.ok(!(await found(90)).includes(cardNumber));
    assert.ok((await found(90, new Date(cardEnd - 89 * 86_400_000))).includes(cardNumber));
    assert.ok((await found(30)).includes(String(role['id'])));
    assert.ok(!(await found(7)).includes(String(role['id'])));
  });

  test('tell cards that nobody uses', async () => {
    const cardNumber = await active();
    const later = new Date(AT.getTime() + 91 * 86_400_000);
    const unused = async (at: Date) =>
      (await unusedFor(database(), 90, at)).map((card) => card.cardNumber);
    assert.ok(!(await unused(AT)).includes(cardNumber));
    assert.ok((await unused(later)).includes(cardNumber));
    const cards = { database: database(), pkiUrl: 'http://pki.openspine.invalid' };
    await changeCard(cards, cardNumber, { kind: 'Suspend' }, { by: AGENT });
    assert.ok(!(await unused(later)).includes(cardNumber));
  });
});
