// Shows: Identity | two records of one person become one: two persons decide, roles and evidence move, the other record's cards, keys and sessions end
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { addDays, londonDate } from '../../../kernel/london.ts';
import { sql } from '../../../platform/sql.ts';
import { testDatabase } from '../../../../test/support/database.ts';
import { cardsOf, certificatesOf, issueCard } from '../../cards/index.ts';
import { findUser, importPeople, parsePeopleFile, rolesOn } from '../../people/index.ts';
import { anOrganisation, aPerson, aRoleProfile } from '../../people/testing.ts';
import { startSession, useSession } from '../../sessions/index.ts';
import { aSession, storeIn } from '../../sessions/testing.ts';
import {
  decideAccess,
  nameSponsor,
  pendingRequests,
  proveIdentity,
  requestAccess,
  requestMerge,
  sponsorOf,
} from '../index.ts';

const made = testDatabase();
const database = () => made().database;
const AT = new Date('2026-11-24T12:00:00Z');
const TODAY = londonDate(AT);
const as = (userId: string) => ({ userId, at: AT });
// Of the people of the test system.
const MANAGER = as('555900150101');
const AGENT = as('555900160101');

type Entry = Record<string, unknown>;

async function imported(organisations: readonly Entry[], people: readonly Entry[]): Promise<void> {
  const file = parsePeopleFile({ organisations, people });
  assert.ok(file.ok, JSON.stringify(file));
  assert.ok((await importPeople(database(), file.value, AT)).ok);
}

const errorOf = async (answer: Promise<{ ok: boolean; error?: { kind: string } }>) =>
  (await answer).error?.kind;

async function user(userId: string) {
  const found = await findUser(database(), userId);
  assert.ok(found);
  return found;
}

/** Somebody twice: both work in one place in the same job, the second one elsewhere too. */
async function twice(changes: { readonly kept?: Entry; readonly merged?: Entry } = {}) {
  const [here, there] = [anOrganisation(), anOrganisation()];
  const [own, same, more, other] = [
    aRoleProfile(here.ods, { activities: ['B0420', 'B0278'] }),
    aRoleProfile(here.ods, { activities: ['B0420'] }),
    aRoleProfile(here.ods, { activities: ['B0570'] }),
    aRoleProfile(there.ods),
  ];
  const kept = aPerson({ roleProfiles: [own], idAssuranceLevel: 2, ...changes.kept });
  const merged = aPerson({ roleProfiles: [same, more, other], ...changes.merged });
  await imported([here, there], [kept, merged]);
  const ids = [own, same, more, other].map((role) => String(role?.['id']));
  const wanted = { userId: String(kept['userId']), mergedUserId: String(merged['userId']) };
  return { wanted, ids, here, there };
}

async function askedBy(by: typeof AGENT, wanted: { userId: string; mergedUserId: string }) {
  const asked = await requestMerge(database(), wanted, by);
  assert.ok(asked.ok, JSON.stringify(asked));
  return asked.value;
}

