import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { nominatedAt } from '../../src/demographics/nomination/nomination.ts';
import { nominationsOf } from '../../src/demographics/nomination/repository.ts';
import { loadAll } from '../../src/demographics/repository.ts';
import { importCards } from '../../src/identity/cards/import/handle.ts';
import { cardsOf } from '../../src/identity/cards/repository.ts';
import { findUser, moveRoles, rolesOn } from '../../src/identity/index.ts';
import { present } from '../../src/kernel/bug.ts';
import { londonDate } from '../../src/kernel/london.ts';
import { settle } from '../../src/migration/beside/handle.ts';
import type { BesideCount } from '../../src/migration/beside/repository.ts';
import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { fallBack } from '../../src/migration/cut-over/fall-back.ts';
import { type BesideTruth, TRUTH_BESIDE } from '../../src/migration/generate/beside.ts';
import { writeSegment } from '../../src/migration/generate/feed-file.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import {
  compared,
  followed,
  planFor,
  rigOf,
  stepsUpTo,
  stopped,
  type Switching,
} from '../../src/migration/scenario/switch.ts';
import { csvLine } from '../../src/migration/lx1/csv.ts';
import { aDump, aFolder, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import type { BulkLoad } from '../../src/platform/bulk-load.ts';
import { allOf, bringPeople } from './people.ts';
import { aBulk, aStore, loadInto, type Store, withBulk } from './store.ts';

// Shows: Migration | nominations, roles, cards and what was not delivered come over from an old store; nothing is of use here that was not there any more

const AT = new Date('2014-10-30T02:00:00Z');
const PEOPLE = 12;
const KNOWN = 8; // of them, here

let made: Generated;
let truth: BesideTruth;
let store: Store;
let counts: readonly BesideCount[];

before(async () => {
  made = await aDump({ prescriptions: 30, perPart: 30, dirt: 0, people: PEOPLE, seed: 61 });
  truth = JSON.parse(readFileSync(join(made.folder, TRUTH_BESIDE), 'utf8'));
  store = await aStore();
  await bringPeople(store, truth, { known: KNOWN, at: AT });
  await loadInto(store, made.dump);
  counts = await settle(store.database, made.dump.manifest, AT);
});

const countOf = (table: string): BesideCount | undefined =>
  counts.find((one) => one.table === table);

describe('who nominated whom in an old store', () => {
  test('is known here: the history, and what the record names', async () => {
    const records = await loadAll(
      store.database,
      truth.nominations.map(({ patient }) => patient),
    );
    assert.equal(records.length, KNOWN);
    for (const { patient, dispensers, now } of truth.nominations.slice(0, KNOWN)) {
      const history = await nominationsOf(store.database, patient);
      assert.deepEqual(
        history.map(({ ods }) => ods),
        dispensers,
      );
      assert.equal(history.at(-1)?.ended === null, now !== null);
      const record = records.find(({ nhsNumber }) => nhsNumber === patient);
      assert.equal(record === undefined ? null : nominatedAt(record.patient, 'P1'), now);
    }
    assert.deepEqual(countOf('NOMINATION')?.because, {
      'no patient of this number is known here': (PEOPLE - KNOWN) * 2,
    });
  });

  test('brings nothing into a queue', async () => {
    const waiting = await store.rows.all(
      'select from prescriptions.download_queue where left_at is null',
    );
    const should = made.truths.filter(({ queuedFor }) => queuedFor !== null);
    assert.equal(waiting.length, should.length);
    const told = await store.rows.all(
      `select from platform.outbox where topic = 'patient-changed'`,
    );
    assert.equal(told.length, 0);
  });
});

describe('who could sign in to an old store', () => {
  test('has the roles that were not over, and no other', async () => {
    for (const { profile, user, site, lastDay } of truth.roles.slice(0, KNOWN)) {
      const known = await findUser(store.database, user);
      assert.ok(known !== null);
      const roles = rolesOn(known, londonDate(AT)).map(({ roleProfileId, ods }) => [
        roleProfileId,
        ods,
      ]);
      assert.deepEqual(roles, lastDay === null ? [[profile, site]] : []);
    }
    assert.equal(countOf('USER_ROLE')?.settled, KNOWN);
  });

  test('has their roles though one of those that came with them is somebody else’s', async () => {
    const [one, two, three] = truth.roles.slice(KNOWN - 3, KNOWN);
    const taken = present(truth.roles[0], 'role').profile;
    const roles = [one, two, three].map((role, n) => ({
      userId: role?.user ?? '',
      ods: role?.site ?? '',
      roleProfileId: n === 1 ? taken : `55590000000${n}`,
      jobRole: 'S8000:G8000:R8003',
      activities: [],
      startsOn: null,
      endsOn: null,
    }));
    const refused = await moveRoles(store.database, roles, AT);
    assert.deepEqual([...refused.keys()], [taken]);
    assert.match(refused.get(taken) ?? '', /has the id of another person/);
    for (const [n, role] of [one, two, three].entries()) {
      const known = await findUser(store.database, role?.user ?? '');
      const ids = known?.roleProfiles.map(({ roleProfileId }) => roleProfileId) ?? [];
      assert.equal(ids.includes(`55590000000${n}`), n !== 1);
    }
  });

  test('has no card here that was withdrawn there, and gets none of its number', async () => {
    const withdrawn = truth.cards.filter(({ isWithdrawn }, n) => isWithdrawn && n < KNOWN);
    assert.equal(withdrawn.length, 2);
    for (const { card, user } of withdrawn) {
      const [own] = await cardsOf(store.database, user);
      assert.deepEqual([own?.cardNumber, own?.status], [card, 'Revoked']);
      const wanted = { cardNumber: card, userId: user, passcode: '246810', series: null } as const;
      const cards = { database: store.database, pkiUrl: 'http://localhost' };
      const again = await importCards(cards, [{ ...wanted, keys: 'p256' }], {
        userId: null,
        at: AT,
      });
      assert.deepEqual(again, { ok: true, value: [] });
      const [still] = await cardsOf(store.database, user);
      assert.equal(still?.status, 'Revoked');
    }
  });

  test('has no session any more, and the audit trail says so of each', async () => {
    const ended = await store.rows.all<{ session: string }>(`
      select session from platform.audit where interaction = 'session-end' order by 1`);
    assert.deepEqual(
      ended.map(({ session }) => session),
      truth.sessions.toSorted(),
    );
  });
});

describe('rows of no prescription', () => {
  test('change nothing when they are loaded and taken over once more', async () => {
    const before = await allOf(store);
    await loadInto(store, made.dump);
    await settle(store.database, made.dump.manifest, AT);
    assert.equal(await allOf(store), before);
  });

  test('follow the feed, each change once, wherever it is killed', async () => {
    const feed = { folder: await aFeed(), publicKeyPem: EXPORTER.publicKey };
    const dies = (bulk: BulkLoad): BulkLoad => ({
      ...bulk,
      async all(statement) {
        if (statement.text.includes('set change_seq')) await bulk.close();
        return bulk.all(statement);
      },
    });
    const before = await allOf(store);
    await assert.rejects(withBulk(store, (bulk) => catchUp(dies(bulk), made.dump, feed)));
    assert.equal(await allOf(store), before);
    await withBulk(store, (bulk) => catchUp(bulk, made.dump, feed));
    await settle(store.database, made.dump.manifest, AT);
    const { patient, dispensers } = present(truth.nominations[0], 'patient');
    const history = await nominationsOf(store.database, patient);
    assert.deepEqual(
      history.map(({ ods, ended }) => [ods, ended === null]),
      [...dispensers.map((ods) => [ods, false]), ['F0007', true]],
    );
    const [record] = await loadAll(store.database, [patient]);
    assert.equal(record === undefined ? null : nominatedAt(record.patient, 'P1'), 'F0007');
    const known = await findUser(store.database, truth.roles[0]?.user ?? '');
    assert.deepEqual(known === null ? null : rolesOn(known, londonDate(AT)), []);
  });

  test('are compared: what is revived here is found', async () => {
    const { differences } = await reconcile(store.database, made.dump);
    assert.deepEqual(differences, []);
    const profile = truth.roles.find(({ lastDay }) => lastDay !== null)?.profile;
    const put = (day: string): Promise<unknown> =>
      store.rows.all(
        `update identity.role_profile set ends_on = ${day} where role_profile_id = '${profile}'`,
      );
    const [was] = await store.rows.all<{ day: string }>(
      `select ends_on::text as day from identity.role_profile where role_profile_id = '${profile}'`,
    );
    await put('null');
    const found = await reconcile(store.database, made.dump);
    await put(`'${was?.day}'`);
    assert.deepEqual(
      found.differences.map(({ what }) => what),
      ['M15 is broken 1 times'],
    );
  });
});

/** The first patient goes to another pharmacy, and the first role ends. */
async function aFeed(): Promise<string> {
  const { patient, dispensers } = present(truth.nominations[0], 'patient');
  const [from] = await store.rows.all<{ row: Record<string, string> }>(`
    select row from migration.beside where key like '${patient} %' and row->>'TO_TS' is null`);
  const [role] = await store.rows.all<{ row: Record<string, string> }>(`
    select row from migration.beside where key = '${truth.roles[0]?.profile}'`);
  const end = '20141030010000';
  const kind = { NHS_NO: patient, TYPE: 'P1' };
  const changes = [
    ['NOMINATION', 'U', { ...kind, FROM_TS: from?.row['FROM_TS'] }, { ...from?.row, TO_TS: end }],
    ['NOMINATION', 'I', { ...kind, FROM_TS: end }, { ...kind, FROM_TS: end, ORG: 'F0007' }],
    [
      'USER_ROLE',
      'U',
      { ROLE_PROFILE: truth.roles[0]?.profile },
      { ...role?.row, VALID_TO: '20141029' },
    ],
  ] as const;
  assert.equal(dispensers.length, 2);
  const lines = changes.map(([table, op, key, after], at) =>
    csvLine([
      String(at + 1),
      'T1',
      at === 2 ? 'Y' : 'N',
      end,
      table,
      op,
      JSON.stringify(key),
      JSON.stringify(after),
      null,
    ]),
  );
  const folder = feedFolder(made.folder);
  const header = csvLine('CHG_SEQ TX_ID TX_LAST COMMIT_TS TABLE OP PK AFTER BEFORE'.split(' '));
  const { exportId } = made.dump.manifest;
  const segment = { exportId, number: 1, text: header + lines.join('') };
  await writeSegment(folder, segment, EXPORTER.privateKey);
  return folder;
}

describe('what an old store had not delivered', () => {
  test('leaves from here, under its ids, once messages are taken here; an attempt that is undone gives it back', async () => {
    const switching: Switching = {
      bulk: await aBulk(store),
      database: store.database,
      dump: made.dump,
      folder: made.folder,
      keys: EXPORTER,
    };
    const rig = rigOf(switching, await planFor(switching));
    await followed(switching);
    await compared(switching);
    await stopped(switching);
    await stepsUpTo(rig, 'open-reads');
    const leaving = () =>
      store.rows.all<{ id: string; party: string; ref: string; payload: string }>(`
        select upper(message_id::text) as id, party, ref_to_message_id as ref, payload
        from gateways.delivery where ended_at is null order by 1`);
    assert.deepEqual(await leaving(), []);
    await stepsUpTo(rig, 'open-writes');
    const left = await leaving();
    assert.deepEqual(
      left.map(({ id }) => id),
      truth.undelivered.toSorted(),
    );
    for (const { id, party, ref, payload } of left) {
      assert.equal(party, 'F0001-999999');
      assert.match(ref, /^[0-9A-F-]{36}$/);
      assert.ok(payload.includes(`<id root="${id}"/>`), payload);
    }
    await fallBack(rig, join(await aFolder(), 'back'));
    assert.deepEqual(await leaving(), []);
  });
});
