// Shows: Migration | what goes on with nominations, roles, cards and sessions after an export is followed; a row that is gone there is of no use here
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { nominatedAt } from '../../src/demographics/nomination/nomination.ts';
import { nominationsOf } from '../../src/demographics/nomination/repository.ts';
import { loadAll } from '../../src/demographics/repository.ts';
import { cardsOf } from '../../src/identity/cards/repository.ts';
import { findUser, rolesOn } from '../../src/identity/index.ts';
import { londonDate } from '../../src/kernel/london.ts';
import { settle } from '../../src/migration/beside/handle.ts';
import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import {
  type BesideTruth,
  TRUTH_BESIDE,
  TRUTH_BESIDE_AFTER,
} from '../../src/migration/generate/beside.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { aDump, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { bringPeople } from './people.ts';
import { aStore, loadInto, type Store, withBulk } from './store.ts';

const AT = new Date('2014-10-30T02:00:00Z');
const PEOPLE = 12;

let made: Generated;
let truth: BesideTruth;
let was: BesideTruth;
let store: Store;

const truthIn = (name: string): BesideTruth =>
  JSON.parse(readFileSync(join(made.folder, name), 'utf8'));

before(async () => {
  const wanted = {
    prescriptions: 40,
    perPart: 40,
    dirt: 0,
    people: PEOPLE,
    changing: 0.2,
    seed: 67,
  };
  made = await aDump(wanted);
  [was, truth] = [truthIn(TRUTH_BESIDE), truthIn(TRUTH_BESIDE_AFTER)];
  store = await aStore();
  await bringPeople(store, was, { known: PEOPLE, at: AT });
  await loadInto(store, made.dump);
  // What was true at the export is done first, and so has to be undone.
  await settle(store.database, made.dump.manifest, AT);
  const at = { folder: feedFolder(made.folder), publicKeyPem: EXPORTER.publicKey };
  await withBulk(store, (bulk) => catchUp(bulk, made.dump, at));
  await settle(store.database, made.dump.manifest, AT);
});

test('a patient has nominated whom the old store has now, and nobody where it has nobody', async () => {
  assert.notDeepEqual(truth.nominations, was.nominations);
  for (const { patient, dispensers, now } of truth.nominations) {
    const history = await nominationsOf(store.database, patient);
    assert.deepEqual(
      history.map(({ ods }) => ods),
      dispensers,
    );
    const [record] = await loadAll(store.database, [patient]);
    assert.equal(record === undefined ? null : nominatedAt(record.patient, 'P1'), now);
  }
});

test('who has no role there any more has none here, whether the role ended or is gone', async () => {
  const ended = truth.roles.filter(({ lastDay }, n) => lastDay !== was.roles[n]?.lastDay);
  assert.ok(ended.length >= 4);
  for (const { user, profile, lastDay } of truth.roles) {
    const known = await findUser(store.database, user);
    const roles = known === null ? [] : rolesOn(known, londonDate(AT));
    assert.deepEqual(
      roles.map(({ roleProfileId }) => roleProfileId),
      lastDay === null ? [profile] : [],
    );
  }
});

test('a card that was taken away there, or is gone, is of no use here', async () => {
  const gone = truth.cards.filter(
    ({ isWithdrawn }, n) => isWithdrawn && was.cards[n]?.isWithdrawn === false,
  );
  assert.ok(gone.length >= 3);
  for (const { card, user } of gone) {
    const [own] = await cardsOf(store.database, user);
    assert.deepEqual([own?.cardNumber, own?.status], [card, 'Revoked']);
  }
});

test('every session that began after the export has ended, too, and the audit trail says so', async () => {
  const ended = await store.rows.all<{ session: string }>(
    `select session from platform.audit where interaction = 'session-end' order by 1`,
  );
  assert.ok(truth.sessions.length > was.sessions.length);
  assert.deepEqual(
    ended.map(({ session }) => session),
    truth.sessions.toSorted(),
  );
});

test('what was delivered there after all is not to be delivered here', async () => {
  const left = await store.rows.all<{ key: string }>(
    `select key from migration.beside where table_name = 'OUTBOX' order by 1`,
  );
  assert.ok(truth.undelivered.length < was.undelivered.length);
  assert.deepEqual(
    left.map(({ key }) => key),
    truth.undelivered.toSorted(),
  );
});

test('nothing is of use here that is not there any more', async () => {
  assert.deepEqual((await reconcile(store.database, made.dump)).differences, []);
});