describe('two records of one person', () => {
  test('become one when another person approves; until then nothing is changed', async () => {
    const { wanted, ids, here, there } = await twice({
      merged: { email: 'tess@nhs.invalid', professionalIds: { nmc_id: '99A9999E' } },
    });
    const { userId, mergedUserId } = wanted;
    await proveIdentity(
      database(),
      mergedUserId,
      ['passport', 'utility-bill', 'bank-statement'],
      AGENT,
    );
    await nameSponsor(database(), mergedUserId, there.ods, MANAGER);
    const before = await user(mergedUserId);
    const id = await askedBy(AGENT, wanted);
    assert.deepEqual(await user(mergedUserId), before);
    assert.equal(await errorOf(decideAccess(database(), id, true, AGENT)), 'OwnRequest');
    assert.ok((await decideAccess(database(), id, true, MANAGER)).ok);

    const [own, same, more, other] = ids;
    const kept = await user(userId);
    const held = rolesOn(kept, TODAY).map(({ roleProfileId }) => roleProfileId);
    assert.deepEqual(new Set(held), new Set([own, more, other]), 'with their ids, none doubled');
    assert.deepEqual(
      kept.memberships.map(({ ods }) => ods),
      [here.ods, there.ods].toSorted((one, two) => (one < two ? -1 : 1)),
    );
    assert.deepEqual([kept.idAssuranceLevel, kept.email], [3, 'tess@nhs.invalid']);
    assert.deepEqual(kept.professionalIds, { nmc_id: '99A9999E' });
    assert.deepEqual(await sponsorOf(database(), userId), [there.ods]);
    const gone = await user(mergedUserId);
    assert.deepEqual([gone.status, gone.mergedInto], ['inactive', userId]);
    assert.deepEqual(await sponsorOf(database(), mergedUserId), []);
    assert.deepEqual(
      gone.roleProfiles.map(({ roleProfileId, endsOn }) => [roleProfileId, endsOn]),
      [[same, addDays(TODAY, -1)]],
    );
    const evidence = await database().all(sql`
      select level from identity.evidence where user_id = ${userId}`);
    assert.equal(evidence.length, 1);
    const audit = await database().all<{ interaction: string }>(sql`
      select interaction from platform.audit where outcome like ${`%${mergedUserId}%`}
        and interaction in ('ra-request', 'ra-decision', 'ra-merge') order by id`);
    assert.deepEqual(
      audit.map(({ interaction }) => interaction).toSorted((a, b) => (a < b ? -1 : 1)),
      ['ra-decision', 'ra-merge', 'ra-request'],
    );
  });

  test('leave one card: those of the record that goes are revoked, and its sessions end', async () => {
    const { wanted, ids } = await twice({ kept: { idAssuranceLevel: 3 } });
    const cards = { database: database(), pkiUrl: 'http://pki.openspine.invalid' };
    const types = { login: 'p256', signing: 'p256' } as const;
    for (const one of [wanted.userId, wanted.mergedUserId]) {
      const keys = { pin: '246810', types };
      assert.ok((await issueCard(cards, { userId: one, keys }, AGENT)).ok);
    }
    const [, , , other = ''] = ids;
    const session = aSession({ userId: wanted.mergedUserId });
    const { id } = await startSession(storeIn(database()), { ...session, roleProfile: other }, AT);
    const request = await askedBy(MANAGER, wanted);
    const answers = await Promise.all(
      [AGENT, AGENT, AGENT].map((by) => decideAccess(database(), request, true, by)),
    );
    assert.equal(answers.filter(({ ok }) => ok).length, 1, 'done once');
    const [gone] = await cardsOf(database(), wanted.mergedUserId);
    const [stays] = await cardsOf(database(), wanted.userId);
    assert.deepEqual([gone?.status, gone?.version, stays?.status], ['Revoked', 2, 'Issued']);
    const certificates = await certificatesOf(database(), gone?.cardNumber ?? '');
    assert.deepEqual(
      certificates.map(({ revokedAt }) => revokedAt),
      [AT, AT],
    );
    const ended = await useSession(database(), id, new Date(AT.getTime() + 1000));
    assert.deepEqual(ended, { ok: false, error: { ended: 'user-inactive' } });
    const keys = { pin: '246810', types };
    const again = await issueCard(cards, { userId: wanted.mergedUserId, keys }, AGENT);
    assert.equal(again.ok, false);
  });

  test('are not two persons to the two-person rule: what waits for the one that goes is refused', async () => {
    const { wanted, ids, there } = await twice({ kept: { idAssuranceLevel: 3 } });
    const { mergedUserId } = wanted;
    await nameSponsor(database(), mergedUserId, there.ods, MANAGER);
    await nameSponsor(database(), AGENT.userId, there.ods, MANAGER);
    const [, , , other = ''] = ids;
    const nobody = aPerson({ roleProfiles: [aRoleProfile(there.ods)] });
    await imported([], [nobody]);
    const [role] = (await user(String(nobody['userId']))).roleProfiles;
    const end = { kind: 'end', endsOn: null } as const;
    const byThem = await requestAccess(
      database(),
      { ...end, userId: String(nobody['userId']), roleProfileId: role?.roleProfileId ?? '' },
      as(mergedUserId),
    );
    const forThem = await requestAccess(
      database(),
      { ...end, userId: mergedUserId, roleProfileId: other },
      AGENT,
    );
    assert.ok(byThem.ok && forThem.ok);
    const id = await askedBy(AGENT, wanted);
    assert.ok((await decideAccess(database(), id, true, MANAGER)).ok);
    const waiting = (await pendingRequests(database())).map(({ requestId }) => requestId);
    assert.ok(!waiting.includes(byThem.value) && !waiting.includes(forThem.value));
  });

  test('are not merged when they cannot be one, or by whoever they are', async () => {
    const ask = async (changes: Parameters<typeof twice>[0], by = AGENT) =>
      errorOf(requestMerge(database(), (await twice(changes)).wanted, by));
    const numbers = {
      kept: { professionalIds: { gmc_id: 'C9999901' } },
      merged: { professionalIds: { gmc_id: 'C9999902' } },
    };
    assert.equal(await ask(numbers), 'NumbersDiffer');
    assert.equal(await ask({ kept: { status: 'inactive' } }), 'UserInactive');
    assert.equal(await ask({}, as('555900040101')), 'NotAnAgent');
    const { wanted } = await twice();
    const same = { userId: wanted.userId, mergedUserId: wanted.userId };
    assert.equal(await errorOf(requestMerge(database(), same, AGENT)), 'SameRecord');
    const nobody = { userId: wanted.userId, mergedUserId: '1' };
    assert.equal(await errorOf(requestMerge(database(), nobody, AGENT)), 'UserNotKnown');
    const own = { userId: wanted.userId, mergedUserId: AGENT.userId };
    assert.equal(await errorOf(requestMerge(database(), own, AGENT)), 'ForOneself');
    // Whoever is one of the two does not decide either.
    const asked = await askedBy(MANAGER, own);
    assert.equal(await errorOf(decideAccess(database(), asked, true, AGENT)), 'ForOneself');
  });

  test('are not merged twice, and access does not move to somebody who proved nothing', async () => {
    const { wanted } = await twice({ merged: { idAssuranceLevel: 2 } });
    const id = await askedBy(AGENT, wanted);
    const early = decideAccess(database(), id, true, MANAGER);
    assert.equal(await errorOf(early), 'IdentityNotProved');
    const proof = ['passport', 'utility-bill', 'bank-statement'] as const;
    await proveIdentity(database(), wanted.userId, proof, AGENT);
    assert.ok((await decideAccess(database(), id, true, MANAGER)).ok);
    assert.equal(await errorOf(requestMerge(database(), wanted, AGENT)), 'RecordMerged');
    const late = proveIdentity(database(), wanted.mergedUserId, proof, AGENT);
    assert.equal(await errorOf(late), 'RecordMerged');
    const file = parsePeopleFile({ people: [aPerson({ userId: wanted.mergedUserId })] });
    assert.ok(file.ok);
    const back = await importPeople(database(), file.value, AT);
    assert.deepEqual(back, {
      ok: false,
      error: { kind: 'MergedAway', userIds: [wanted.mergedUserId] },
    });
  });
});
